"""Spectrum features on evidence cards: which part of the bearing, and detectors with the figures of accelerations."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.wearing import minutes_with_wear
from twinviewer.maintenance.condition.bearing import Line, evidence_of
from twinviewer.maintenance.condition.detectors import FIGURES, ON_ACCELERATION, OWN_BASELINE
from twinviewer.maintenance.prognosis.assets import card
from twinviewer.maintenance.recorded import Minutes, _while_fresh
from twinviewer.maintenance.results import Card
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.model.asset import NodeAddress, Tag
from twinviewer.model.bearing import of_geometry

BEARING = of_geometry(8, 24, 102.5)
ROLES = {"RMS": "acceleration", "Kurtosis": "kurtosis", "BPFO": "bpfo", "BPFI": "bpfi", "BSF": "bsf", "FTF": "ftf"}


def line(role: str, times: float, moved: bool = True) -> Line:
    return Line(role, "m/s²", 0.1, 0.1 * times, moved)


def test_the_line_that_rose_most_names_the_part() -> None:
    told = evidence_of([line("bpfo", 2), line("bpfi", 30), line("bsf", 4), line("ftf", 1, False)], BEARING)
    assert told is not None
    assert (told.part, told.clear, told.lines[0].name) == ("inner race", True, "BPFI")
    assert told.said.startswith(
        "The inner race: the envelope at its frequency (BPFI, 4.94 a turn) went from 0.1 to 3 m/s²"
    )
    assert "BSF (rolling element) 4.0 ×" in told.said


@pytest.mark.parametrize(
    ("lines", "part", "clear", "said"),
    [
        ([line("bpfo", 4), line("bsf", 3)], "outer race", False, "Not clear which part"),
        ([line("bpfo", 1.2, False), line("bpfi", 1.1, False)], "", False, "No frequency of the bearing has risen"),
        ([line("bpfo", 3, False), line("bpfi", 1.1)], "", False, "No frequency"),  # no detector of changes says so
        ([line("ftf", 3)], "cage", True, "The cage"),
        ([line("bpfo", float("nan"), False)], None, False, ""),
        ([], None, False, ""),
    ],
)
def test_what_is_not_clear_is_not_claimed(lines: list[Line], part: str | None, clear: bool, said: str) -> None:
    told = evidence_of(lines, None)
    assert (told.part if told is not None else None) == part
    if told is not None:
        assert told.clear is clear
        assert told.said.startswith(said)
        assert "a turn" not in told.said  # nobody gave the bearing


def with_features(minutes: Minutes, tags: dict[str, Tag], part: str) -> tuple[Minutes, dict[str, Tag]]:
    """The same asset with spectrum features of which RMS, kurtosis and `part` follow its vibration, in g."""
    random = np.random.default_rng(3)
    share = np.where(minutes.value["Vibration"] > 0.1, minutes.value["Vibration"], 0.0)
    value, role, tags = dict(minutes.value), dict(minutes.role), dict(tags)
    for key, found in ROLES.items():
        level = share**2 if key in ("RMS", "Kurtosis", part) else np.minimum(share, 1.0)
        value[key], role[key] = level * (1 + 0.05 * random.normal(size=len(level))), found
        tags[key] = Tag(len(tags), f"CMP-1.{key}", key, "CMP-1", NodeAddress(), found, "" if key == "Kurtosis" else "g")
    asset = replace(minutes.asset, bearing=BEARING)
    return replace(minutes, asset=asset, value=value, role=role, bad=dict.fromkeys(value, 0.0)), tags


def made(part: str, wears: bool = True) -> Card:
    return card(*with_features(*minutes_with_wear(30, left_days=2.0, wears=wears), part), MaintenanceSettings())


def test_a_card_names_the_part_and_says_what_its_detectors_are_worth_on_acceleration() -> None:
    found = made("BSF")
    assert found.bearing is not None
    assert (found.bearing.part, found.bearing.clear) == ("rolling element", True)
    assert found.causes[0].component == "bearing: rolling element"
    assert any("BSF has moved" in text for text in found.causes[0].speaks_for)
    spoke = {d.detector: d for d in found.detections if d.label == "RMS"}
    assert spoke[OWN_BASELINE].figures == ON_ACCELERATION[OWN_BASELINE]
    assert "on accelerations of bearings run to failure in time for 8 of 8" in spoke[OWN_BASELINE].record
    of_vibration = {d.detector: d for d in found.detections if d.label == "Vibration"}
    assert of_vibration[OWN_BASELINE].figures == FIGURES[OWN_BASELINE]
    assert not {"BSF", "Kurtosis"} & {d.label for d in found.detections}  # evidence: no figures, no alarm by itself
    moved = {m.label: m for m in found.moved}
    assert {"RMS", "Kurtosis", "BSF"} <= set(moved)
    assert not {"BPFO", "BPFI", "FTF"} & set(moved)
    assert moved["RMS"].unit == "m/s²"
    assert 0 < moved["BSF"].since_ns < found.time_ns
    assert found.detected_ns > 0


def test_poor_data_name_no_part() -> None:
    minutes, tags = with_features(*minutes_with_wear(30, left_days=2.0), "BPFO")
    found = card(replace(minutes, bad={**minutes.bad, "Vibration": 0.5}), tags, MaintenanceSettings())
    assert (found.tier, found.bearing) == ("poor_data", None)
    assert all(":" not in cause.component for cause in found.causes)


def test_a_sound_bearing_is_told_to_be_one() -> None:
    found = made("BPFO", wears=False)
    assert found.bearing is not None
    assert (found.bearing.part, found.detections, found.causes) == ("", (), ())
    assert found.tier == "age"


def test_a_waveform_that_fell_silent_is_not_judged_by_what_it_said_before() -> None:
    minutes, tags = with_features(*minutes_with_wear(30, left_days=2.0), "BPFO")
    late = np.arange(len(minutes.time_ns)) > len(minutes.time_ns) - 300  # the last five hours
    gone = {k: np.where(late & (minutes.role[k] in ROLES.values()), np.nan, v) for k, v in minutes.value.items()}
    found = card(replace(minutes, value=gone), tags, MaintenanceSettings())
    assert found.bearing is None
    assert any("waveform has been silent or bad for the last" in note for note in found.notes)
    assert not {"RMS", "BPFO"} & {m.label for m in found.moved}
    assert found.tier == "degradation"  # vibration carries it
    assert made("BPFO").notes == ()


def test_one_impact_is_one_record_however_long_its_waveform_holds() -> None:
    minutes, tags = with_features(*minutes_with_wear(6, wears=False), "")
    n, held = len(minutes.time_ns), 20
    rms = np.repeat(minutes.value["RMS"][minutes.value["RMS"] > 0.3], held)[:n]  # one every 20 min
    end = n // held * held
    rms[end - held : end] *= 4
    value = {**minutes.value, "RMS": rms, "State": np.ones(n)}
    slow = replace(minutes, value=value, every_s={"RMS": 60.0 * held})
    assert [d for d in card(slow, tags, MaintenanceSettings()).detections if d.label == "RMS"] == []
    value["RMS"] = np.where(np.arange(n) > n // 2, 4 * rms, rms)
    told = card(replace(slow, value=value), tags, MaintenanceSettings()).detections
    assert {d.detector for d in told if d.label == "RMS"} == set(FIGURES)


def test_wear_without_a_risen_frequency_speaks_against_the_bearing() -> None:
    with_line, without = made("BPFO"), made("")
    assert without.bearing is not None
    assert without.bearing.part == ""
    weight = {c.label: c.weight for c in with_line.causes}
    less = {c.label: c.weight for c in without.causes}
    assert less.get("Rolling bearing wear", 0.0) < weight["Rolling bearing wear"]
    bearing = next(c for c in without.causes if c.label == "Rolling bearing wear")
    assert "Every frequency of the bearing is as usual" in bearing.speaks_against


def test_a_value_of_a_recording_that_is_older_than_the_scene_lets_it_be_is_none() -> None:
    grid = np.arange(10, dtype=np.int64) * 60 * 10**9
    time = np.array([0, 5], np.int64) * 60 * 10**9
    fresh = np.isfinite(_while_fresh(np.ones(10), grid, time, 120.0, 60 * 10**9))
    assert fresh.tolist() == [True, True, True, True, False, True, True, True, True, False]
    assert np.isfinite(_while_fresh(np.ones(10), grid, time, None, 60 * 10**9)).all()
