"""The drawing of a trend: the line against its normal band and its limits, with time below."""

import math
import warnings
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPen, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from twinviewer.model.asset import Limits, Tag
from twinviewer.model.palette import ALARM
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import tint
from twinviewer.panels._text import NS, duration, local, title_of
from twinviewer.panels._trend_glass import Extent, Glass
from twinviewer.session import Series
from twinviewer.session.line import nothing

LABEL_PIXELS = 62  # of one label of the time axis with some air
TICK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400,
                2 * 86400, 7 * 86400)  # fmt: skip
BAND = {"light": "#8FB7C2", "dark": "#3F6A76"}


def line_of(series: Series) -> tuple[np.ndarray, np.ndarray]:
    """x (seconds, UTC) and y of the line: lowest and highest value of each step, NaN where nothing usable was seen."""
    x = np.repeat(series.time_ns / NS, 2)
    y = np.empty(len(x))
    y[0::2], y[1::2] = series.low, series.high
    return x, y


def time_ticks(from_ns: int, to_ns: int, pixels: float) -> list[tuple[float, str]]:
    """Round local times between two moments, with room for each label: (seconds UTC, label)."""
    span_s = max((to_ns - from_ns) / NS, 1e-3)
    least_s = span_s * LABEL_PIXELS / max(pixels, LABEL_PIXELS)
    step_s = next((s for s in TICK_STEPS_S if s >= least_s), TICK_STEPS_S[-1])
    offset = local(from_ns + (to_ns - from_ns) // 2).utcoffset()
    offset_s = offset.total_seconds() if offset is not None else 0.0
    first = math.ceil((from_ns / NS + offset_s) / step_s)
    last = math.floor((to_ns / NS + offset_s) / step_s)
    found = []
    for k in range(first, last + 1):
        at_s = k * step_s - offset_s
        moment = local(round(at_s) * NS)
        midnight = moment.hour == moment.minute == moment.second == 0
        shape = "%H:%M:%S" if step_s < 60 else "%H:%M"
        found.append((at_s, f"{moment.day} {moment.strftime('%b')}" if midnight else moment.strftime(shape)))
    return found


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
    """The drawing alone; `glass` lies over it and hears wheel, drag and keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot: Any = None
        self._items: list[Any] = []
        self._what: tuple[object, ...] = ()
        self._theme = ""
        self._shown: tuple[int, int, Series, str] = (0, 1, nothing(), "")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.glass = Glass(self)
        self.setMinimumHeight(118)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, 170)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.glass.resize(self.size())
        self._tell_glass()

    def _make(self) -> Any:
        pg = _pg()
        plot = pg.PlotWidget(self, background=colour("raised"))
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
        self._layout.activate()
        self.glass.raise_()
        return plot

    def recolour(self) -> None:
        """Take the colours of the theme."""
        self._what = ()
        self.glass.update()
        self._theme = theme() if self._plot is not None else ""
        if self._plot is None:
            return
        self._plot.setBackground(colour("raised"))
        for side in ("left", "bottom"):
            axis = self._plot.getPlotItem().getAxis(side)
            axis.setPen(QPen(colour("border"), 1))
            axis.setTextPen(colour("text2"))
        self._curve.setPen(_line(colour("text")))

    def show_series(self, tag: Tag, limits: Limits, series: Series, from_ns: int, to_ns: int) -> None:
        """Draw one tag's series between two moments."""
        if self._plot is None:
            self._plot = self._make()
        if self._theme != theme():
            self.recolour()
        x, y = line_of(series)
        self._curve.setData(x, y, connect="finite")
        self._plot.setXRange(from_ns / NS, to_ns / NS, padding=0)
        self._plot.setYRange(*_range(tag, limits, y), padding=0.06)
        what = (tag.name, tag.normal, limits, theme())
        if what != self._what:
            self._what = what
            self._mark(tag, limits)
        self._shown = (from_ns, to_ns, series, tag.unit)
        self._tell_glass()
        self._describe(tag, y, (to_ns - from_ns) / NS)

    def _tell_glass(self) -> None:
        if self._plot is None:
            return
        from_ns, to_ns, series, unit = self._shown
        item = self._plot.getPlotItem()
        box: QRectF = item.getViewBox().sceneBoundingRect()
        item.getAxis("bottom").setTicks([time_ticks(from_ns, to_ns, box.width()), []])
        self.glass.show_line(Extent(QRectF(box), from_ns, to_ns), series, unit)

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
        self.setAccessibleName(f"Trend of {title_of(tag)} over {duration(span_s)}: {seen}")


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
