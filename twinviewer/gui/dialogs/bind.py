"""Proposals of which node of the server is which tag, for a person to accept."""

import csv
import io
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTableWidget, QTableWidgetItem, QWidget

from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.gui.scene_work import Bindings
from twinviewer.panels._kit.widgets import button, label, row
from twinviewer.scene.binding import SURE, Proposal, table

_COLUMNS = ("Asset and tag", "Node on the server", "Unit", "Confidence", "Why")


class BindDialog(BaseDialog):
    """A box per proposal; what the scene says already is not asked again. After `exec()`, `text` is the table to
    write beside the scene."""

    def __init__(self, found: Bindings, parent: QWidget | None) -> None:
        super().__init__("Bind to the server", parent, 980)
        self.text = ""
        self._found = found
        self._open = [p for p in found.proposals if not (p.kept and not p.bound)]
        settled = len(found.proposals) - len(self._open)
        says = f"{found.variables:,} variables on the server. {settled} tags are right as the scene has them; "
        to_decide = f"{len(self._open)} are to be decided." if self._open else "nothing is left to decide."
        self.body.addWidget(label(says + to_decide, "heading"))
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the proposals")
        self.filter.textChanged.connect(self._filter)
        sure = button(f"Accept from {SURE:.0%}", "", lambda: self._accept_from(SURE))
        none = button("Accept none", "", lambda: self._accept_from(2.0))
        self.choice = row(self.filter, sure, none)
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
        made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        made.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        head = made.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for column, width in enumerate((190, 280, 70, 86)):
            made.setColumnWidth(column, width)
        head.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        for i, p in enumerate(self._open):
            cells = (f"{p.asset_id}.{p.key}", str(p.address), p.unit, f"{p.confidence:.0%}", p.why)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if column == 0:
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                    item.setCheckState(_check(p.bound or p.confidence >= SURE))
                made.setItem(i, column, item)
        return made

    def accepted_rows(self) -> list[int]:
        """Which of the open proposals are accepted."""
        return [i for i in range(len(self._open)) if self._box(i).checkState() == Qt.CheckState.Checked]

    def _box(self, i: int) -> QTableWidgetItem:
        item = self.table.item(i, 0)
        assert item is not None
        return item

    def _accept_from(self, least: float) -> None:
        for i, p in enumerate(self._open):
            self._box(i).setCheckState(_check(p.confidence >= least))

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()  # whole pieces, not letters here and there: PMP-511 is not PMP-512
        for i, p in enumerate(self._open):
            said = f"{p.asset_id}.{p.key} {p.address} {p.why}".casefold()
            self.table.setRowHidden(i, not all(word in said for word in wanted))

    def _write(self) -> None:
        chosen = {(p.asset_id, p.key) for i, p in enumerate(self._open) if i in set(self.accepted_rows())}
        self.text = decided(self._found.proposals, self._found.namespaces, chosen)
        self.accept()


def _check(on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked


def decided(proposals: Sequence[Proposal], namespaces: dict[str, str], chosen: set[tuple[str, str]]) -> str:
    """The table of proposals with a person's decisions in it: "yes" for the chosen ones, "no" for the others."""
    rows = list(csv.DictReader(io.StringIO(table(proposals, namespaces))))
    for line in rows:
        if line["accept"] != "as written":
            line["accept"] = "yes" if (line["asset"], line["tag"]) in chosen else "no"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["asset"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
