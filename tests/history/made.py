"""Batches of samples and recordings made of plain data."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from tests.factory import NOW_NS
from twinviewer.history.recorder import Recorder
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import Scene

NS = 1_000_000_000
START_NS = NOW_NS - NOW_NS % (3600 * NS)


def batch(
    time_ns: int,
    slot: Sequence[int],
    value: Sequence[float],
    status: int = 0,
    lag_ns: int = 1_000_000,
    text: dict[int, str] | None = None,
) -> SampleBatch:
    """Samples that arrived at one moment, stamped `lag_ns` before."""
    n = len(slot)
    stamp = np.full(n, time_ns - lag_ns, np.int64)
    return SampleBatch(
        np.array(slot, np.int32),
        np.array(value, np.float64),
        np.full(n, status, np.uint32),
        stamp,
        stamp + 7,
        time_ns,
        text or {},
    )


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now_ns: int = START_NS) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns


def record(
    folder: Path,
    scene: Scene,
    batches: Iterable[SampleBatch],
    *,
    compact: bool = True,
    slice_rows: int = 524_288,
    unbroken: bool = False,
) -> None:
    """Record batches in one go, without threads."""
    clock = Clock()
    recorder = Recorder(folder, scene, clock=clock, threads=False, slice_rows=slice_rows, unbroken=unbroken)
    for each in batches:
        clock.now_ns = each.received_ns
        recorder.tap(each)
        recorder.flush()
    recorder.close(compact=compact)
