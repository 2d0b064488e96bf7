"""Tool glyphs from resources/icons, drawn in the text colour of the theme at the moment they are painted."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from twinviewer.discovery import shipped
from twinviewer.model.palette import SURFACE
from twinviewer.panels._kit.style import theme


@lru_cache(maxsize=1)
def _folder() -> Path:
    return shipped("resources") / "icons"


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = (_folder() / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))


class _GlyphEngine(QIconEngine):
    """Paints a glyph for the theme of the moment, so that no icon has to be made again when it changes."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        if mode == QIcon.Mode.Disabled:
            painter.setOpacity(0.38)
        _renderer(self._name, SURFACE[theme()][self._token]).render(painter, QRectF(rect))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._name, self._token)


def icon(name: str, token: str = "text") -> QIcon:
    """The glyph `name` (a file of resources/icons) in the colour of a surface token."""
    return QIcon(_GlyphEngine(name, token))


def paint_glyph(painter: QPainter, name: str, box: QRectF, token: str = "text") -> None:
    """Draw a glyph into a box of a widget that paints itself."""
    _renderer(name, SURFACE[theme()][token]).render(painter, box)
