"""A table of findings: what is wrong with a scene, or what twinviewer said in this session."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from twinviewer.gui.dialogs.base import BaseDialog
from twinviewer.model.notice import Notice
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.widgets import button, label, row

_WORDS = {"error": "Error", "warning": "Warning", "info": "Remark"}


def summary(findings: Sequence[Notice]) -> str:
    """ "2 errors, 1 warning, no remarks."""
    parts = []
    for level, word in (("error", "error"), ("warning", "warning"), ("info", "remark")):
        count = sum(f.level == level for f in findings)
        parts.append(f"{count or 'no'} {word}{'' if count == 1 else 's'}")
    return ", ".join(parts)


class FindingsDialog(BaseDialog):
    """One line per finding; the text of all of them can be copied."""

    def __init__(self, title: str, findings: Sequence[Notice], parent: QWidget | None) -> None:
        super().__init__(title, parent, 860)
        self._findings = list(findings)
        self.body.addWidget(label(f"{summary(findings)}." if findings else "Nothing to say: all is well.", "heading"))
        self.table = QTableWidget(len(findings), 4)
        self.table.setHorizontalHeaderLabels(["", "Where", "What", "What to do"])
        self.table.setAccessibleName(title)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(True)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        head = self.table.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.setColumnWidth(0, 92)
        self.table.setColumnWidth(1, 190)
        for column in (2, 3):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self._fill()
        self.body.addWidget(self.table, 1)
        copy = button("Copy all", "link", self.copy, "copy")
        self.body.addWidget(row(copy, None))
        if findings:
            self.setMinimumHeight(420)
        else:
            self.table.hide()
            copy.hide()
        self.buttons("Close", cancel="")

    def _fill(self) -> None:
        for i, f in enumerate(self._findings):
            level = QTableWidgetItem(icon(f.level if f.level != "info" else "info"), _WORDS.get(f.level, f.level))
            self.table.setItem(i, 0, level)
            for column, text in ((1, f.where), (2, f.text), (3, f.remedy)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(i, column, item)
        self.table.resizeRowsToContents()

    def copy(self) -> None:
        """Put all findings on the clipboard, one per line."""
        lines = ("\t".join((_WORDS.get(f.level, f.level), f.where, f.text, f.remedy)) for f in self._findings)
        QGuiApplication.clipboard().setText("\n".join(lines))
