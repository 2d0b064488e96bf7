"""One tag over time: what this session has seen of it, against its normal band and its limits."""

import warnings
from datetime import datetime
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from twinviewer.model.asset import Limits, Tag
from twinviewer.model.palette import ALARM
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import tint
from twinviewer.panels._kit.widgets import Segmented, label, row
from twinviewer.panels._text import NS, clock, title_of
from twinviewer.session import Series, Session

SPANS = (("3600", "1 h", ""), ("28800", "8 h", ""), ("86400", "24 h", ""))
BAND = {"light": "#8FB7C2", "dark": "#3F6A76"}
GROWING_S = 3600.0  # a span up to this long begins short and grows with what was seen
GAP_STEPS = 3  # a hole of more than this many steps is drawn as one


def line_of(series: Series) -> tuple[np.ndarray, np.ndarray]:
    """x (seconds, UTC) and y of the line: lowest and highest value of each step, NaN where nothing usable was seen."""
    if not len(series.time_ns):
        return np.empty(0), np.empty(0)
    seconds = series.time_ns / NS
    x = np.repeat(seconds, 2)
    y = np.empty(len(x))
    y[0::2], y[1::2] = series.low, series.high
    if len(seconds) > 2:
        step = np.diff(seconds)
        holes = np.nonzero(step > GAP_STEPS * np.median(step))[0]
        at = 2 * (holes + 1)
        x = np.insert(x, at, seconds[holes] + 1e-3)
        y = np.insert(y, at, np.nan)
    return x, y


def _pg() -> Any:
    """pyqtgraph, only when the first trend is drawn: it takes a third of a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library says about itself at import
        import pyqtgraph

    return pyqtgraph


def _line(value: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """One pixel wide whatever the scale: wider lines cost pyqtgraph five times as much."""
    pen = QPen(value, 1, style)
    pen.setCosmetic(True)
    return pen


class TrendPlot(QWidget):
    """The drawing alone. The right edge is now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot: Any = None
        self._items: list[Any] = []
        self._what: tuple[object, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.setMinimumHeight(118)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, 170)

    def _make(self) -> Any:
        pg = _pg()
        axis = pg.DateAxisItem(orientation="bottom")
        plot = pg.PlotWidget(self, background=colour("raised"), axisItems={"bottom": axis})
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        item = plot.getPlotItem()
        item.setContentsMargins(2, 6, 8, 2)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setStyle(tickFont=font(11), tickLength=-4)
        item.getAxis("left").setWidth(42)
        self._curve = pg.PlotCurveItem(antialias=True, connect="finite")
        plot.addItem(self._curve)
        self._layout.addWidget(plot)
        return plot

    def recolour(self) -> None:
        """Take the colours of the theme."""
        self._what = ()
        if self._plot is None:
            return
        self._plot.setBackground(colour("raised"))
        for side in ("left", "bottom"):
            axis = self._plot.getPlotItem().getAxis(side)
            axis.setPen(QPen(colour("border"), 1))
            axis.setTextPen(colour("text2"))
        self._curve.setPen(_line(colour("text")))

    def show_series(self, tag: Tag, limits: Limits, series: Series, span_s: float, now_ns: int) -> None:
        """Draw one tag's series over the last `span_s` seconds before `now_ns`."""
        if self._plot is None:
            self._plot = self._make()
            self.recolour()
        x, y = line_of(series)
        self._curve.setData(x, y, connect="finite")
        self._plot.setXRange(now_ns / NS - span_s, now_ns / NS, padding=0)
        self._plot.setYRange(*self._range(tag, limits, y), padding=0.06)
        what = (tag.name, tag.normal, limits, theme())
        if what != self._what:
            self._what = what
            self._mark(tag, limits)
        self._describe(tag, y, span_s)

    @staticmethod
    def _range(tag: Tag, limits: Limits, y: np.ndarray) -> tuple[float, float]:
        """All values and the band; a limit only when it is near, so that a quiet signal is not pressed flat."""
        known = [*y[np.isfinite(y)], *(tag.normal or ())]
        if not known:
            known = [v for v in (limits.low, limits.high) if v is not None] or [0.0, 1.0]
        low, high = float(min(known)), float(max(known))
        reach = (high - low) or max(abs(high), 1.0) * 0.1
        for limit in (limits.low_low, limits.low, limits.high, limits.high_high):
            if limit is not None and low - reach <= limit <= high + reach:
                low, high = min(low, limit), max(high, limit)
        return (low, high) if high > low else (low - reach, high + reach)

    def _mark(self, tag: Tag, limits: Limits) -> None:
        pg = _pg()
        for item in self._items:
            self._plot.removeItem(item)
        self._items = []
        if tag.normal is not None:
            brush = tint(BAND[theme()], 60)
            clear = QPen(QColor(0, 0, 0, 0))
            band = pg.LinearRegionItem(tag.normal, "horizontal", movable=False, brush=brush, pen=clear)
            band.setZValue(-10)
            self._items.append(band)
        for limit, priority in (
            (limits.low_low, 2), (limits.low, 3), (limits.high, 3), (limits.high_high, 2),
        ):  # fmt: skip
            if limit is not None:
                pen = _line(tint(ALARM[theme()][priority]), Qt.PenStyle.DashLine)
                self._items.append(pg.InfiniteLine(limit, angle=0, pen=pen))
        for item in self._items:
            self._plot.addItem(item, ignoreBounds=True)

    def _describe(self, tag: Tag, y: np.ndarray, span_s: float) -> None:
        good = y[np.isfinite(y)]
        seen = f"from {good.min():.4g} to {good.max():.4g} {tag.unit}" if len(good) else "nothing seen"
        self.setAccessibleName(f"Trend of {title_of(tag)} over {span_s / 3600:g} hours: {seen}")


