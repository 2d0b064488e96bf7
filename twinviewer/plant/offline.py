"""Runs the plant without a server, far quicker than real time: samples for tests, history and calibration."""

from collections.abc import Iterator, Sequence

import numpy as np

from twinviewer.model.frame import TagSnapshot
from twinviewer.model.sample import SampleBatch
from twinviewer.plant.faults import Fault
from twinviewer.plant.process import Process
from twinviewer.plant.readings import is_text
from twinviewer.plant.spec import CALM, PlantScene, PlantSettings
from twinviewer.plant.waveforms import EVERY_S
from twinviewer.waveforms.reduction import Reduction

MOST_SELDOM_S = 600.0
SELDOM = 10  # steps between two waveforms at least: they cost more than all other values of an asset


class Changes:
    """Finds what has changed since it was last asked, beyond each tag's deadband: what a server would notify."""

    def __init__(self, process: Process) -> None:
        self._process = process
        n = len(process.value)
        self._value = np.full(n, np.nan)
        self._status = np.zeros(n, dtype=np.uint32)
        self._text: dict[int, str] = {}
        self._is_text = np.array([is_text(t) for t in process.scene.tags], dtype=bool)
        self._sent = np.array([t.derived_from < 0 for t in process.scene.tags], dtype=bool)
        self._waveforms = frozenset(process.waveforms.rows)
        self._first = True

    def take(self) -> np.ndarray:
        """Rows (int32) of the tags that changed, a new waveform included; all that a server has the first time."""
        value, status, text = self._process.value, self._process.status, self._process.text
        before, now = np.isnan(self._value), np.isnan(value)
        with np.errstate(invalid="ignore"):
            changed = np.abs(value - self._value) > self._process.readings.deadband
        changed |= (before != now) | (status != self._status)
        for row, words in text.items():
            if self._text.get(row) != words:
                self._text[row] = words
                changed[row] = True
        changed[self._process.waveforms.take()] = True
        if self._first:
            changed[:], self._first = True, False
        rows = np.flatnonzero(changed & self._sent).astype(np.int32)
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
        arrays = {k: self._process.waveforms.values(int(rows[k])) for k in words if rows[k] in self._waveforms}
        return SampleBatch(rows, value, status, stamps, stamps, time_ns, words, arrays)


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
    every `step_s` (1 s for detail, 60 s for months); a waveform comes every ten steps, between 20 s and 10 min, and
    what is worked out of it in a batch of its own. Raises FeedError for a fault on an asset that does not exist.
    """
    hour = (start_ns / 3.6e12) % 24
    every_s = max(EVERY_S, min(SELDOM * step_s, MOST_SELDOM_S), step_s)
    process = Process(scene, seed, settings, faults, start_hour=hour, waveform_every_s=every_s)
    changes, reduction = Changes(process), Reduction(scene.assets, scene.tags)

    def batches(rows: np.ndarray, time_ns: int) -> Iterator[SampleBatch]:
        batch = changes.batch(rows, time_ns)
        yield batch
        for arrived in reduction.arrived(batch) if reduction.slots else ():
            yield reduction.samples(arrived, _table(process, time_ns), time_ns)

    yield from batches(changes.take(), start_ns)
    for k in range(1, int(seconds / step_s) + 1):
        process.advance(k * step_s, step_s)
        rows = changes.take()
        if len(rows):
            yield from batches(rows, start_ns + round(k * step_s * 1e9))


def _table(process: Process, now_ns: int) -> TagSnapshot:
    """What a reader of the plant knows at this moment."""
    stamps = np.full(len(process.value), now_ns, np.int64)
    return TagSnapshot(process.value, process.status, stamps, stamps, stamps)
