"""The asset tree for Qt's views: rows come and go with the filter, and only rows that changed are told of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from twinviewer.model.asset import Asset
from twinviewer.model.frame import AssetStates
from twinviewer.model.quality import Quality
from twinviewer.model.state import ABNORMAL_STATES, State
from twinviewer.panels._tree import ROOT, Shown, Tree

NAME, SYMBOL, KW = range(3)
COLUMNS = ("Asset", "State", "kW")
RESET_ABOVE = 200  # row changes in one go after which starting anew is cheaper than telling each

Index = QModelIndex | QPersistentModelIndex
_DISPLAY = Qt.ItemDataRole.DisplayRole
_NO_INDEX = QModelIndex()
_ABNORMAL = np.zeros(len(State), bool)
_ABNORMAL[[int(s) for s in ABNORMAL_STATES]] = True


class AssetModel(QAbstractItemModel):
    """Column 0 name, 1 state, 2 power. An index's internal id is its node in `tree`."""

    def __init__(self, assets: Sequence[Asset], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tree = Tree(assets)
        self.shown: Shown | None = None
        self._kids: dict[int, list[int]] = {p: k.tolist() for p, k in self.tree.children.items()}
        self._row = self._rows()

    def _rows(self) -> dict[int, int]:
        return {node: row for kids in self._kids.values() for row, node in enumerate(kids)}

    def show_assets(self, assets: Sequence[Asset]) -> None:
        """Another scene."""
        self.beginResetModel()
        self.tree = Tree(assets)
        self.shown = None
        self._kids = {p: k.tolist() for p, k in self.tree.children.items()}
        self._row = self._rows()
        self.endResetModel()

    # What Qt asks --------------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = _NO_INDEX) -> QModelIndex:
        kids = self._kids.get(self.node(parent), ())
        if 0 <= row < len(kids) and 0 <= column < len(COLUMNS):
            return self.createIndex(row, column, kids[row])
        return QModelIndex()

    def parent(self, index: Index = _NO_INDEX) -> QModelIndex:  # type: ignore[override]
        node = self.node(index)
        above = int(self.tree.parent[node]) if node != ROOT else ROOT
        return self.index_of(above)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.column() > 0 else len(self._kids.get(self.node(parent), ()))

    def columnCount(self, parent: Index = _NO_INDEX) -> int:  # noqa: N802 (Qt's name)
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:  # noqa: N802
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(COLUMNS):
            if role == _DISPLAY:
                return "" if section == SYMBOL else COLUMNS[section]
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole and section == KW:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        node = self.node(index)
        if node == ROOT:
            return None
        if role == _DISPLAY:
            return self._text(node, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.sentence(node)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.sentence(node).replace(", ", "\n")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags if self.node(index) in self._kids else flags | Qt.ItemFlag.ItemNeverHasChildren

    # What the panel and the delegate ask ---------------------------------------------------------------------------

    def node(self, index: Index) -> int:
        """The node of an index, ROOT for none."""
        return int(index.internalId()) if index.isValid() else ROOT

    def index_of(self, node: int, column: int = NAME) -> QModelIndex:
        """The index of a node; invalid for ROOT and for what the filter hides."""
        row = self._row.get(node)
        return QModelIndex() if row is None or node == ROOT else self.createIndex(row, column, node)

    def asset_of(self, index: Index) -> Asset | None:
        """The asset of an index, None for a place."""
        node = self.node(index)
        return self.asset_at(node) if node != ROOT else None

    def asset_at(self, node: int) -> Asset | None:
        """The asset of a node, None for a place."""
        row = int(self.tree.asset[node])
        return self.tree.assets[row] if row >= 0 else None

    def is_abnormal(self, node: int) -> bool:
        """Whether an asset is written bold: something about it is not as it should be, or nobody can say."""
        shown, asset = self.shown, self.asset_at(node)
        if shown is None or asset is None or not asset.tags:
            return False
        state = shown.state[node]
        return bool(_ABNORMAL[state] or shown.priority[node] or state == State.UNKNOWN)

    def kw_text(self, node: int) -> str:
        """What stands in the power column: a figure, with ≥ where meters of a place are silent, and ? when stale."""
        shown = self.shown
        if shown is None or shown.kw_quality[node] == Quality.UNKNOWN:
            return ""
        value = shown.tenths_kw[node] / 10
        text = f"{value:,.0f}" if node < self.tree.n_groups or abs(value) >= 1000 else f"{value:.1f}"
        if node < self.tree.n_groups:
            return f"≥ {text}" if shown.kw_quality[node] else text
        quality = shown.kw_quality[node]
        return "?" if quality >= Quality.BAD else f"{text} ?" if quality == Quality.STALE else text

    def sentence(self, node: int) -> str:
        """What a screen reader says of a row."""
        asset, shown = self.asset_at(node), self.shown
        parts = [self.tree.label[node]]
        if asset is not None:
            parts += [t for t in (asset.name, asset.type_label) if t and t != asset.asset_id]
            if not asset.tags:
                parts.append("no tags")
        if shown is not None and (asset is None or asset.tags):
            worst = "worst state " if asset is None else ""
            parts.append(f"{worst}{State(int(shown.state[node])).label.lower()}")
            if shown.priority[node]:
                waiting = ", not acknowledged" if shown.unacknowledged[node] else ""
                parts.append(f"alarm priority {shown.priority[node]}{waiting}")
            if text := self.kw_text(node):
                stale = " (not up to date)" if "?" in text else ""
                parts.append(f"{text.replace(' ?', '')} kW{stale}")
        return ", ".join(parts)

    def _text(self, node: int, column: int) -> str | None:
        if column == NAME:
            asset = self.asset_at(node)
            return self.tree.label[node] if asset is None else f"{asset.asset_id}  {asset.type_label or asset.type}"
        return self.kw_text(node) if column == KW else None

    # What changes --------------------------------------------------------------------------------------------------

    def show_states(self, states: AssetStates) -> np.ndarray:
        """Take in one frame's states; views hear of the rows that look different, in runs. Returns their nodes."""
        before, self.shown = self.shown, Shown(self.tree, states)
        changed = np.arange(len(self.tree.parent)) if before is None else self.shown.changed(before)
        by_parent: dict[int, list[int]] = {}
        for node in changed.tolist():
            row = self._row.get(node)
            if row is not None:
                by_parent.setdefault(int(self.tree.parent[node]), []).append(row)
        for parent, rows in by_parent.items():
            kids = self._kids[parent]
            for first, last in runs(rows):
                top, bottom = kids[first], kids[last]
                self.dataChanged.emit(self.createIndex(first, NAME, top), self.createIndex(last, KW, bottom))
        return changed

    def show_only(self, mask: np.ndarray | None) -> bool:
        """Let only assets of `mask` (bool (n_assets,); None: all) through; True when everything was started anew."""
        wanted = self.tree.children if mask is None else self.tree.visible(mask)
        new = {parent: kids.tolist() for parent, kids in wanted.items()}
        moves = [(p, kids) for p, kids in new.items() if kids != self._kids.get(p, [])]
        if not moves:
            return False
        steps = sum(abs(len(kids) - len(self._kids.get(p, []))) for p, kids in moves)
        if steps > RESET_ABOVE:
            self.beginResetModel()
            self._kids = new
            self._row = self._rows()
            self.endResetModel()
            return True
        for parent, kids in sorted(moves, key=lambda move: self._depth(move[0])):
            self._replace(parent, kids)
        return False

    def _depth(self, node: int) -> int:
        depth = 0
        while node != ROOT:
            node, depth = int(self.tree.parent[node]), depth + 1
        return depth

    def _replace(self, parent: int, new: list[int]) -> None:
        """Take out and put in rows under one parent, run by run; both lists are in the order of the tree."""
        wanted, old = set(new), self._kids.get(parent, [])
        if parent != ROOT and parent not in self._row:  # went with what it stands in
            self._set_kids(parent, [], old)
            return
        for first, last in reversed(runs([i for i, node in enumerate(old) if node not in wanted])):
            self.beginRemoveRows(self.index_of(parent), first, last)
            gone = old[first : last + 1]
            old = old[:first] + old[last + 1 :]
            self._set_kids(parent, old, gone)
            self.endRemoveRows()
        there = set(old)
        for first, last in runs([i for i, node in enumerate(new) if node not in there]):
            self.beginInsertRows(self.index_of(parent), first, last)
            old = old[:first] + new[first : last + 1] + old[first:]
            self._set_kids(parent, old, [])
            self.endInsertRows()

    def _set_kids(self, parent: int, kids: list[int], gone: list[int]) -> None:
        self._kids[parent] = kids
        for node in gone:
            self._row.pop(node, None)
        self._row.update((node, row) for row, node in enumerate(kids))


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Rows as (first, last) of unbroken runs, ascending."""
    found: list[tuple[int, int]] = []
    for row in sorted(rows):
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