class Trend(QWidget):
    """Title, choice of span, and the drawing; what the session has not seen is said, not drawn."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tag: Tag | None = None
        self._limits = Limits()
        self._second = 0
        self.title = label("", "heading")
        self.span = Segmented(SPANS, "Span of the trend")
        self.span.choose(SPANS[0][0])
        self.span.chosen.connect(lambda _key: self.refresh())
        self.plot = TrendPlot(self)
        self.note = label("", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head = row(self.title, self.note, self.span, spacing=8)
        stretch = head.layout()
        assert isinstance(stretch, QHBoxLayout)
        stretch.setStretchFactor(self.note, 1)
        layout.addWidget(head)
        layout.addWidget(self.plot, 1)

    @property
    def tag(self) -> Tag | None:
        """What is drawn."""
        return self._tag

    def show_tag(self, tag: Tag | None, limits: Limits = Limits()) -> None:  # noqa: B008 (frozen)
        """Draw another tag."""
        if tag is self._tag and limits == self._limits:
            return
        self._tag, self._limits = tag, limits
        self.refresh()

    def on_second(self, now_ns: int) -> None:
        """Draw anew when a second has passed."""
        if now_ns // NS != self._second:
            self.refresh()

    def refresh(self) -> None:
        """Draw what the session has seen until now."""
        frame, tag = self._session.frame, self._tag
        if tag is None or frame is None:
            return
        self._second = frame.now_ns // NS
        span_s = float(self.span.current)
        series = self._session.trends.series(tag.index, span_s, frame.now_ns)
        if span_s <= GROWING_S and len(series.time_ns):
            # What has just begun to be seen fills the width; afterwards the span is as long as it says.
            span_s = min(span_s, max(60.0, 1.05 * (frame.now_ns - int(series.time_ns[0])) / NS))
        self.plot.show_series(tag, self._limits, series, span_s, frame.now_ns)
        unit = f", {tag.unit}" if tag.unit else ""
        self.title.setText(f"{title_of(tag)}{unit}")
        first = int(series.time_ns[0]) if len(series.time_ns) else 0
        missing = not first or first > frame.now_ns - int((float(self.span.current) - 60) * NS)
        zone = datetime.now().astimezone().tzname() or "local time"
        since = f"since {clock(first, frame.now_ns, seconds=False)}" if first else "nothing seen"
        self.note.setText(since if missing else zone)
        self.note.setToolTip(f"What this window has seen of it {since}; times in {zone}")


class TrendWindow(QWidget):
    """A trend of its own, kept up to date while it is open."""

    def __init__(self, session: Session, tag: Tag, limits: Limits, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(f"{tag.asset_id} · {title_of(tag)}")
        self.trend = Trend(session, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addWidget(self.trend)
        self.resize(720, 340)
        self._scene = session.scene
        self._session = session
        self.trend.show_tag(tag, limits)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        """Another scene has other tags: nothing of the old one may be drawn on."""
        if self._session.scene is not self._scene:
            self.close()
        elif self._session.frame is not None:
            self.trend.on_second(self._session.frame.now_ns)
