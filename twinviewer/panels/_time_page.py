"""Which stretch of time the time line shows: how long it is, and where its right edge stands."""

from twinviewer.panels._text import NS
from twinviewer.panels._time_band import LONGEST_NS, SHORTEST_NS
from twinviewer.panels._time_span import SPANS
from twinviewer.session import Seekable

_FIRST_NS = int(SPANS[0][0]) * NS
_LEAST_NS = 300 * NS  # shown in the first minutes of looking


class Page:
    """All times are UTC nanoseconds; `seen` is the past that is known, from its first moment (0: none) to its last."""

    def __init__(self) -> None:
        self.span_ns = _FIRST_NS
        self.end_ns = 0  # 0: the right edge is now, or the page that holds the moment; else it stays there

    def set_span(self, span_ns: int) -> None:
        """Show so much."""
        self.span_ns = min(max(span_ns, SHORTEST_NS), LONGEST_NS)

    def hold(self, stretch: tuple[int, int]) -> None:
        """Leave this stretch where it is."""
        self.span_ns, self.end_ns = stretch[1] - stretch[0], stretch[1]

    def move(self, end_ns: int, now_ns: int, seen: tuple[int, int], in_past: bool) -> None:
        """Put the right edge there, as far as something of the past still shows; at its latest it goes along."""
        earliest = (seen[0] or now_ns) + self.span_ns // 10
        latest = max(seen[1], now_ns) + self.span_ns if in_past else now_ns
        end_ns = max(min(end_ns, latest), min(earliest, latest))
        self.end_ns = 0 if end_ns >= latest else end_ns

    def stretch(self, now_ns: int, seen: tuple[int, int], source: Seekable | None) -> tuple[int, int]:
        """What is shown while this moment is; `source` is what can be moved in, None for a live plant."""
        if self.end_ns and source is not None and source.speed > 0 and now_ns > self.end_ns:
            self.end_ns = 0  # time ran out of the stretch: turn the page
        to_ns = self.end_ns or (now_ns if source is None else self._page_end(now_ns, seen, source))
        return to_ns - self._shown_ns(now_ns, seen, source), to_ns

    def _shown_ns(self, now_ns: int, seen: tuple[int, int], source: Seekable | None) -> int:
        """The span; in the first hour of looking it begins short and grows, so that what is seen can be seen."""
        if source is not None or self.end_ns or self.span_ns != _FIRST_NS or not seen[0]:
            return self.span_ns
        return min(self.span_ns, max(_LEAST_NS, (now_ns - seen[0]) * 11 // 10))

    def _page_end(self, now_ns: int, seen: tuple[int, int], source: Seekable) -> int:
        """In a replay the stretch stands still while time runs through it, and turns over at its end.

        The last page ends where the recording does, or a little later where that still grows.
        """
        if source.loop is not None and source.loop[1] - source.loop[0] == self.span_ns:
            return source.loop[1]
        start = seen[0] or now_ns
        page = max(0, now_ns - start) // self.span_ns
        step_ns = self.span_ns // 12
        last_ns = start + -(-max(0, seen[1] - start) // step_ns) * step_ns
        return min(start + (page + 1) * self.span_ns, max(last_ns, start + self.span_ns))
