"""A PDF of one moment: the picture, what is abnormal, the alarms and the indicators, with time, source and quality."""

import math
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from twinviewer import __version__
from twinviewer.gui.abnormal import labelled
from twinviewer.gui.link_texts import security_text
from twinviewer.model.alarm import AlarmState
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Frame
from twinviewer.model.state import State, Zone
from twinviewer.panels._alarm_rows import SPOKEN, active_for
from twinviewer.panels._kit.symbols import alarm_symbol, state_symbol, tint, zone_symbol
from twinviewer.panels._text import value_of
from twinviewer.session import Session
from twinviewer.states.explain import clock

_DPI = 144
_ROW = 18
_INK, _QUIET, _LINE = tint("#1E2428"), tint("#4C565E"), tint("#BAC1C7")
_THEME = "light"  # paper is white


def write_report(path: Path, session: Session, picture: QImage) -> None:
    """Write the report. Raises TwinError when the file cannot be written; a file half written is taken away."""
    frame = session.frame
    if frame is None:
        raise TwinError("There is nothing to report yet.", "", "Wait for the first values.")
    part = path.with_name(f".{path.name}.part")
    try:
        part.touch()  # Qt would only grumble
        _Report(part, session, frame).write(picture)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TwinError(
            f"The report could not be written: {error.strerror}.", str(path), "Choose a folder you may write to."
        ) from error


