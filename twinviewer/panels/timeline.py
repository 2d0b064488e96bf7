"""The time slider: the selected asset's past as a band with alarms and notes, and where in time the window stands."""

import time
from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Frame
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.widgets import label
from twinviewer.panels._life import until_gone
from twinviewer.panels._text import NS, clock
from twinviewer.panels._time_band import Shown, TimeBand
from twinviewer.panels._time_controls import SPEEDS, TimeControls
from twinviewer.panels._time_menu import open_menu, register
from twinviewer.panels._time_page import Page
from twinviewer.panels._time_span import SpanChoice
from twinviewer.panels._time_steps import next_alarm
from twinviewer.session import Noted, Reads, Seekable, Session, Shares

TITLE = "Time"
AREA = "under"
ORDER = 10

_NARROW, _ROOMY = 620, 900
_FRESH_NS = 5 * NS  # a recording that grows is drawn anew this often
_READING = "This moment is being read from the recording. Another moment, or Back to live (0), calls it off."


class Panel(QWidget):
    """Play controls where there is a past to play, the band, its span, and the way back to now."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._actions = actions
        self._page = Page()
        self._live_span_ns = self._page.span_ns
        self._hold: tuple[int, int] | None = None  # what the band goes on to show when the past is there
        self._reads_since_ns, self._reads_long = 0, False
        self._key: object = None
        self._asked: object = None
        self._found: Seekable | None = None
        self._stepping = 0  # -1 or 1 while the alarm before or after this moment is looked for
        self.band = TimeBand(self)
        self.what = label("", "heading")
        self.what.setFixedWidth(84)
        self.span = SpanChoice(self)
        self.live = QToolButton(self)
        self.live.setText("Live")
        self.live.setCheckable(True)
        self.live.clicked.connect(lambda _on=False: self.go_live())
        self.controls = TimeControls(
            {"back": self.step_back, "play": self.toggle_play, "forward": self.step_forward, "loop": self.toggle_loop},
            self,
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 3, 8, 3)
        layout.setSpacing(8)
        layout.addWidget(self.controls)
        layout.addWidget(self.what)
        layout.addWidget(self.band, 1)
        layout.addWidget(self.span)
        layout.addWidget(self.live)
        self._connect()
        register(self, session, actions)
        self._on_source()

    def _connect(self) -> None:
        session = self._session
        self.band.moved.connect(self._move_to)
        self.band.zoomed.connect(self._zoom)
        self.band.sought.connect(self.seek)
        self.band.chosen.connect(self._session.fly_to)
        self.band.asked.connect(lambda at, where: open_menu(self, session, self._actions, at, where))
        self.controls.speed_chosen.connect(self._play_at)
        self.span.chosen.connect(lambda key: self._set_span(int(key) * NS))
        until_gone(
            self,
            session.selection_changed.connect(lambda _id: self._redraw()),
            session.source_changed.connect(lambda _source: self._on_source()),
            session.scene_changed.connect(lambda _scene: self._on_source()),
            session.between.changed.connect(lambda _none: self._redraw()),
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, 54)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        roomy = event.size().width() >= _ROOMY
        self.span.setVisible(event.size().width() >= _NARROW)
        self.span.show_in(roomy)
        self.what.setVisible(roomy)
        self._key = None
        self._redraw()

    # Showing -------------------------------------------------------------------------------------------------------

    @property
    def _seekable(self) -> Seekable | None:
        source = self._session.source
        if source is not self._asked:  # asked very often, and Python looks at every method of a protocol each time
            self._asked, self._found = source, source if isinstance(source, Seekable) else None
        return self._found

    @property
    def in_past(self) -> bool:
        """Whether a past is shown that can be moved in."""
        return self._seekable is not None

    @property
    def is_playing(self) -> bool:
        """Whether time runs in it."""
        return self._seekable is not None and self._seekable.speed > 0

    @property
    def can_go_live(self) -> bool:
        """Away from now, or in the past of a plant that waits."""
        return bool(self._page.end_ns and self._seekable is None) or self._session.can_go_live

    @property
    def aimed_ns(self) -> int:
        """The moment that a menu was opened for, else the one that is shown."""
        frame = self._session.frame
        return self._session.between.aimed_ns or (frame.now_ns if frame is not None else 0)

    def on_frame(self, frame: Frame) -> None:
        """Show one frame; while live the picture moves once a second."""
        if self._stepping:
            self._step(self._stepping)
        self._see_reading()
        self._redraw()

    def _see_reading(self) -> None:
        """Say that a moment is being read where that takes more than a second."""
        now_ns, reading = time.monotonic_ns(), self._session.reading
        self._reads_since_ns = (self._reads_since_ns or now_ns) if reading else 0
        is_long = reading and now_ns - self._reads_since_ns > NS
        if is_long != self._reads_long:
            self._reads_long, self._key = is_long, None

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        self._key = None
        self._redraw()

    def _on_source(self) -> None:
        self._page.end_ns = self._stepping = 0
        held, self._hold = self._hold, None
        if held is not None and self._session.source.name == "replay":  # which may come some frames after it was asked
            self._page.hold(held)
        self._key = None
        self._redraw()

    def _redraw(self) -> None:
        frame, session = self._session.frame, self._session
        is_live = session.source.name == "live" and not self._page.end_ns
        self.live.setChecked(is_live)
        self.live.setVisible(is_live or self.can_go_live)
        self.live.setToolTip("The right edge is now" if is_live else "Back to now (0)")
        self.live.setAccessibleName("Live, shown now" if is_live else "Back to live")
        self._show_controls()
        if frame is None:
            return
        past = session.past
        seen = past.seen()
        stretch = self._page.stretch(frame.now_ns, seen, self._seekable)
        notes = tuple(n for n in past.notes(*stretch) if not n.withdrawn) if isinstance(past, Noted) else ()
        between = session.between
        name, marked = session.selection or "", (between.a_ns, between.b_ns)
        fresh = frame.now_ns // NS if self._seekable is None else seen[1] // _FRESH_NS
        version = past.version if isinstance(past, Reads) else 0
        key = (stretch, name, fresh, seen[0], notes, marked, past, version)
        if key == self._key:
            self.band.show_now(frame.now_ns)
            return
        self._key = key
        between.shown = stretch
        self._draw(frame.now_ns, stretch, Shown(seen, notes=notes, own=name, between=marked))

    def _draw(self, now_ns: int, stretch: tuple[int, int], shown: Shown) -> None:
        """Show what is known of a stretch now; what is still being read is drawn when it is there."""
        past, name = self._session.past, shown.own
        bands = past.bands(name, *stretch) if name else ()
        shares = past.shares(*stretch) if not name and isinstance(past, Shares) else None
        marks, waits = past.marks(*stretch), ""
        if isinstance(past, Reads) and past.reading(*stretch):
            waits = str(past.error) if past.error is not None else "Reading the recording …"
        told = name or "Share of all assets in each state; select one to see its own"
        self.what.setText("Reading …" if self._reads_long else name or "All assets")
        self.what.setToolTip(_READING if self._reads_long else told)
        self.band.seekable = self._seekable is not None or self._session.can_look_back
        self.band.is_past = self._seekable is not None
        self.band.show_time(stretch, now_ns, replace(shown, bands=bands, shares=shares, marks=marks, waits=waits))
        last = f", {bands[-1].state.label.lower()} since {clock(bands[-1].start_ns)}" if bands else ""
        noted = f", {len(shown.notes)} notes" if shown.notes else ""
        known = f". {waits}" if waits else f", {len(marks)} alarms{noted}{last}"
        self.band.setAccessibleName(
            f"{name or 'All assets'}, {clock(stretch[0], now_ns, seconds=False)} to "
            f"{clock(stretch[1], now_ns, seconds=False)}{known}"
        )

    def _show_controls(self) -> None:
        """Speed, loop and play as the source has them, whoever changed them."""
        source, session = self._seekable, self._session
        self.controls.setVisible(source is not None or session.can_look_back)
        if source is not None:
            self.controls.show_state(True, source.speed, source.loop, self.repeats)
        else:
            self.controls.show_state(False, 0.0, None, self.repeats)

    @property
    def repeats(self) -> str:
        """What a loop would repeat."""
        return "from A to B" if self._session.between.both else "the stretch that is shown"

    # Acting --------------------------------------------------------------------------------------------------------

    def _set_span(self, span_ns: int) -> None:
        self._page.set_span(span_ns)
        self._redraw()

    def _zoom(self, factor: float) -> None:
        self._set_span(int(self._page.span_ns * factor))

    def _move_to(self, end_ns: int) -> None:
        frame = self._session.frame
        if frame is None:
            return
        self._page.move(end_ns, frame.now_ns, self._session.past.seen(), self._seekable is not None)
        self._redraw()

    def seek(self, time_ns: int) -> None:
        """Show a moment; from a live plant this leads into its past, with the stretch left where it is."""
        source, session = self._seekable, self._session
        self._stepping = 0
        if source is not None:
            first, last = session.past.seen()
            source.seek(min(max(time_ns, first), last) if last else time_ns)
        elif session.can_look_back:
            stretch, was_ns = (self.band.from_ns, self.band.to_ns), self._page.span_ns
            try:
                session.look_back(time_ns)
            except TwinError as error:
                self._say(error)
                return
            self._live_span_ns = was_ns
            self._hold = stretch if stretch[0] <= time_ns <= stretch[1] else None
            if self._seekable is not None:
                self._on_source()

    def toggle_play(self) -> None:
        """Run at the chosen speed, or stand still; a live plant is held at this moment."""
        source, frame = self._seekable, self._session.frame
        if source is not None:
            source.play(0.0 if source.speed > 0 else self.controls.chosen_speed)
        elif frame is not None:
            self.seek(frame.now_ns)
        self._redraw()

    def _play_at(self, speed: float) -> None:
        if self.is_playing and self._seekable is not None:
            self._seekable.play(speed)

    def shift_speed(self, step: int) -> None:
        """Choose the next slower or quicker speed."""
        index = SPEEDS.index(self.controls.chosen_speed) + step
        self.controls.speed.setCurrentIndex(min(max(index, 0), len(SPEEDS) - 1))
        self._play_at(self.controls.chosen_speed)

    def toggle_loop(self) -> None:
        """Repeat from A to B, or the stretch that is shown, or go on at its end."""
        source = self._seekable
        if source is not None:
            stretch = (
                self._session.between.stretch if self._session.between.both else (self.band.from_ns, self.band.to_ns)
            )
            source.loop = None if source.loop is not None else stretch
            self._redraw()

    def step_back(self) -> None:
        """Show the last alarm before this moment, or the beginning."""
        self._step(-1)

    def step_forward(self) -> None:
        """Show the next alarm after this moment, or the end."""
        self._step(1)

    def _step(self, sign: int) -> None:
        """Go to the next alarm; where it must be looked for in the recording, at the frame that finds it."""
        frame = self._session.frame
        if frame is None:
            return
        self._stepping = 0
        try:
            time_ns = next_alarm(self._session.past, frame.now_ns, sign)
        except TwinError as error:
            self._say(error)
            return
        if time_ns is None:
            self._stepping = sign
        else:
            self.seek(time_ns)

    def _say(self, error: TwinError) -> None:
        if self._actions.on_error is None:
            raise error
        self._actions.on_error(error)

    def step_by(self, seconds: int) -> None:
        """Stand still a little before or after this moment."""
        frame, source = self._session.frame, self._seekable
        if source is not None:
            source.play(0.0)
        if frame is not None:
            self.seek(frame.now_ns + seconds * NS)

    def go_live(self) -> None:
        """Show now: the right edge of the band, and the plant itself where its past is looked at."""
        if self._session.can_go_live:
            self._page.span_ns = self._live_span_ns
            self.span.choose(str(self._page.span_ns // NS))
            self._session.go_live()
        self._page.end_ns = 0
        self._hold = None
        self._redraw()
