"""All keys at a glance, from the action registry, with a filter."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTableWidget, QTableWidgetItem, QWidget

from twinviewer.gui.dialogs.base import BaseDialog
from twinviewer.gui.fuzzy import score
from twinviewer.panels._kit.actions import Actions

MOUSE = (
    ("Picture", "Orbit", "Left drag"),
    ("Picture", "Pan", "Middle drag, or Shift + left drag"),
    ("Picture", "Zoom to the pointer", "Wheel"),
    ("Picture", "Select an asset", "Click"),
    ("Picture", "Fly to an asset", "Double click"),
)


def rows(actions: Actions) -> list[tuple[str, str, str]]:
    """(group, title, keys) of every command that has keys, of the parts of the window, and of the mouse."""
    native = QKeySequence.SequenceFormat.NativeText
    found = []
    for action in actions:
        if action.shortcut:
            keys = " or ".join(QKeySequence(k).toString(native) for k in action.shortcut.split(" | "))
            found.append((action.group.replace("/", ": ") or "Anywhere", action.text, keys))
    return [*found, *IN_PARTS, *MOUSE]


IN_PARTS = (  # keys that only a part of the window takes, while the focus is in it
    ("Picture", "Turn; shift", "Arrows; Shift + arrows"),
    ("Picture", "Zoom", "+ and -"),
    ("Asset tree", "Fly to the asset", "Enter"),
    ("Asset tree", "Open or close a place", "Right, Left"),
    ("A filter", "Show everything again", "Esc"),
    ("Alarm list", "Acknowledge; with a comment", "A; Shift+A"),
    ("Alarm list", "Shelve; unshelve", "S; U"),
    ("Alarm list", "Fly to the asset", "Enter"),
    ("Trend", "Earlier, later", "Left, Right"),
    ("Trend", "Zoom", "+ and -"),
    ("Trend", "Back to now", "Home"),
    ("Time line", "A hundredth; a page", "Left, Right; Page Up, Page Down"),
    ("Time line", "To its beginning, to its end", "Home, End"),
)


class ShortcutsDialog(BaseDialog):
    """A table of keys."""

    def __init__(self, actions: Actions, parent: QWidget | None) -> None:
        super().__init__("Keys", parent, 620)
        self.setMinimumHeight(520)
        self._rows = rows(actions)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the keys")
        self.filter.textChanged.connect(self._fill)
        self.body.addWidget(self.filter)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["Where", "What", "Keys"])
        self.table.setAccessibleName("Keys")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(0, 130)
        self.table.setColumnWidth(2, 210)
        self.body.addWidget(self.table, 1)
        self.buttons("Close", cancel="")
        self._fill("")

    def _fill(self, text: str) -> None:
        shown = [r for r in self._rows if score(text, " ".join(r)) > 0]
        self.table.setRowCount(len(shown))
        for i, cells in enumerate(shown):
            for j, cell in enumerate(cells):
                item = QTableWidgetItem(cell)
                if j == 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(i, j, item)