class _Report:
    """Writes from top to bottom and begins a new page when one is full."""

    def __init__(self, path: Path, session: Session, frame: Frame) -> None:
        self._session, self._frame = session, frame
        self._path = path
        self._writer = QPdfWriter(str(path))
        self._writer.setResolution(_DPI)
        self._writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        self._writer.setPageOrientation(QPageLayout.Orientation.Portrait)
        self._writer.setPageMargins(QMarginsF(15, 14, 15, 14), QPageLayout.Unit.Millimeter)
        self._writer.setTitle(f"{session.scene.name}, {clock(frame.now_ns)}")
        self._writer.setCreator(f"twinviewer {__version__}")
        self._y = 0.0
        self._page = 1

    def write(self, picture: QImage) -> None:
        painter = QPainter()
        if not painter.begin(self._writer):
            raise OSError(0, "the file cannot be opened for writing")
        self._p = painter
        self._width, self._height = float(self._writer.width()), float(self._writer.height())
        try:
            self._head()
            self._picture(picture)
            self._kpis()
            self._abnormal()
            self._alarms()
            self._foot()
        finally:
            painter.end()

    # -- parts --------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        frame, scene = self._frame, self._session.scene
        self._line(scene.name, 20, True, gap=4)
        stand = clock(frame.now_ns)
        if frame.source != "live":
            self._line(f"NOT LIVE: {frame.source}. What is shown is of {stand}.", 11, True)
        link = frame.connection
        words = [stand, link.link.name.lower().replace("_", " "), link.url, security_text(link)]
        self._line(" · ".join(filter(None, words)), 9, quiet=True, gap=8)

    def _picture(self, picture: QImage) -> None:
        if picture.isNull():
            return
        height = min(self._width * picture.height() / picture.width(), self._height * 0.42)
        width = height * picture.width() / picture.height()
        box = QRectF((self._width - width) / 2, self._y, width, height)
        self._p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._p.drawImage(box, picture)
        self._p.setPen(QPen(_LINE, 1))
        self._p.setBrush(Qt.BrushStyle.NoBrush)
        self._p.drawRect(box)
        self._y += height + 20

    def _kpis(self) -> None:
        if not self._frame.kpis:
            return
        self._section("Indicators")
        for kpi in self._frame.kpis:
            word = "limit" if kpi.key == "alarms" else "target"
            target = f"{word} {kpi.target:g} {kpi.unit}" if kpi.target is not None else ""
            value = f"{value_of(kpi)} {kpi.unit}" if math.isfinite(kpi.value) else "not known yet"
            self._row((kpi.label, 0.0), (value, 0.34), (target, 0.5), (kpi.note, 0.7))

    def _abnormal(self) -> None:
        labels = labelled(self._frame, self._session.scene, self._session.mode, None)
        self._section(f"Abnormal assets ({len(labels)})" if labels else "No asset is abnormal")
        for item in labels:
            asset = self._session.scene.assets[item.asset]
            kind, code = item.symbol
            self._room(3 * _ROW)
            centre = QPointF(9, self._y + 9)
            if kind == "zone":
                zone_symbol(self._p, centre, 7.5, Zone(code), _THEME)
            else:
                state_symbol(self._p, centre, 7.5, State(code), _THEME)
            self._row(
                (item.title, 0.04),
                (asset.type_label or asset.type, 0.2),
                (item.detail, 0.42),
                (" / ".join(asset.path), 0.66),
            )

    def _alarms(self) -> None:
        alarms = [a for a in self._frame.alarms if a.state is not AlarmState.NORMAL]
        self._section(f"Alarms ({len(alarms)})" if alarms else "No alarms")
        for alarm in sorted(alarms, key=lambda a: (a.priority, -a.since_ns)):
            self._room(3 * _ROW)
            hollow = alarm.state not in (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED)
            alarm_symbol(self._p, QPointF(9, self._y + 9), 7.5, alarm.priority, _THEME, hollow)
            state, lasts = SPOKEN.get(alarm.state, "normal"), active_for(alarm, self._frame.now_ns)
            self._row((alarm.asset_id, 0.04), (alarm.message, 0.2), (state, 0.64), (lasts, 0.86))

    def _foot(self) -> None:
        now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
        self._p.setFont(_font(8))
        self._p.setPen(_QUIET)
        box = QRectF(0, self._height - 14, self._width, 14)
        self._p.drawText(box, Qt.AlignmentFlag.AlignLeft, f"written {now} by twinviewer {__version__}")
        self._p.drawText(box, Qt.AlignmentFlag.AlignRight, f"page {self._page}")

    # -- pen ----------------------------------------------------------------------------------------------------

    def _room(self, height: float) -> None:
        if self._y + height > self._height - 24:
            self._foot()
            self._writer.newPage()
            self._page += 1
            self._y = 0.0

    def _section(self, title: str) -> None:
        self._room(60)
        self._y += 10
        self._line(title, 12, True, gap=2)
        self._p.setPen(QPen(_LINE, 1))
        self._p.drawLine(QPointF(0, self._y), QPointF(self._width, self._y))
        self._y += 5

    def _line(self, text: str, size: float, strong: bool = False, quiet: bool = False, gap: float = 0) -> None:
        height = size * 2.2
        self._room(height)
        self._p.setFont(_font(size, 600 if strong else 400))
        self._p.setPen(_QUIET if quiet else _INK)
        self._p.drawText(QRectF(0, self._y, self._width, height), Qt.AlignmentFlag.AlignVCenter, text)
        self._y += height + gap

    def _row(self, *cells: tuple[str, float]) -> None:
        """Texts, each from a share of the width; one that does not fit goes on below."""
        self._p.setFont(_font(9))
        self._p.setPen(_INK)
        metrics, wrap = self._p.fontMetrics(), Qt.TextFlag.TextWordWrap
        ends = [place for _, place in cells[1:]] + [1.0]
        widths = [int((end - place) * self._width - 8) for (_, place), end in zip(cells, ends, strict=True)]
        lines = [
            metrics.boundingRect(0, 0, w, 1000, wrap, text).height() for (text, _), w in zip(cells, widths, strict=True)
        ]
        height = max(_ROW, *lines)
        self._room(height)
        for (text, place), width in zip(cells, widths, strict=True):
            self._p.drawText(QRectF(place * self._width, self._y, width, height), wrap, text)
        self._y += height


def _font(points: float, weight: int = 400) -> QFont:
    value = QFont("Inter")
    value.setPointSizeF(points)
    value.setWeight(QFont.Weight(weight))
    for alternates in (
        "calt",
        "tnum",
    ):  # drawn by glyphs that have no letter: what is copied out of a PDF lost its digits
        value.setFeature(QFont.Tag(alternates), 0)
    return value
