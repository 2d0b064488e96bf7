"""The status bar: feed, security, tags, rate, ages, bad values, recording, role, frames drawn, jobs with cancel."""

from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QStatusBar, QToolButton, QWidget

from twinviewer.gui.link_texts import NOT_SECURE, NS, oldest_good_s, security_text
from twinviewer.model.connection import Link
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.jobs import Job, Jobs
from twinviewer.panels._kit.widgets import label
from twinviewer.states.explain import duration

_NARROW = 90  # pixels to which a longer text may shrink
_RATE_WINDOW_NS = 5 * NS
_GIVES_WAY = ("role", "picture", "scene")  # while a job runs
_UP = (Link.CONNECTED, Link.DEGRADED)
_ROOMY = 1700  # pixels, where all has room


class Rate:
    """Changes per second over the last seconds, from a counter."""

    def __init__(self) -> None:
        self._past: deque[tuple[int, int]] = deque()

    def forget(self) -> float:
        """What counted before belongs to another connection."""
        self._past.clear()
        return float("nan")

    def update(self, now_ns: int, count: int) -> float:
        """Changes per second; NaN until a second has passed."""
        if self._past and (now_ns < self._past[-1][0] or count < self._past[-1][1]):
            self._past.clear()
        self._past.append((now_ns, count))
        while now_ns - self._past[0][0] > _RATE_WINDOW_NS:
            self._past.popleft()
        span = (now_ns - self._past[0][0]) / NS
        return (count - self._past[0][1]) / span if span >= 1 else float("nan")


