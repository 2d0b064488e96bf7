"""A stretch of a recording as a recording of its own: what a capsule carries."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from twinviewer.history import journal
from twinviewer.history.layout import ACTIONS, ALARMS, BEAT_NS, DAY_NS, LINKS, NOTES
from twinviewer.history.recording import Recording
from twinviewer.history.rows import Rows, concatenated
from twinviewer.history.store import Store, beats
from twinviewer.scene.scene import Scene


def cut(
    recording: Recording,
    scene: Scene,
    folder: Path,
    from_ns: int,
    to_ns: int,
    progress: Callable[[float, str], None] = lambda fraction, text: None,
) -> int:
    """Write the samples, alarms, actions and notes between two moments into `folder`; how many samples that were.

    What stood at `from_ns` is taken along. Only the scene's tags are. `progress` may raise to cancel. Raises OSError,
    RecordingError.
    """
    store = Store(folder, scene)
    try:
        new = np.array(store.manifest.numbers([tag.name for tag in recording.tags]), np.int32)
        store.before(_renumbered(recording.newest(from_ns), new))
        count = 0
        for stretch in recording.stretches(from_ns, to_ns):
            alive = beats(np.arange(stretch.first_ns, stretch.last_ns + 1, BEAT_NS, dtype=np.int64))
            for rows in recording.batches(stretch.first_ns, stretch.last_ns):
                samples = _renumbered(rows, new)
                count += len(samples)
                last_ns = int(samples.time.max()) if len(samples) else stretch.first_ns
                early = alive.time <= last_ns
                store.write(_in_time(concatenated([alive.take(early), samples])))
                alive = alive.take(~early)
                progress((last_ns - from_ns) / (to_ns - from_ns), "copying samples")
            store.write(alive)
            store.beat(stretch.last_ns)
        _journals(recording, store, from_ns, to_ns)
        store.end_slice()
        store.compact(None)
    finally:
        store.close()
    return count


def _renumbered(rows: Rows, new: np.ndarray) -> Rows:
    kept = replace(rows, tag=new[rows.tag])
    return kept.take(kept.tag >= 0)


def _in_time(rows: Rows) -> Rows:
    return rows.take(np.argsort(rows.time, kind="stable"))


def _journals(recording: Recording, store: Store, from_ns: int, to_ns: int) -> None:
    """The lines of that time, led by what stood at its beginning."""
    diary = recording.diary
    store.lines(ALARMS, from_ns, [journal.standing_line(from_ns, recording.alarms_at(from_ns))])
    connection = diary.connection_at(from_ns)
    if connection is not None:
        store.lines(LINKS, from_ns, [journal.connection_line(from_ns, connection)])
    for table, lines in (
        (ALARMS, diary.alarm_lines(from_ns + 1, to_ns)),
        (ACTIONS, diary.actions(from_ns, to_ns)),
        (LINKS, diary.told(from_ns + 1, to_ns)),
        (NOTES, [line for line in diary.notes() if from_ns <= line["time_ns"] <= to_ns]),
    ):
        for _, run in itertools.groupby(lines, key=lambda line: line["time_ns"] // DAY_NS):
            day = list(run)
            store.lines(table, day[0]["time_ns"], day)
