"""Moments and spans as people type them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factory import NOW_NS
from twinviewer.__main__ import main
from twinviewer.history.times import iso, parse_range, parse_span_s, parse_time
from twinviewer.model.errors import DataError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1h30m", 5400), ("1h 30min", 5400), ("14d", 1209600), ("250ms", 0.25), ("2w", 1209600), ("7", 7)],
)
def test_a_span_is_the_sum_of_its_parts(text: str, seconds: float) -> None:
    assert parse_span_s(text) == pytest.approx(seconds)


def test_now_and_spans_count_from_the_clock_given() -> None:
    assert parse_time("now", NOW_NS) == NOW_NS
    assert parse_time("1h", NOW_NS) == NOW_NS - 3600 * 10**9
    assert parse_time("1970-01-01T00:00:01Z", NOW_NS) == 10**9
    assert parse_time("1970-01-01T01:00:00+01:00", NOW_NS) == 0


@given(st.integers(0, 2**62 // 1_000_000).map(lambda ms: ms * 1_000_000))
def test_what_is_written_is_read_back(time_ns: int) -> None:
    assert parse_time(iso(time_ns), NOW_NS) == time_ns


@pytest.mark.parametrize("text", ["", "yesterday", "1x", "2026-13-01", "-1h", "9999-01-01T00:00:00Z", "0001-01-01"])
def test_anything_else_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_time(text, NOW_NS)
    assert caught.value.remedy


def test_an_empty_stretch_is_refused() -> None:
    with pytest.raises(DataError, match="empty"):
        parse_range("1h", "2h", NOW_NS)


@pytest.mark.parametrize(("span", "every"), [("1h", "0"), ("0s", "1s"), ("10s", "1min")])
def test_a_made_up_plant_needs_a_step_that_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], span: str, every: str
) -> None:
    folder = tmp_path / "recording"
    assert main(["record", "nowhere", "--simulate", span, "--every", every, "-o", str(folder)]) == 2
    assert "sensors cannot be read every" in capsys.readouterr().err
    assert not folder.exists()
