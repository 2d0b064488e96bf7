"""Random numbers: the generator's published answers, the quantiles, and what the draws look like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from twinviewer.model.errors import LineError
from twinviewer.simulation import engine
from twinviewer.simulation import random_numbers as rn
from twinviewer.simulation.compiling import STAMP
from twinviewer.simulation.quantities import distribution, seconds


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [  # known answers of Random123 for philox4x32-10
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_known_answers(counter, key, expected):
    assert tuple(int(x) for x in rn.philox(*(np.uint64(v) for v in (*counter, *key)))) == expected


@given(st.floats(min_value=1e-300, max_value=1 - 1e-16, exclude_max=True))
def test_normal_quantile(p):
    assert rn.normal_quantile(p) == pytest.approx(ndtri(p), rel=1e-13, abs=1e-14)


def test_every_key_matters():
    base = (7, 3, 11, 2, 5)
    one = rn.uniform(*base)
    for place in range(5):
        other = list(base)
        other[place] += 1
        assert rn.uniform(*other) != one
    assert 0 < one < 1


@pytest.mark.parametrize(
    ("text", "mean", "cv"),
    [
        ("50 s", 50, 0),
        ("exponential(4 h)", 14400, 1),
        ("lognormal(98 s, cv=0.25)", 98, 0.25),
        ("uniform(40 s, 60 s)", 50, 20 / 12**0.5 / 50),
        ("weibull(mean=10 s, shape=2)", 10, 0.5227232),
        ("triangular(40 s, 50 s, 75 s)", 55, (162.5 / 3) ** 0.5 / 55),
        ("erlang(48 s, k=4)", 48, 0.5),
        ("normal(60 s, sd=5 s)", 60, 5 / 60),
        ("normal(60 s, sd=60 s)", 64.99893, 0.8),  # cut off at zero: the moments of what is left
        ("lognormal(98 s, cv=0.25) * 1.5", 147, 0.25),
        ("98 s * 2", 196, 0),
    ],
)
def test_draws_have_the_moments_that_are_written(text, mean, cv):
    d = distribution(text)
    row = np.array([(d.kind, d.a, d.b, d.c, d.mean)], rn.DISTRIBUTION)
    draws = np.array([rn.draw(row, np.zeros((1, 2)), 0, 1, 0, 5, rn.PROCESS, k) for k in range(20_000)])
    assert d.mean == pytest.approx(mean, rel=1e-6)
    assert draws.mean() == pytest.approx(mean, rel=0.03)
    assert draws.std() / draws.mean() == pytest.approx(cv, abs=0.03)


@pytest.mark.parametrize(
    ("text", "value"), [("98 s", 98), ("1 d 9 h", 118800), ("7d", 604800), (5, 5), ("12 min", 720)]
)
def test_spans(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "98 parsecs",
        "lognormal(98 s)",
        "gamma(1 s, 2)",
        "uniform(9 s, 3 s)",
        "-5 s",
        "exponential(1 s, 2)",
        "5 s * 0",
    ],
)
def test_bad_text_is_told(text):
    with pytest.raises(LineError) as error:
        distribution(text, "station.a.time")
    assert error.value.remedy


def test_what_was_compiled_is_thrown_away_when_any_source_of_the_engine_changes():
    for function in (engine.run, engine.prepare, engine.forget, engine.resume, rn.draw):
        assert function._cache._cache_file._source_stamp == STAMP  # a newer numba may keep it elsewhere
