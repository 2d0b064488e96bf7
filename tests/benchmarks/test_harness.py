"""The harness tells figures, keeps the exit code honest, and measures two sides in turns."""

import json

import pytest

from benchmarks import harness


@pytest.fixture(autouse=True)
def fresh_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "_results", [])


@pytest.mark.parametrize(
    ("value", "bound", "kept"),
    [
        (1.25, "<= 1.25", True),
        (1.2501, "≤ 1.25", False),
        (8, ">= 8", True),
        (7.9, "≥8", False),
        (0, "0", True),
        (1, "== 0", False),
        (1, "< 1", False),
        (float("nan"), "<= 1", False),
        (float("nan"), "", False),
        (3.0, "", True),
    ],
)
def test_bounds_read_as_they_are_written(value: float, bound: str, kept: bool) -> None:
    assert harness.holds(value, bound) is kept


def test_a_bound_that_is_no_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="about 3"):
        harness.holds(1.0, "about 3")


def test_one_figure_is_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert harness.figure("feed", 8.123456789, "x", {"ours_ms": 1.0, "theirs_ms": 8.123456789}, ">= 8")
    line = json.loads(capsys.readouterr().out)
    assert line == {
        "name": "feed",
        "value": 8.1235,
        "unit": "x",
        "sides": {"ours_ms": 1.0, "theirs_ms": 8.1235},
        "bound": ">= 8",
        "holds": True,
    }


def test_exit_code_fails_on_one_failure_and_on_no_figure_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert harness.exit_code() == 1
    harness.figure("good", 1, "x", {}, "<= 2")
    assert harness.exit_code() == 0
    harness.figure("bad", 3, "x", {}, "<= 2")
    assert harness.exit_code() == 1


def test_sides_take_turns_after_one_unmeasured_call() -> None:
    calls: list[str] = []
    a, b = harness.interleaved(lambda: calls.append("a"), lambda: calls.append("b"), repeats=3)
    assert "".join(calls) == "ab" + "ab" + "ba" + "ab"
    assert a >= 0
    assert b >= 0


def test_more_work_measures_as_more() -> None:
    little, much = harness.interleaved(lambda: sum(range(10)), lambda: sum(range(2_000_000)), repeats=3)
    assert much > little
