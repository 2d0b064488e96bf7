"""What a person points at in the picture: select, fly to, the menu of what can be done, a word about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtWidgets import QMenu

from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.panels._kit.actions import Actions
from twinviewer.session import Session

if TYPE_CHECKING:
    from twinviewer.view.qt_widget import StageWidget

SHOW_WORK = "maintenance.job"  # the command that shows what is planned for the selected asset
_ASSET_MENU = (
    "view.fit_selection",
    "-",
    "view.isolate",
    "view.ghost",
    "view.hide",
    "view.section",
    "-",
    "edit.copy_id",
    "edit.deselect",
)
_PICTURE_MENU = ("view.fit", "view.home", "-", "view.show_all", "view.section", "view.measure", "-", "scene.bookmark")


@dataclass(frozen=True, slots=True)
class Hit:
    """The asset under a point, -1 for none; `is_work` when it was the mark of planned work there."""

    row: int
    is_work: bool


class Pointer(QObject):
    """Lives as long as its widget. `hit(x, y, row)` says what lies at a point over the geometry of an asset (row)."""

    def __init__(
        self, session: Session, actions: Actions, widget: "StageWidget", hit: Callable[[float, float, int], Hit]
    ) -> None:
        super().__init__(widget)
        self._session, self._actions, self._widget, self._hit = session, actions, widget, hit
        widget.clicked.connect(self.click)
        widget.double_clicked.connect(self.double_click)
        widget.context_requested.connect(self.open_menu)
        widget.hovered.connect(self.hover)
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def click(self, x: float, y: float, asset: int) -> None:
        """Select; a mark leads to the work that is planned, the floor selects nothing."""
        hit = self._hit(x, y, asset)
        self._session.select(self._session.scene.assets[hit.row].asset_id if hit.row >= 0 else None)
        if hit.is_work and SHOW_WORK in self._actions:
            self._actions.run(SHOW_WORK)

    def double_click(self, x: float, y: float, asset: int) -> None:
        """Select and fly there."""
        self.click(x, y, asset)
        if self._session.selection is not None:
            self._session.fly_to(self._session.selection)

    def open_menu(self, x: float, y: float, asset: int) -> None:
        """What can be done with the asset under the pointer, or with the picture."""
        self.click(x, y, asset)
        menu = QMenu(self._widget)
        names = _ASSET_MENU if self._session.selection is not None else _PICTURE_MENU
        for name in names:
            if name == "-":
                menu.addSeparator()
            elif name in self._actions:
                menu.addAction(self._actions.qt(name))
        if self._session.selection is not None:
            self._actions.refresh()
            menu.addSeparator()
            for action in self._actions.in_group("Asset"):
                menu.addAction(self._actions.qt(action.id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._widget.mapToGlobal(QPointF(x, y).toPoint()))

    def hover(self, row: int) -> None:
        """Say in a word what the pointer is over."""
        frame, scene = self._session.frame, self._session.scene
        if row < 0 or frame is None or row >= len(scene.assets):
            self._widget.setToolTip("")
            return
        asset = scene.assets[row]
        known = frame.assets.quality[row] < Quality.STALE
        state = State(int(frame.assets.state[row])) if known else State.UNKNOWN
        words = dict.fromkeys((asset.asset_id, asset.name, asset.type_label, state.label if asset.tags else ""))
        words |= {self._session.work.get(asset.asset_id, ""): None}
        self._widget.setToolTip(" · ".join(filter(None, words)))
