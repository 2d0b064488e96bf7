"""The indicators above the picture: figure, recent past, target, alarm; a click says how each is made."""

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from twinviewer.model.frame import Frame, Kpi
from twinviewer.panels._indicators import IndicatorsDialog
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._kpi_tiles import HEIGHT, More, Tile
from twinviewer.panels._life import until_gone
from twinviewer.panels._text import is_current
from twinviewer.scene.scene import Scene
from twinviewer.session import Session

TITLE = "Indicators"
AREA = "top"
ORDER = 10

_LEAST_WIDTH = 96  # of a tile; with less the last tiles give way
_BOOK_MS = 3000  # how often is looked whether somebody else changed the scene's indicators


class Panel(QWidget):
    """The tiles side by side, as many as there is room for."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self._session = session
        self.tiles: list[Tile] = []
        self._scale = 1.0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(6, 2, 6, 4)
        self._row.setSpacing(6)
        self.more = More(self)
        self.more.clicked.connect(self.open_indicators)
        self.more.hide()
        self._row.addWidget(self.more)
        self.setAccessibleName(TITLE)
        self.setFixedHeight(HEIGHT + 6)
        self._dialog: IndicatorsDialog | None = None
        actions.add(
            Action("scene.indicators", "Indicators and targets…", "Scene", self.open_indicators,
                   enabled=lambda: bool(session.scene.assets), icon="report",
                   keywords="kpi oee target formula iso 22400 availability mtbf mttr shift energy",
                   why="The scene has no assets."),
        )  # fmt: skip
        self._book = QTimer(self)
        self._book.setInterval(_BOOK_MS)
        self._book.timeout.connect(self._look_at_book)
        self._book.start()
        until_gone(self, session.scene_changed.connect(self._another_scene))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(_LEAST_WIDTH + 12, HEIGHT + 6)

    def open_indicators(self, key: str = "") -> IndicatorsDialog:
        """All indicators, one of them chosen, in a window beside this one."""
        if self._dialog is not None:
            self._dialog.choose(key)
            self._dialog.raise_()
            self._dialog.activateWindow()
            return self._dialog
        self._dialog = IndicatorsDialog(self._session, self.window(), key)
        self._dialog.finished.connect(self._forget_dialog)
        self._dialog.show()
        return self._dialog

    def _forget_dialog(self, _result: int) -> None:
        self._dialog = None

    def _another_scene(self, _scene: Scene) -> None:
        """Its own tiles come with its first frame; what is wrong with its indicators is told."""
        self._make(())
        for notice in self._session.kpis.problems():
            self._session.notice.emit(notice)

    def _look_at_book(self) -> None:
        self._session.kpis.reload_book()

    def on_frame(self, frame: Frame) -> None:
        """Show one frame's indicators."""
        if [k.key for k in frame.kpis] != [t.kpi.key for t in self.tiles]:
            self._make(frame.kpis)
        stale = not is_current(frame)
        for tile, kpi in zip(self.tiles, frame.kpis, strict=True):
            tile.show_kpi(kpi, stale)

    def _make(self, kpis: tuple[Kpi, ...]) -> None:
        for tile in self.tiles:
            self._row.removeWidget(tile)
            tile.deleteLater()
        self.tiles = [Tile(kpi, self) for kpi in kpis]
        for at, tile in enumerate(self.tiles):
            tile.set_scale(self._scale)
            tile.edit_wanted.connect(self.open_indicators)
            self._row.insertWidget(at, tile, 1)
        self._fit()

    def set_scale(self, scale: float) -> None:
        """Larger tiles for a wall screen."""
        self._scale = scale
        self.setFixedHeight(round((HEIGHT + 6) * scale))
        for tile in self.tiles:
            tile.set_scale(scale)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Hide the last tiles when there is no room to read them; they come back with the room."""
        each, more = round((_LEAST_WIDTH + 6) * self._scale), round((More.WIDTH + 6) * self._scale)
        room = max(1, (self.width() - 6) // each)
        if room < len(self.tiles):
            room = max(1, (self.width() - 6 - more) // each)
        self.more.show_count(max(0, len(self.tiles) - room), self._scale)
        for i, tile in enumerate(self.tiles):
            tile.setVisible(i < room)

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        for tile in self.tiles:
            tile.update()
        self.more.update()
        if self._dialog is not None:
            self._dialog.on_theme()
