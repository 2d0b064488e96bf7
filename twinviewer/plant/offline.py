"""Runs the plant without a server, far quicker than real time: samples for tests, history and calibration."""

from collections.abc import Iterator, Sequence

import numpy as np

from twinviewer.model.sample import SampleBatch
from twinviewer.plant.faults import Fault
from twinviewer.plant.process import Process
from twinviewer.plant.readings import is_text
from twinviewer.plant.spec import CALM, PlantScene, PlantSettings


class Changes:
    """Finds what has changed since it was last asked, beyond each tag's deadband: what a server would notify."""

    def __init__(self, process: Process) -> None:
        self._process = process
        n = len(process.value)
        self._value = np.full(n, np.nan)
        self._status = np.zeros(n, dtype=np.uint32)
        self._text: dict[int, str] = {}
        self._is_text = np.array([is_text(t) for t in process.scene.tags], dtype=bool)
        self._first = True

    def take(self) -> np.ndarray:
        """Rows (int32) of the tags that changed; all of them the first time."""
        value, status, text = self._process.value, self._process.status, self._process.text
        before, now = np.isnan(self._value), np.isnan(value)
        with np.errstate(invalid="ignore"):
            changed = np.abs(value - self._value) > self._process.readings.deadband
        changed |= (before != now) | (status != self._status)
        for row, words in text.items():
            if self._text.get(row) != words:
                self._text[row] = words
                changed[row] = True
        if self._first:
            changed[:], self._first = True, False
        rows = np.flatnonzero(changed).astype(np.int32)
        self._value[rows], self._status[rows] = value[rows], status[rows]
        return rows

    def batch(self, rows: np.ndarray, time_ns: int) -> SampleBatch:
        """These tags as samples of `time_ns`; bad tags have no value."""
        text = self._process.text
        words = {
            k: text[int(row)]
            for k, row in enumerate(rows)
            if self._is_text[row] and int(row) in text and self._process.status[row] < 0x80000000
        }
        stamps = np.full(len(rows), time_ns, dtype=np.int64)
        value, status = self._process.readings.shown(rows), self._process.status[rows].copy()
        return SampleBatch(rows, value, status, stamps, stamps, time_ns, words)


def simulate(
    scene: PlantScene,
    seed: int,
    start_ns: int,
    seconds: float,
    step_s: float = 1.0,
    faults: Sequence[Fault] = (),
    settings: PlantSettings = CALM,
) -> Iterator[SampleBatch]:
    """The samples of `seconds` of plant life, one batch per step in which something changed.

    The first batch holds every tag at `start_ns`; source, server and received times are plant time. Sensors are read
    every `step_s` (1 s for detail, 60 s for months). Raises FeedError for a fault on an asset that does not exist.
    """
    hour = (start_ns / 3.6e12) % 24
    process = Process(scene, seed, settings, faults, start_hour=hour)
    changes = Changes(process)
    yield changes.batch(changes.take(), start_ns)
    for k in range(1, int(seconds / step_s) + 1):
        process.advance(k * step_s, step_s)
        rows = changes.take()
        if len(rows):
            yield changes.batch(rows, start_ns + round(k * step_s * 1e9))
