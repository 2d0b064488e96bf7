"""The time slider: the selected asset's past as a band with alarms, and where in time the window stands."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from twinviewer.model.frame import Frame
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.widgets import Segmented, label
from twinviewer.panels._life import until_gone
from twinviewer.panels._text import NS, clock
from twinviewer.panels._time_band import LONGEST_NS, SHORTEST_NS, TimeBand
from twinviewer.session import Past, Seekable, Session, Shares

TITLE = "Time"
AREA = "under"
ORDER = 10

SPANS = (("3600", "1 h", ""), ("28800", "8 h", ""), ("86400", "24 h", ""))
SPEEDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 100.0, 600.0, 1000.0)
LIVE_ACTION = "source.live"  # who can bring another source back to live registers it
_NARROW = 620


class Panel(QWidget):
    """Play controls where the source can seek, the band, its span, and the way back to now."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._actions = actions
        self._span_ns = 3600 * NS
        self._end_ns = 0  # 0: the right edge is now, and stays there
        self._second = -1
        self.band = TimeBand(self)
        self.what = label("", "heading")
        self.what.setFixedWidth(84)
        self.span = Segmented(SPANS, "Span of the time line")
        self.span.choose(SPANS[0][0])
        self.live = QToolButton(self)
        self.live.setText("Live")
        self.live.setCheckable(True)
        self.live.clicked.connect(lambda _on=False: self.go_live())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 3, 8, 3)
        layout.setSpacing(8)
        layout.addWidget(self._make_controls())
        layout.addWidget(self.what)
        layout.addWidget(self.band, 1)
        layout.addWidget(self.span)
        layout.addWidget(self.live)
        self._connect()
        self._register(actions)
        self._on_source()

    def _make_controls(self) -> QWidget:
        self.controls = QWidget(self)
        layout = QHBoxLayout(self.controls)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        self.back, self.play, self.forward = QToolButton(self), QToolButton(self), QToolButton(self)
        for item, glyph, name, run in (
            (self.back, "skip-previous", "time.back", self.step_back),
            (self.play, "play", "time.play", self.toggle_play),
            (self.forward, "skip-next", "time.forward", self.step_forward),
        ):
            item.setIcon(icon(glyph))
            item.setObjectName(name)
            item.clicked.connect(lambda _on=False, call=run: call())
            layout.addWidget(item)
        self.back.setToolTip("Back to the alarm before (,)")
        self.forward.setToolTip("On to the next alarm (.)")
        self.back.setAccessibleName("Back to the alarm before")
        self.forward.setAccessibleName("On to the next alarm")
        self.speed = QComboBox(self)
        for value in SPEEDS:
            self.speed.addItem(f"{value:g}×", value)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setAccessibleName("Speed of the replay")
        self.speed.activated.connect(lambda _i: self._change_speed())
        layout.addWidget(self.speed)
        self.loop = QToolButton(self)
        self.loop.setIcon(icon("refresh"))
        self.loop.setCheckable(True)
        self.loop.setToolTip("Repeat the stretch that is shown")
        self.loop.setAccessibleName("Repeat the stretch that is shown")
        self.loop.clicked.connect(lambda _on=False: self.toggle_loop())
        layout.addWidget(self.loop)
        return self.controls

    def _connect(self) -> None:
        self.band.moved.connect(self._move_to)
        self.band.zoomed.connect(self._zoom)
        self.band.sought.connect(self._seek)
        self.band.chosen.connect(self._session.fly_to)
        self.span.chosen.connect(lambda key: self._set_span(int(key) * NS))
        until_gone(
            self,
            self._session.selection_changed.connect(lambda _id: self._redraw()),
            self._session.source_changed.connect(lambda _source: self._on_source()),
            self._session.scene_changed.connect(lambda _scene: self._on_source()),
        )

    def _register(self, actions: Actions) -> None:
        def can_seek() -> bool:
            return self._seekable is not None

        actions.add(
            Action("time.live", "Back to live", "View", self.go_live, "0", lambda: self._can_go_live,
                   keywords="now end"),
            Action("time.play", lambda: "Pause the replay" if self._is_playing else "Play the replay", "View",
                   self.toggle_play, "P", can_seek, keywords="run stop"),
            Action("time.loop", "Repeat the stretch of time shown", "View", self.toggle_loop, "", can_seek,
                   lambda: self._seekable is not None and self._seekable.loop is not None),
            Action("time.back", "Back to the alarm before", "View", self.step_back, ",", can_seek),
            Action("time.forward", "On to the next alarm", "View", self.step_forward, ".", can_seek),
        )  # fmt: skip

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, 54)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.span.setVisible(event.size().width() >= _NARROW)
        self.what.setVisible(event.size().width() >= _NARROW)
        self._redraw()

    # Showing -------------------------------------------------------------------------------------------------------

    @property
    def _seekable(self) -> Seekable | None:
        source = self._session.source
        return source if isinstance(source, Seekable) else None

    @property
    def _is_playing(self) -> bool:
        return self._seekable is not None and self._seekable.speed > 0

    @property
    def _past(self) -> Past:
        source = self._session.source
        return source if isinstance(source, Past) else self._session.journal

    @property
    def _can_go_live(self) -> bool:
        """Away from now, or looking at something else than the plant that can be left."""
        return bool(self._end_ns) or (self._session.source.name != "live" and LIVE_ACTION in self._actions)

    def on_frame(self, frame: Frame) -> None:
        """Show one frame; the picture moves once a second, or at once while it is played."""
        if frame.now_ns // NS != self._second or self._seekable is not None:
            self._redraw()

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        self._redraw()

    def _on_source(self) -> None:
        self._end_ns = 0
        self._second = -1
        self.controls.setVisible(self._seekable is not None)
        self._redraw()

    def _redraw(self) -> None:
        frame = self._session.frame
        is_live = self._session.source.name == "live" and not self._end_ns
        self.live.setChecked(is_live)
        self.live.setVisible(is_live or self._can_go_live)
        self.live.setToolTip("The right edge is now" if is_live else "Back to now (0)")
        self.live.setAccessibleName("Live, shown now" if is_live else "Back to live")
        if frame is None:
            return
        self._second = frame.now_ns // NS
        past = self._past
        seen = past.seen()
        to_ns = self._end_ns or frame.now_ns
        if self._seekable is not None:
            to_ns = self._end_ns or self._page_end(frame.now_ns, seen)
        from_ns = to_ns - self._shown_ns(frame.now_ns, seen)
        name = self._session.selection or ""
        bands = past.bands(name, from_ns, to_ns) if name else ()
        shares = past.shares(from_ns, to_ns) if not name and isinstance(past, Shares) else None
        self.what.setText(name or "All assets")
        self.what.setToolTip(name or "Share of all assets in each state; select one to see its own")
        self.band.seekable = self._seekable is not None
        marks = past.marks(from_ns, to_ns)
        self.band.show_time((from_ns, to_ns), frame.now_ns, seen, bands, shares, marks, name)
        last = f", {bands[-1].state.label.lower()} since {clock(bands[-1].start_ns)}" if bands else ""
        self.band.setAccessibleName(
            f"{name or 'All assets'}, {clock(from_ns, frame.now_ns, seconds=False)} to "
            f"{clock(to_ns, frame.now_ns, seconds=False)}, {len(marks)} alarms{last}"
        )
        self._show_controls()

    def _show_controls(self) -> None:
        """Speed, loop and play as the source has them, whoever changed them."""
        source = self._seekable
        if source is None:
            return
        if source.speed in SPEEDS and source.speed != self.speed.currentData():
            self.speed.setCurrentIndex(SPEEDS.index(source.speed))
        self.loop.setChecked(source.loop is not None)
        glyph = "pause" if self._is_playing else "play"
        if self.play.property("glyph") != glyph:
            self.play.setProperty("glyph", glyph)
            self.play.setIcon(icon(glyph))
            self.play.setAccessibleName("Pause" if self._is_playing else "Play")
            self.play.setToolTip(f"{'Pause' if self._is_playing else 'Play'} (P)")

    def _shown_ns(self, now_ns: int, seen: tuple[int, int]) -> int:
        """The span; in the first hour of looking it begins short and grows, so that what is seen can be seen."""
        if self._seekable is not None or self._end_ns or self._span_ns != int(SPANS[0][0]) * NS or not seen[0]:
            return self._span_ns
        return min(self._span_ns, max(300 * NS, (now_ns - seen[0]) * 11 // 10))

    def _page_end(self, now_ns: int, seen: tuple[int, int]) -> int:
        """In a replay the stretch stands still while time runs through it, and turns over at its end."""
        source = self._seekable
        if source is not None and source.loop is not None and source.loop[1] - source.loop[0] == self._span_ns:
            return source.loop[1]
        start = seen[0] or now_ns
        page = max(0, now_ns - start) // self._span_ns
        return start + (page + 1) * self._span_ns

    # Acting --------------------------------------------------------------------------------------------------------

    def _set_span(self, span_ns: int) -> None:
        self._span_ns = min(max(span_ns, SHORTEST_NS), LONGEST_NS)
        self._redraw()

    def _zoom(self, factor: float) -> None:
        self._set_span(int(self._span_ns * factor))

    def _move_to(self, end_ns: int) -> None:
        frame = self._session.frame
        if frame is None:
            return
        seen = self._past.seen()
        earliest = (seen[0] or frame.now_ns) + self._span_ns // 10
        latest = frame.now_ns if self._seekable is None else max(seen[1], frame.now_ns) + self._span_ns
        end_ns = max(min(end_ns, latest), min(earliest, latest))
        self._end_ns = 0 if end_ns >= latest else end_ns
        self._redraw()

    def _seek(self, time_ns: int) -> None:
        source = self._seekable
        if source is not None:
            first, last = self._past.seen()
            source.seek(min(max(time_ns, first), last) if last else time_ns)

    def toggle_play(self) -> None:
        """Run at the chosen speed, or stand still."""
        source = self._seekable
        if source is not None:
            source.play(0.0 if source.speed > 0 else float(self.speed.currentData()))
            self._redraw()

    def _change_speed(self) -> None:
        if self._is_playing and self._seekable is not None:
            self._seekable.play(float(self.speed.currentData()))

    def toggle_loop(self) -> None:
        """Repeat the stretch that is shown, or go on at its end."""
        source = self._seekable
        if source is not None:
            source.loop = None if source.loop is not None else (self.band.from_ns, self.band.to_ns)
            self._redraw()

    def step_back(self) -> None:
        """Show the last alarm before this moment, or the beginning."""
        self._step(-1)

    def step_forward(self) -> None:
        """Show the next alarm after this moment, or the end."""
        self._step(1)

    def _step(self, sign: int) -> None:
        frame = self._session.frame
        if frame is None or self._seekable is None:
            return
        first, last = self._past.seen()
        if sign < 0:
            times = [m.time_ns for m in self._past.marks(first, frame.now_ns - NS)]
            self._seek(times[-1] if times else first)
        else:
            times = [m.time_ns for m in self._past.marks(frame.now_ns + NS, last)]
            self._seek(times[0] if times else last)

    def go_live(self) -> None:
        """Show now: the right edge of the band, and the plant itself where another source is looked at."""
        self._end_ns = 0
        if self._session.source.name != "live" and LIVE_ACTION in self._actions:
            self._actions.run(LIVE_ACTION)
        self._redraw()
