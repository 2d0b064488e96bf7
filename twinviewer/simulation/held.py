"""A recording with the samples of some tags read once and kept, for whoever looks at them again and again."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.history.rows import Rows, no_rows
from twinviewer.scene.scene import Scene


class Held:
    """Stands for a recording: `samples` of the tags of some assets come from memory, all else from the recording.

    Only for stretches of time inside the one that was read.
    """

    def __init__(self, recording: Recording, scene: Scene, assets: Sequence[str], from_ns: int, to_ns: int) -> None:
        self._recording = recording
        tags = [scene.tags[row] for a in assets for row in scene.asset(a).tags]
        known = {t.name: int(recording.number_of_row[t.index]) for t in tags}
        self._number = {name: number for name, number in known.items() if number >= 0}
        rows = recording.of_numbers(list(self._number.values()), from_ns, to_ns, True) if self._number else no_rows()
        self._rows = {n: rows.take(slice(*np.searchsorted(rows.tag, [n, n + 1]))) for n in self._number.values()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recording, name)

    def samples(self, tags: Sequence[str], from_ns: int, to_ns: int, *, before: bool = False) -> Rows:
        """As `Recording.samples`, for one tag at a time."""
        number = self._number.get(tags[0], -1)
        if len(tags) != 1 or number < 0:
            return self._recording.samples(tags, from_ns, to_ns, before=before)
        rows = self._rows[number]
        first, last = np.searchsorted(rows.time, from_ns, "left"), np.searchsorted(rows.time, to_ns, "right")
        return rows.take(slice(max(0, int(first) - 1) if before else int(first), int(last)))
