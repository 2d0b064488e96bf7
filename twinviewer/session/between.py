"""Two moments that a person marks, A and B, and the stretch that a time line shows: what is compared, repeated, cut."""

from twinviewer.session.events import Event


class Between:
    """`a_ns` and `b_ns` are 0 while they are not marked. `shown` is what the time line shows; `aimed_ns` the moment
    that a menu was opened for, 0 for none."""

    def __init__(self) -> None:
        self.a_ns = 0
        self.b_ns = 0
        self.shown: tuple[int, int] = (0, 0)
        self.aimed_ns = 0
        self.changed: Event[None] = Event()

    def mark_a(self, time_ns: int) -> None:
        """A is here."""
        self.a_ns = time_ns
        self.changed.emit(None)

    def mark_b(self, time_ns: int) -> None:
        """B is here."""
        self.b_ns = time_ns
        self.changed.emit(None)

    def clear(self) -> None:
        """Neither is marked."""
        self.a_ns = self.b_ns = 0
        self.changed.emit(None)

    @property
    def both(self) -> bool:
        """Whether two different moments are marked."""
        return bool(self.a_ns and self.b_ns and self.a_ns != self.b_ns)

    @property
    def stretch(self) -> tuple[int, int]:
        """From the earlier of A and B to the later, or what is shown where they are not marked."""
        return (min(self.a_ns, self.b_ns), max(self.a_ns, self.b_ns)) if self.both else self.shown
