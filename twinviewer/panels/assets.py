"""The asset tree: where everything stands in the plant, how it is, and a filter to find it."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QMenu, QTreeView, QVBoxLayout, QWidget

from twinviewer.model.asset import Asset
from twinviewer.model.frame import AssetStates, Frame
from twinviewer.panels import _filter, _setpoint
from twinviewer.panels._asset_delegate import AssetDelegate
from twinviewer.panels._asset_model import KW, NAME, SYMBOL, AssetModel
from twinviewer.panels._conditions import All, Columns, Node, is_static
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._kit.filter_field import FilterField
from twinviewer.panels._kit.widgets import label
from twinviewer.panels._life import until_gone
from twinviewer.panels._tree import ROOT
from twinviewer.scene.scene import Scene
from twinviewer.session import Session

TITLE = "Assets"
AREA = "left"
ORDER = 10

_FILTER_PAUSE_MS = 150  # between the last key and the filtering
_EXPAND_UP_TO = 400  # assets: a larger plant starts with its places closed
_Index = QModelIndex | QPersistentModelIndex


class AssetTree(QTreeView):
    """A tree in which Enter, a double click and the menu fly to the asset."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        self.assets = AssetModel(session.scene.assets, self)
        self.setModel(self.assets)
        self.setItemDelegate(AssetDelegate(self))
        self.setUniformRowHeights(True)
        self.setIndentation(12)
        self.setExpandsOnDoubleClick(False)
        self.setAccessibleName("Assets by place")
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(30)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((SYMBOL, 42), (KW, 52)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        self.doubleClicked.connect(self._fly)

    def _fly(self, index: _Index) -> None:
        asset = self.assets.asset_of(index)
        if asset is not None:
            self._session.fly_to(asset.asset_id)
        elif index.isValid():
            place = self.assets.index_of(self.assets.node(index))
            self.setExpanded(place, not self.isExpanded(place))

    def dataChanged(  # noqa: N802 (Qt's name)
        self, first: _Index, last: _Index, roles: Sequence[int] = ()
    ) -> None:
        """Left to `show_states`: Qt would ask for the place of every changed row, seen or not (75 µs each)."""
        if QAccessible.isActive():
            super().dataChanged(first, last, list(roles))

    def show_states(self, states: AssetStates) -> None:
        """Take in one frame's states and repaint the rows on screen that look different."""
        changed = set(self.assets.show_states(states).tolist())
        if not changed or not self.isVisible():
            return
        bottom = self.viewport().height()
        index = self.indexAt(QPoint(0, 0))
        while index.isValid():
            box = self.visualRect(index)
            if box.top() > bottom:
                break
            if self.assets.node(index) in changed:
                self.viewport().update(0, box.top(), self.viewport().width(), box.height())
            index = self.indexBelow(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._fly(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's name)
        index = self.indexAt(event.pos()) if event.reason() == QContextMenuEvent.Reason.Mouse else self.currentIndex()
        menu = self.menu(self.assets.asset_of(index), index)
        where = event.globalPos()
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            where = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft() + QPoint(24, 0))
        menu.exec(where)
        menu.deleteLater()

    def menu(self, asset: Asset | None, index: _Index) -> QMenu:
        """What can be done with an asset, or with a place (None)."""
        menu = QMenu(self)
        if asset is not None:
            self._session.select(asset.asset_id)
            menu.addAction(f"Fly to {asset.asset_id}", lambda: self._session.fly_to(asset.asset_id))
            for name in ("view.isolate", "view.ghost", "view.hide", _setpoint.NAME):
                if name in self._actions:
                    menu.addAction(self._actions.qt(name))
            menu.addSeparator()
            menu.addAction("Copy id", lambda: QApplication.clipboard().setText(asset.asset_id))
        elif index.isValid():
            place = self.assets.index_of(self.assets.node(index))
            menu.addAction("Expand all below", lambda: self.expandRecursively(place))
            menu.addAction("Collapse", lambda: self.collapse(place))
        menu.addSeparator()
        menu.addAction("Expand all", self.expandAll)
        menu.addAction("Collapse all", self.collapseAll)
        return menu


class Panel(QWidget):
    """Filter and tree. Selection goes both ways with the session."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._columns = Columns(session.scene.assets)
        self._query: Node = All(())
        self._mask: np.ndarray | None = None
        self._closed: frozenset[int] = frozenset()  # places that were closed before a filter
        self._from_session = False
        self.tree = AssetTree(session, actions, self)
        self.field = self._make_field()
        self.hint = label("", "quiet", wrap=True)
        self.hint.setContentsMargins(10, 0, 8, 0)
        self.hint.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(4)
        box = QVBoxLayout()
        box.setContentsMargins(6, 0, 6, 0)
        box.addWidget(self.field)
        layout.addLayout(box)
        layout.addWidget(self.hint)
        layout.addWidget(self.tree, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_FILTER_PAUSE_MS)
        self._pause.timeout.connect(self.apply_filter)
        self.tree.assets.rowsInserted.connect(self._on_inserted)
        self.tree.selectionModel().currentChanged.connect(self._on_current)
        until_gone(
            self,
            session.selection_changed.connect(self._on_selection),
            session.scene_changed.connect(self._on_scene),
        )
        actions.add(
            Action("assets.filter", "Filter the asset tree", "View", self.focus_filter, "Ctrl+F", keywords="find tree")
        )
        actions.add(
            Action(_setpoint.NAME, "Set a value on the plant…", "Asset", self.propose_value, "",
                   self.may_propose, keywords="setpoint set-point speed write",
                   why=_setpoint.WHY_NOT)
        )  # fmt: skip
        self._expand_few()

    def _make_field(self) -> FilterField:
        field = FilterField(f"Filter, e.g. {_filter.EXAMPLE}", "Filter assets")
        field.setAccessibleDescription(_filter.HELP)
        field.setToolTip(_filter.HELP)
        field.textChanged.connect(lambda _text: self._pause.start())
        field.returnPressed.connect(self._on_return)
        return field

    def may_propose(self) -> bool:
        """Whether the selected asset has a value that a person may set."""
        return bool(_setpoint.settable(self._session))

    def propose_value(self) -> None:
        """Ask for a value, a reason and an approval, and have it written."""
        _setpoint.ask(self._session, self)

    def focus_filter(self) -> None:
        """Put the cursor into the filter, with its text selected."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def on_frame(self, frame: Frame) -> None:
        """Show one frame; only rows that look different are repainted."""
        self.tree.show_states(frame.assets)
        if self._mask is not None and not is_static(self._query):
            self._show_mask(frame)

    def on_theme(self, theme: str) -> None:
        """Repaint in the other theme."""
        self.tree.viewport().update()

    # Filter --------------------------------------------------------------------------------------------------------

    def apply_filter(self) -> None:
        """Read the field and show what it lets through; a query that cannot be read leaves the tree as it is."""
        self._pause.stop()
        text = self.field.text()
        try:
            self._query = _filter.parse(text)
        except _filter.FilterError as error:
            self._say(f"{error.text[0].upper()}{error.text[1:]} ({error.where}). {error.remedy}")
            return
        if not text.strip():
            if self._mask is not None:
                self._mask = None
                self.tree.assets.show_only(None)
                self._open_again()
            self._say("")
            self._on_selection(self._session.selection)
            return
        self._show_mask(self._session.frame)

    def _show_mask(self, frame: Frame | None) -> None:
        mask = self._query.mask(self._columns, frame.assets if frame is not None else None)
        if self._mask is not None and np.array_equal(mask, self._mask):
            return
        if self._mask is None:
            self._closed = frozenset(n for n in self._places() if not self.tree.isExpanded(self._place(n)))
        self._mask = mask
        self._say(f"{int(mask.sum()):,} of {len(mask):,} assets" if mask.any() else "Nothing matches.")
        if self.tree.assets.show_only(mask):
            self.tree.expandAll()
        self._on_selection(self._session.selection)

    def _places(self) -> list[int]:
        return [node for node in self.tree.assets.tree.children if node != ROOT]

    def _place(self, node: int) -> QModelIndex:
        return self.tree.assets.index_of(node)

    def _open_again(self) -> None:
        """Without a filter, every place stands open or closed as it did before."""
        for node in self._places():
            self.tree.setExpanded(self._place(node), node not in self._closed)

    def _on_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        """Open the places that a filter brings back, so that what was found is seen."""
        if self._mask is not None:
            for row in range(first, last + 1):
                self.tree.expand(self.tree.assets.index(row, NAME, parent))

    def _say(self, text: str) -> None:
        self.hint.setText(text)
        self.hint.setVisible(bool(text))

    def _on_return(self) -> None:
        """Enter selects the first asset that was found and goes to the tree."""
        self.apply_filter()
        index = self.tree.assets.index(0, NAME)
        while index.isValid() and self.tree.assets.asset_of(index) is None:
            index = self.tree.indexBelow(index)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() == Qt.Key.Key_Down and self.field.hasFocus():
            self.tree.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    # Selection -----------------------------------------------------------------------------------------------------

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        asset = self.tree.assets.asset_of(current)
        if asset is not None and not self._from_session:
            self._session.select(asset.asset_id)

    def _on_selection(self, asset_id: str | None) -> None:
        if asset_id is None:
            self.tree.selectionModel().clear()
            return
        model = self.tree.assets
        index = model.index_of(model.tree.node_of(self._session.scene.asset(asset_id).index))
        if index.isValid() and index != self.tree.currentIndex():
            self._from_session = True
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
            self._from_session = False
        elif not index.isValid():
            self.tree.clearSelection()

    def _on_scene(self, scene: Scene) -> None:
        self._columns = Columns(scene.assets)
        self._mask = None
        self.tree.assets.show_assets(scene.assets)
        self._expand_few()
        self.apply_filter()

    def _expand_few(self) -> None:
        if len(self._session.scene.assets) <= _EXPAND_UP_TO:
            self.tree.expandAll()
        else:
            self.tree.expandToDepth(-1)
