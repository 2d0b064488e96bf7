"""A trend as a file, with the columns of `twinviewer query`: out of the recording, else out of the session's memory."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from twinviewer.model.asset import Tag
from twinviewer.model.errors import DataError
from twinviewer.model.quality import Quality
from twinviewer.scene.scene import Scene
from twinviewer.session.trends import Series

Progress = Callable[[float, str], None]
_WORDS = ("good", "uncertain", "uncertain", "bad", "bad")  # by Quality, in the words of a query


def export_trend(
    address: str | None, scene: Scene, tag: Tag, seen: Series, span: tuple[int, int], path: Path, *, progress: Progress
) -> int:
    """Write one tag between two moments to a .csv or .parquet file; how many rows.

    Every sample where the tag was recorded at `address`, else the steps of `seen`. Raises DataError and RecordingError.
    """
    from glob import escape

    from twinviewer.history import query
    from twinviewer.history.recording import Recording

    progress(-1.0, path.name)
    if address is not None:
        recording = Recording.open(address, scene)
        try:
            if recording.number_of_row[tag.index] >= 0:
                with query.answer(recording, escape(tag.name), *span) as relation:
                    return query.write(relation, path)
        finally:
            recording.close()
    return query.write_table(_table(tag, seen, span), path)


def _table(tag: Tag, seen: Series, span: tuple[int, int]):
    """The steps as rows: the lowest value of each, and the highest where it differs."""
    import pyarrow as pa

    inside = (seen.time_ns >= span[0]) & (seen.time_ns <= span[1]) & (seen.quality < Quality.UNKNOWN)
    time, low, high, quality = (c[inside] for c in (seen.time_ns, seen.low, seen.high, seen.quality))
    if not len(time):
        raise DataError(f"nothing is known of {tag.name} in this time", remedy="Choose a time in which it was seen.")
    twice = high > low
    order = np.argsort(np.concatenate([time, time[twice]]), kind="stable")
    value = np.concatenate([low, high[twice]])[order]
    words = np.array(_WORDS)[np.concatenate([quality, quality[twice]])[order]]
    return pa.table(
        {
            "time": pa.array(np.concatenate([time, time[twice]])[order], pa.timestamp("ns", "UTC")),
            "tag": pa.array([tag.name] * len(value)),
            "value": pa.array(value, from_pandas=True),
            "quality": pa.array(words.tolist()),
        }
    )
