"""Proposals of which node of the server is which tag, for a person to accept."""

import csv
import io
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTableWidget, QTableWidgetItem, QWidget

from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.gui.scene_work import Bindings
from twinviewer.panels._kit.widgets import button, label, row
from twinviewer.scene.binding import COLUMNS, Proposal, table
from twinviewer.scene.overrides import SURE

_COLUMNS = ("Asset and tag", "Variable on the server", "Unit", "Confidence", "Why")


class BindDialog(BaseDialog):
    """A box per proposal; what the scene says already is not asked again. After `exec()`, `text` is the table to
    write beside the scene."""

    def __init__(self, found: Bindings, parent: QWidget | None) -> None:
        super().__init__("Bind to the server", parent, 1120)
        self.text = ""
        self._found = found
        self._open = [p for p in found.proposals if not (p.kept and not p.bound)]
        settled = len(found.proposals) - len(self._open)
        self.body.addWidget(label(_summary(found.variables, settled, len(self._open)), "heading"))
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the proposals")
        self.filter.textChanged.connect(self._filter)
        sure = button(f"Accept from {SURE:.0%}", "", lambda: self._accept(lambda p: p.bound or p.confidence >= SURE))
        none = button("Accept none", "", lambda: self._accept(lambda p: False))
        shown = button("Accept shown", "", self._accept_shown)
        shown.setToolTip("Tick every line that the filter leaves.")
        self.choice = row(self.filter, sure, shown, none)
        self.table = self._make_table()
        hint = quiet(
            "What you accept is written to bindings.csv beside the scene, and the scene opens "
            "anew. The lines that you do not accept are kept there as no."
        )
        self.body.addWidget(self.choice)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(hint)
        if self._open:
            self.setMinimumHeight(560)
            self.buttons("Write and open", self._write)
        else:
            for part in (self.choice, self.table, hint):
                part.hide()
            self.buttons("Close", self.reject, cancel="")

    def _make_table(self) -> QTableWidget:
        made = QTableWidget(len(self._open), len(_COLUMNS))
        made.setHorizontalHeaderLabels(list(_COLUMNS))
        made.setAccessibleName("Proposals")
        made.verticalHeader().hide()
        made.setShowGrid(False)
        made.setWordWrap(False)
        made.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # ends tell asset and quantity apart
        made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        made.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        head = made.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for column, width in enumerate((280, 300, 56, 86)):
            made.setColumnWidth(column, width)
        head.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        for i, p in enumerate(self._open):
            place = p.variable or str(p.address)
            cells = (f"{p.asset_id}.{p.key}", place, p.unit, f"{p.confidence:.0%}", p.why)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{place}\n{p.address}" if column == 1 else text)
                if column == 0:
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                    item.setCheckState(_check(p.accepted()))
                made.setItem(i, column, item)
        return made

    def accepted_rows(self) -> list[int]:
        """Which of the open proposals are accepted."""
        return [i for i in range(len(self._open)) if self._box(i).checkState() == Qt.CheckState.Checked]

    def _box(self, i: int) -> QTableWidgetItem:
        item = self.table.item(i, 0)
        assert item is not None
        return item

    def _accept(self, chosen: Callable[[Proposal], bool]) -> None:
        for i, p in enumerate(self._open):
            self._box(i).setCheckState(_check(chosen(p)))

    def _accept_shown(self) -> None:
        for i in range(len(self._open)):
            if not self.table.isRowHidden(i):
                self._box(i).setCheckState(_check(True))

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()  # whole pieces, not letters here and there: PMP-511 is not PMP-512
        for i, p in enumerate(self._open):
            said = f"{p.asset_id}.{p.key} {p.address} {p.variable} {p.why}".casefold()
            self.table.setRowHidden(i, not all(word in said for word in wanted))

    def _write(self) -> None:
        chosen = {(p.asset_id, p.key) for i, p in enumerate(self._open) if i in set(self.accepted_rows())}
        self.text = decided(self._found.proposals, self._found.namespaces, chosen)
        self.accept()


def _summary(variables: int, settled: int, undecided: int) -> str:
    """What was found, in a sentence or two."""
    if not settled and not undecided:
        return f"{variables:,} variables on the server, and none is called like an asset of this scene."
    right = f"{settled:,} tag{' is' if settled == 1 else 's are'} right as the scene has them"
    decide = f"{undecided:,} to be decided" if undecided else "nothing is left to decide"
    return f"{variables:,} variables on the server. {right}; {decide}."


def _check(on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked


def decided(proposals: Sequence[Proposal], namespaces: dict[str, str], chosen: set[tuple[str, str]]) -> str:
    """The table of proposals with a person's decisions in it: "yes" for the chosen ones, "no" for the others."""
    rows = list(csv.DictReader(io.StringIO(table(proposals, namespaces))))
    for line in rows:
        if line["accept"] != "as written":
            line["accept"] = "yes" if (line["asset"], line["tag"]) in chosen else "no"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
