"""What a recording says where it says little: a tag that is new, or nothing in the time that is asked about."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.factory import make_scene
from twinviewer.history.rows import no_rows
from twinviewer.model.errors import RecordingError
from twinviewer.model.state import State
from twinviewer.simulation import evidence

SCENE = make_scene(1, ("State", "CycleTime", "GoodCount"))


def recording(**values: list[float]) -> Any:
    """One that knows the tags named, a sample of each every 10 s; other tags are not in it, as in a real one."""
    keys = [t.key for t in SCENE.tags]

    def samples(names: list[str], from_ns: int, to_ns: int, *, before: bool = False) -> Any:
        key = next(t.key for t in SCENE.tags if t.name == names[0])
        if key not in values:
            raise RecordingError(f"the tag {names[0]!r} is not in this recording", "test")
        n = len(values[key])
        if n == 0:
            return no_rows()
        time = np.arange(n) * 10 * evidence.NS
        return SimpleNamespace(time=time, value=np.array(values[key]), status=np.zeros(n, np.uint32))

    return SimpleNamespace(samples=samples, number_of_row=[0 if k in values else -1 for k in keys])


def test_a_tag_that_is_newer_than_the_recording_has_nothing_to_say() -> None:
    r = recording(State=[float(State.RUNNING)] * 4)
    assert evidence.increase(r, SCENE, ["M-0"], "count_good", "GoodCount", 0, 40 * evidence.NS) == 0
    assert len(evidence.cycles(r, SCENE, ["M-0"], 0, 40 * evidence.NS)) == 0
    assert len(evidence.intervals(recording(), SCENE, "M-0", 0, 40 * evidence.NS).state) == 0


def test_no_sample_in_the_time_asked_about_is_no_cycle() -> None:
    r = recording(State=[], CycleTime=[], GoodCount=[])
    assert len(evidence.cycles(r, SCENE, ["M-0"], 0, 40 * evidence.NS)) == 0


def test_a_cycle_time_of_zero_is_no_cycle() -> None:
    r = recording(State=[], CycleTime=[5.0, 0.0, 6.0, 0.0, 7.0], GoodCount=[1.0, 4.0, 2.0])
    assert evidence.cycles(r, SCENE, ["M-0"], 0, 60 * evidence.NS).tolist() == [6.0, 7.0]
    counted = evidence.increase(r, SCENE, ["M-0"], "count_good", "GoodCount", 0, 60 * evidence.NS)
    assert counted == pytest.approx(3 + 2)  # a counter that went back counts from zero
