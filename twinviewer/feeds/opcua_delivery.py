"""What a server sent as samples: notifications, values that were read, and refusals, put in the slots of the tags."""

from collections.abc import Callable, Sequence

import numpy as np
from asyncua import ua

from twinviewer.feeds.opcua_decode import Changes, datetime_ns, number_and_text
from twinviewer.feeds.source import FeedSink
from twinviewer.model.asset import Tag
from twinviewer.model.sample import SampleBatch

_OVERFLOW = np.uint32(0x480)  # InfoType DataValue with the Overflow bit: the queue was too short (Part 4, 7.39.1)


class Delivery:
    """Samples of one session. Per slot: `newest` int64, the source time of its last sample, and `status` uint32;
    `overflown` counts the samples behind which the server had dropped others."""

    def __init__(self, tags: Sequence[Tag], put: FeedSink, clock_ns: Callable[[], int]) -> None:
        self._put = put
        self._clock_ns = clock_ns
        rows = max((tag.index for tag in tags), default=-1) + 1
        self._is_text = np.zeros(rows, bool)
        self._is_text[[t.index for t in tags if t.is_text]] = True
        self._any_text = bool(self._is_text.any())
        self._is_waveform = np.zeros(rows, bool)
        self._is_waveform[[t.index for t in tags if t.role == "waveform"]] = True
        self.newest = np.zeros(rows, np.int64)
        self.status = np.zeros(rows, np.uint32)
        self.overflown = 0

    def take(self, changes: Changes, received_ns: int) -> None:
        """A decoded notification as samples."""
        slot = changes.handle.astype(np.int64) - 1
        columns = (slot, changes.value, changes.status, changes.source_ns, changes.server_ns)
        text, arrays = changes.text, changes.arrays
        known = (slot >= 0) & (slot < len(self.newest))
        if not known.all():
            place = np.cumsum(known) - 1
            text = {int(place[row]): value for row, value in text.items() if known[row]}
            arrays = {int(place[row]): value for row, value in arrays.items() if known[row]}
            columns = tuple(column[known] for column in columns)
        self._deliver(columns, text, arrays, received_ns)

    def _deliver(
        self, columns: tuple[np.ndarray, ...], text: dict[int, str], arrays: dict[int, np.ndarray], received_ns: int
    ) -> None:
        slot, value, status, source_ns, server_ns = columns
        if self._any_text:
            for row in np.flatnonzero(self._is_text[slot] & ~np.isnan(value)).tolist():
                text[row] = f"{value[row]:g}"  # a text tag that the server keeps as a number
        overflown = status & _OVERFLOW == _OVERFLOW
        if overflown.any():
            self.overflown += int(overflown.sum())
            status = np.where(overflown, status & ~_OVERFLOW, status)
        arrays = {row: values for row, values in arrays.items() if self._is_waveform[slot[row]]}
        text.update({row: f"{len(values):,} values" for row, values in arrays.items()})
        self.newest[slot], self.status[slot] = source_ns, status
        columns = (slot.astype(np.int32), value, status, source_ns, server_ns)
        self._put.samples(SampleBatch(*columns, received_ns, text, arrays))

    def read(self, slots: Sequence[int], values: Sequence[ua.DataValue]) -> None:
        """Values that were read; newer samples that came meanwhile stay."""
        plain = [v.Value.Value if v.Value is not None else None for v in values]
        pairs = [number_and_text(value) for value in plain]
        source = np.array([datetime_ns(v.SourceTimestamp) for v in values], np.int64)
        slot = np.array(slots, np.int64)
        columns = (
            slot,
            np.array([number for number, _ in pairs]),
            np.array([v.StatusCode.value if v.StatusCode is not None else 0 for v in values], np.uint32),
            source,
            np.array([datetime_ns(v.ServerTimestamp) for v in values], np.int64),
        )
        fresh = (source == 0) | (source >= self.newest[slot] // 1000 * 1000)
        place = np.cumsum(fresh) - 1
        text = {int(place[row]): t for row, (_, t) in enumerate(pairs) if t is not None and fresh[row]}
        rows = [row for row, value in enumerate(plain) if fresh[row] and _is_array(value)]
        arrays = {int(place[row]): np.array(plain[row]) for row in rows}
        self._deliver(tuple(column[fresh] for column in columns), text, arrays, self._clock_ns())

    def refuse(self, refused: dict[int, int]) -> None:
        """Slots whose nodes the server does not give are BAD, with its StatusCode."""
        n = len(refused)
        zero = np.zeros(n, np.int64)
        status = np.array(list(refused.values()), np.uint32)
        slot = np.array(list(refused), np.int32)
        self._put.samples(SampleBatch(slot, np.full(n, np.nan), status, zero, zero, self._clock_ns()))


def _is_array(value: object) -> bool:
    """Whether asyncua read an array of numbers."""
    return isinstance(value, list) and all(isinstance(x, (int, float)) for x in value)