class JobStrip(QWidget):
    """Progress of the newest job, with a cross that cancels it."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._leave: Callable[[], None] = lambda: None  # hear no more of the job before
        self._title = label("")  # shows as much as there is room for: a job must not widen the window
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(90, 10)
        self._cancel = QToolButton()
        self._cancel.setIcon(icon("close", "text2"))
        self._cancel.setToolTip("Cancel")
        self._cancel.setStyleSheet("padding: 1px;")
        self._cancel.clicked.connect(self._stop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self._bar, self._cancel):
            layout.addWidget(widget)
        layout.addWidget(self._title, 1)
        jobs.changed.connect(lambda _none: self._follow())
        self.setVisible(False)

    @property
    def busy(self) -> bool:
        """Whether a job runs."""
        return bool(self._jobs.running)

    def _follow(self) -> None:
        newest = self._jobs.running[-1] if self._jobs.running else None
        if newest is self._job:
            return
        self._leave()
        self._job, self._leave = newest, lambda: None
        self.setVisible(newest is not None)
        if self._job is not None:
            self._leave = self._job.moved.connect(lambda told: self._move(*told))
            self._cancel.setAccessibleName(f"Cancel: {self._job.title}")
            self._move(self._job.fraction, self._job.text)

    def _move(self, fraction: float, text: str) -> None:
        if self._job is None:
            return
        self._bar.setRange(0, 1000 if fraction >= 0 else 0)
        self._bar.setValue(round(max(fraction, 0) * 1000))
        words = f"{self._job.title}: {text}" if text else self._job.title
        self._title.setText(words)
        self.setToolTip(words)
        self._bar.setAccessibleName(f"{words}, {max(fraction, 0) * 100:.0f} %")

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()


class _Part(QLabel):
    """A text that is cut with an ellipsis where there is no room: what is said must not widen the window."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        full = super().minimumSizeHint()
        return QSize(min(full.width(), _NARROW), full.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        box = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        painter = QPainter(self)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.style().drawItemText(painter, box, left, self.palette(), self.isEnabled(), shown, self.foregroundRole())
        painter.end()


class StatusBar(QStatusBar):
    """Refreshed twice a second; each part says "–" rather than something that is not known."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._rate = Rate()
        self.rate = float("nan")  # changes a second, of what is shown
        self._left = {name: self._part(name) for name in ("feed", "security", "traffic", "bad", "lost", "recording")}
        for part in self._left.values():
            self.addWidget(part)
        self.jobs = JobStrip(jobs, self)
        self.addWidget(self.jobs, 1)
        self._right = {name: self._part(name) for name in ("role", "picture", "scene")}
        for part in self._right.values():
            self.addPermanentWidget(part)
        jobs.changed.connect(lambda _none: self._make_room())

    def _part(self, name: str) -> QLabel:
        part = QLabel() if name == "security" else _Part()  # that one is never cut
        part.setTextFormat(Qt.TextFormat.PlainText)
        part.setObjectName(f"status.{name}")
        return part

    def _make_room(self) -> None:
        """What can be known otherwise gives way to what a job says, where there is not room for both."""
        for name in _GIVES_WAY:
            self._right[name].setVisible(self._fits(name))

    def _fits(self, name: str) -> bool:
        crowded = self.jobs.busy and self.width() < _ROOMY
        return bool(self.text(name)) and not (crowded and name in _GIVES_WAY)

    def text(self, name: str) -> str:
        """What one part says."""
        return (self._left | self._right)[name].text()

    def more(self, name: str) -> str:
        """What one part says when the pointer rests on it."""
        return (self._left | self._right)[name].toolTip()

    def say(self, name: str, text: str, more: str = "", loud: bool = False, short: str = "") -> None:
        """Let one part say `text`, and `more` when the pointer rests on it; an empty one takes no room.

        In a narrow bar it says `short`, if there is one, and the text to the pointer.
        """
        part = (self._left | self._right)[name]
        if short and self.width() < _ROOMY:
            text, more = short, more or text
        if bool(part.property("loud")) != loud:
            part.setProperty("loud", loud)
            part.style().unpolish(part)
            part.style().polish(part)
        if part.text() != text or part.toolTip() != more:
            part.setText(text)
            part.setAccessibleName(text)
            part.setToolTip(more)
        part.setVisible(self._fits(name))

    def show_frame(self, frame: Frame, tags: int) -> None:
        """Bring everything about the feed up to date."""
        connection = frame.connection
        if frame.source == "live":
            self.say("feed", connection.url or "no feed", short=urlsplit(connection.url).netloc)
            security = security_text(connection)
            loud = security == NOT_SECURE
            self.say("security", security.upper() if loud else security, loud=loud)
        else:
            self.say("feed", {"none": "not connected"}.get(frame.source, frame.source))
            self.say("security", "")
        up = connection.link in _UP
        self.rate = self._rate.update(frame.now_ns, connection.samples) if up else self._rate.forget()
        flow = self._traffic(frame)
        self.say("traffic", " · ".join((f"{tags:,} tags", *flow)), short=" · ".join(flow))
        self.say("bad", _bad(frame))
        self.say("lost", _lost(frame))

    def _traffic(self, frame: Frame) -> list[str]:
        words: list[str] = []
        if frame.connection.link in _UP:
            words.append(f"{self.rate:,.0f} changes/s" if np.isfinite(self.rate) else "– changes/s")
        oldest = oldest_good_s(frame)
        if np.isfinite(oldest):
            words.append(f"oldest good value {duration(oldest)}")
        return words


def _bad(frame: Frame) -> str:
    quality = frame.tags.quality
    if quality is None or frame.source == "none":
        return ""
    bad, stale = int((quality == Quality.BAD).sum()), int((quality == Quality.STALE).sum())
    unknown = int((quality == Quality.UNKNOWN).sum())
    words = [f"{n:,} {word}" for n, word in ((bad, "bad"), (stale, "stale"), (unknown, "never received")) if n]
    return ", ".join(words) if words else "no bad values"


def _lost(frame: Frame) -> str:
    c = frame.connection
    words = [f"{n:,} {word}" for n, word in ((c.lost, "lost"), (c.dropped, "dropped")) if n]
    if c.bad_items:
        words.append(f"{c.bad_items:,} tags refused")
    if abs(c.clock_skew_s) > 2:
        words.append(f"server clock off by {c.clock_skew_s:+.0f} s")
    return ", ".join(words)
