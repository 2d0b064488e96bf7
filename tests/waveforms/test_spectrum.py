"""Spectrum features against closed forms: a modulated tone, rings of a struck bearing, noise."""

import numpy as np
import pytest

from twinviewer.model.bearing import PARTS, Bearing, of_geometry
from twinviewer.model.errors import DataError
from twinviewer.waveforms.spectrum import features

RATE = 20_000
RPM = 1797.0
SKF_6205 = of_geometry(9, 7.94, 39.04)


def struck(part: str, seconds: float = 2.0) -> np.ndarray:
    """A bearing of which one part is struck: rings of 4 kHz at the frequency of the part, in noise."""
    time = np.arange(int(RATE * seconds)) / RATE
    every = 1 / SKF_6205.frequencies_hz(RPM)[part]
    since = time % every
    ringing = 2 * np.exp(-since * 900) * np.sin(2 * np.pi * 4000 * since)
    return ringing + np.random.default_rng(0).normal(0, 0.3, len(time))


def test_frequencies_of_a_bearing_follow_their_closed_forms() -> None:
    # SKF 6205 of the Case Western Reserve bearing data: published multiples of the shaft's speed; the frequency of an
    # element is given there for both races, twice that of its spin
    found = SKF_6205.frequencies_hz(60)
    assert found["BPFI"] == pytest.approx(5.4152, abs=5e-5)
    assert found["BPFO"] == pytest.approx(3.5848, abs=5e-5)
    assert found["FTF"] == pytest.approx(0.39828, abs=5e-5)
    assert 2 * found["BSF"] == pytest.approx(4.7135, abs=2e-4)
    assert SKF_6205.frequencies_hz(1797)["BPFO"] == pytest.approx(3.5848 * 1797 / 60, rel=1e-4)
    for wrong in ((0, 7.94, 39.04, 0.0), (9, 40.0, 39.04, 0.0), (9, 7.94, 39.04, 90.0), (9, float("nan"), 39.04, 0.0)):
        with pytest.raises(DataError, match="no bearing"):
            of_geometry(*wrong)
    with pytest.raises(DataError, match="of no bearing"):  # hertz at 1,797 turns a minute instead of turns
        Bearing(107.4, 162.2, 70.6, 11.9)


def test_a_modulated_tone_gives_what_its_closed_forms_say() -> None:
    time = np.arange(2 * RATE) / RATE
    deep, amplitude = 0.5, 3.0
    slow = 2 * np.pi * SKF_6205.frequencies_hz(RPM)["BPFO"] * time
    found = features(amplitude * (1 + deep * np.cos(slow)) * np.sin(2 * np.pi * 4000 * time), RATE, SKF_6205, RPM)
    assert found.rms == pytest.approx(amplitude * np.sqrt((1 + deep**2 / 2) / 2), rel=1e-3)
    assert found.envelope == pytest.approx(amplitude * deep / np.sqrt(2), rel=1e-3)
    assert found.lines["BPFO"] == pytest.approx(amplitude * deep / np.sqrt(2), rel=1e-3)
    assert max(found.lines[name] for name in ("BPFI", "BSF", "FTF")) < 1e-3 * found.lines["BPFO"]
    sine = features(amplitude * np.sin(2 * np.pi * 4003.0 * time), RATE)
    assert (sine.rms, sine.kurtosis) == (pytest.approx(amplitude / np.sqrt(2)), pytest.approx(1.5))
    assert sine.crest == pytest.approx(np.sqrt(2), rel=1e-2)
    assert sine.peak == pytest.approx(amplitude, rel=1e-2)
    assert sine.envelope < 1e-2
    assert sine.lines == {}


@pytest.mark.parametrize("part", PARTS)
def test_the_part_that_is_struck_stands_out_most(part: str) -> None:
    sound, found = features(noise(), RATE, SKF_6205, RPM), features(struck(part), RATE, SKF_6205, RPM)
    risen = {name: found.lines[name] / sound.lines[name] for name in PARTS}
    first, second = sorted(risen.values(), reverse=True)[:2]
    assert max(risen, key=lambda name: risen[name]) == part
    assert first > 1.4 * second
    assert sound.kurtosis == pytest.approx(3, abs=0.2)
    assert found.kurtosis > sound.kurtosis


def noise() -> np.ndarray:
    """The same bearing, sound."""
    return np.random.default_rng(1).normal(0, 0.3, 2 * RATE)


def test_the_speed_decides_where_a_part_is_looked_for() -> None:
    found = features(struck("BPFO"), RATE, SKF_6205, 0.7 * RPM)
    there = features(struck("BPFO"), RATE, SKF_6205, RPM)
    assert found.lines["BPFO"] < 0.3 * there.lines["BPFO"]
    assert features(struck("BPFO"), RATE, SKF_6205, -RPM).lines == there.lines  # which way it turns does not matter
    assert features(struck("BPFO"), RATE, SKF_6205, 0.0).lines == dict.fromkeys(PARTS, 0.0)
    assert features(struck("BPFO"), RATE, SKF_6205).lines == {}  # nobody knows the speed
    short = features(struck("BPFO", 0.2), RATE, SKF_6205, RPM).lines
    assert [name for name in PARTS if np.isnan(short[name])] == []
    slow = features(struck("BPFO", 0.2), RATE, SKF_6205, 0.5 * RPM).lines  # the cage goes round 1.2 times in it
    assert [name for name in PARTS if np.isnan(slow[name])] == ["FTF"]
    fast = features(struck("BPFO"), RATE, SKF_6205, 150_000).lines
    assert [name for name in PARTS if np.isnan(fast[name])] == ["BPFI"]  # beyond what this sampling holds


def test_what_cannot_be_judged_is_refused() -> None:
    whole = struck("BPFO", 0.1)
    for wrong in (
        whole[:255],
        np.zeros(2**20 + 1),
        whole * 1e101,
        np.where(np.arange(len(whole)) == 7, np.nan, whole),
        whole.reshape(2, -1),
    ):
        with pytest.raises(DataError, match="too short"):
            features(wrong, RATE)
    with pytest.raises(DataError, match="does not fit"):
        features(whole, RATE, band_hz=(4000, 12_000))
    assert features(np.zeros(512), RATE).rms == 0  # a dead sensor that says zeros is no error here
