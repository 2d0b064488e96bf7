"""A line sketched from the scene, as a table that a person corrects, with its graph and what is wrong with it."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from twinviewer.panels._kit.widgets import button, label, row
from twinviewer.panels._whatif_flow import FlowView
from twinviewer.panels._whatif_model import Flow, Sketched

_COLUMNS = ("Station", "Machines", "Time per part", "Room", "Goes to")
_REST_MS = 350


class Sketch(QWidget):
    """The table. `changed` comes when a person corrected something, `saved` on the button."""

    changed = Signal()
    saved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.table = QTableWidget(0, len(_COLUMNS))
        self.table.setAccessibleName("Stations of the sketched line")
        self.table.setHorizontalHeaderLabels(list(_COLUMNS))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.words = label(
            "A first guess from the scene's flow. Correct what is wrong: times such as 45 s, lognormal(45 s, cv=0.1) "
            "or exponential(45 s); room for parts in front of it, empty for unlimited; several stations apart by "
            "commas, or out.",
            "quiet",
            wrap=True,
        )
        self.trouble = label("", "", wrap=True)
        self.findings = label("", "quiet", wrap=True)
        self.save = button("Save as line.toml", "primary", self.saved.emit)
        self.view = FlowView()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 6, 0)
        for item in (self.words, self.table, self.trouble, row(self.save, None), self.findings, self.view):
            layout.addWidget(item)
        layout.addStretch(1)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.changed)
        self.table.itemChanged.connect(lambda _item: self._rest.start())

    def put(self, rows: Sequence[Sketched] | None, flow: Flow, findings: Sequence[str]) -> None:
        """Show a sketch; without rows only its graph and findings are new."""
        if rows is not None:
            self.table.blockSignals(True)
            self.table.setRowCount(len(rows))
            for y, r in enumerate(rows):
                for x, text in enumerate((r.name, str(r.machines), r.time, r.room, r.next)):
                    item = QTableWidgetItem(text)
                    item.setToolTip(text)
                    if x == 0:
                        item.setFlags(item.flags() & ~item.flags().__class__.ItemIsEditable)
                    self.table.setItem(y, x, item)
            self.table.blockSignals(False)
            self.table.setFixedHeight(min(330, 34 + 26 * len(rows)))
        self.view.show_flow(flow)
        self.trouble.setText("")
        self.trouble.hide()
        self.findings.setText("\n".join(f"• {f}" for f in findings[:8]))
        self.findings.setVisible(bool(findings))
        self.save.setEnabled(True)

    def refuse(self, text: str) -> None:
        """What a person wrote makes no line."""
        self.trouble.setText(f"✕ {text}")
        self.trouble.show()
        self.save.setEnabled(False)

    @property
    def rows(self) -> tuple[Sketched, ...]:
        """What the table says."""

        def text(y: int, x: int) -> str:
            item = self.table.item(y, x)
            return item.text().strip() if item is not None else ""

        return tuple(
            Sketched(text(y, 0), _machines(text(y, 1)), text(y, 2), text(y, 3), text(y, 4))
            for y in range(self.table.rowCount())
        )


def _machines(text: str) -> int:
    return int(text) if text.isdigit() else 0
