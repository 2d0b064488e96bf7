"""The pull: a timer that ticks the session and hands the frame on, never faster than the window can show it."""

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

from twinviewer.model.frame import Frame
from twinviewer.session import Session

_log = logging.getLogger(__name__)
MOST_SHARE = 0.6


class Bridge(QObject):
    """Ticks `session` at `rate_hz` and calls `on_frame(frame)`.

    When a tick takes longer than its share of the period, the next one waits, so that keys and mouse always come
    through. `clock` gives UTC nanoseconds.
    """

    def __init__(
        self,
        session: Session,
        on_frame: Callable[[Frame], None],
        rate_hz: int,
        clock: Callable[[], int] = time.time_ns,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._on_frame = on_frame
        self._clock = clock
        self._period_ms = 1000 / rate_hz
        self.tick_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def set_rate(self, rate_hz: int) -> None:
        """Change how often; 30 where assets move, 10 otherwise."""
        self._period_ms = 1000 / rate_hz

    def start(self) -> None:
        """Tick from now on."""
        self._timer.start(0)

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    def tick_now(self) -> None:
        """One tick at once, for tests and for a window that must show something new without waiting."""
        self._step()

    def _tick(self) -> None:
        begun = time.perf_counter()
        try:
            self._step()
        finally:
            self.tick_ms = (time.perf_counter() - begun) * 1000
            rest = max(self._period_ms - self.tick_ms, self.tick_ms * (1 / MOST_SHARE - 1), 1.0)
            self._timer.start(round(rest))

    def _step(self) -> None:
        self._on_frame(self._session.tick(self._clock()))
