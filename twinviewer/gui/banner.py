"""The violet frame and its banner: nobody may take the past, a simulation or a training for the plant."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from twinviewer.model.alarm import AlarmState
from twinviewer.model.connection import Link
from twinviewer.model.frame import Frame
from twinviewer.panels._kit.icons import paint_glyph
from twinviewer.panels._kit.style import colour, font
from twinviewer.session import Seekable, Session

NS = 1_000_000_000
WORDS = {
    "replay": "REPLAY, not live",
    "simulation": "SIMULATION, not live",
    "training": "TRAINING: simulated data, commands go nowhere",
}
_TOP, _PAD, _GLYPH, _GAP = 10.0, 14.0, 18.0, 16.0
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Banner:
    """`words` what this is, `time` in large type with `date` beside it, `plant` how the plant stands meanwhile."""

    words: str
    time: str = ""
    date: str = ""
    plant: str = ""
    past: bool = False

    @property
    def spoken(self) -> str:
        """All of it as one sentence."""
        return ", ".join(part for part in (self.words, self.date, self.time, self.plant) if part)


def banner_of(frame: Frame, session: Session) -> Banner | None:
    """What the banner says for a frame, None for the plant itself."""
    words = WORDS.get(frame.source)
    if words is None:
        return None
    if frame.source != "replay":
        return Banner(words)
    moment = datetime.fromtimestamp(frame.now_ns / NS)
    date = f"{moment.strftime('%a')} {moment.day} {moment.strftime('%b %Y')}"
    return Banner(words, moment.strftime("%H:%M:%S"), f"{date} · {_pace(session)}", plant_now(session), True)


def _pace(session: Session) -> str:
    source = session.source
    if not isinstance(source, Seekable) or not source.speed:
        return "held"
    return f"{source.speed:g}×, repeating" if source.loop is not None else f"{source.speed:g}×"


def plant_now(session: Session) -> str:
    """How the plant stands that waits while its past is shown: "" where none does."""
    live = session.live_frame
    if live is None:
        return ""
    if live.connection.link not in (Link.CONNECTED, Link.DEGRADED):
        return "The plant now: no connection"
    waiting = [a for a in live.alarms if a.state is AlarmState.UNACKNOWLEDGED]
    if not waiting:
        return "The plant now: no alarm to acknowledge"
    worst = min(a.priority for a in waiting)
    many = "1 alarm" if len(waiting) == 1 else f"{len(waiting)} alarms"
    return f"The plant now: {many} to acknowledge, worst P{worst}"


def _advance(text: str, size: float, weight: int = 400) -> float:
    return QFontMetricsF(font(size, weight)).horizontalAdvance(text)


def banner_box(width: float, banner: Banner, scale: float = 1.0) -> QRectF:
    """Where the banner stands in a picture of this width."""
    wide = _GLYPH + 8 + _advance(banner.words, 13 * scale, 600)
    high = 30.0 * scale
    if banner.time:
        wide = max(wide, _advance(banner.date, 12 * scale)) + _GAP + _advance("00:00:00", 30 * scale, 600)
        high = 50.0 * scale
    if banner.plant:
        wide = max(wide, _advance(banner.plant, 12 * scale))
        high += 20 * scale
    wide += 2 * _PAD
    return QRectF((width - wide) / 2, _TOP, wide, high)


def paint_not_live(painter: QPainter, width: float, height: float, banner: Banner, scale: float = 1.0) -> None:
    """The dashed frame around the picture, and the banner at its top."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour("not_live"), 4)
    pen.setDashPattern([4, 2.5])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(3, 3, width - 6, height - 6))
    box = banner_box(width, banner, scale)
    painter.setPen(QPen(colour("not_live"), 1.5))
    painter.setBrush(colour("panel", 240))
    painter.drawRoundedRect(box, 6, 6)
    inside = box.adjusted(_PAD, 0, -_PAD, 0)
    row = 20 * scale
    top = box.top() + (5 * scale if banner.time else 0)
    line = QRectF(inside.left(), top, inside.width(), row if banner.time else box.height())
    glyph = "clock" if banner.past else "flask"
    paint_glyph(painter, glyph, QRectF(line.left(), line.center().y() - _GLYPH / 2, _GLYPH, _GLYPH), "not_live")
    _write(painter, line.adjusted(_GLYPH + 8, 0, 0, 0), banner.words, 13 * scale, 600)
    if banner.time:
        second = QRectF(inside.left(), top + row, inside.width(), row)
        _write(painter, second, banner.date, 12 * scale, token="text2")
        large = QRectF(inside.left(), box.top(), inside.width(), 50 * scale)
        _write(painter, large, banner.time, 30 * scale, 600, flags=_MIDDLE | Qt.AlignmentFlag.AlignRight)
    if banner.plant:
        last = QRectF(inside.left(), box.bottom() - row - 4 * scale, inside.width(), row)
        _write(painter, last, banner.plant, 12 * scale, token="text2")
    painter.restore()


def _write(
    painter: QPainter,
    box: QRectF,
    text: str,
    size: float,
    weight: int = 400,
    token: str = "text",
    flags: Qt.AlignmentFlag = _MIDDLE | Qt.AlignmentFlag.AlignLeft,
) -> None:
    painter.setFont(font(size, weight))
    painter.setPen(colour(token))
    painter.drawText(box, flags, text)
