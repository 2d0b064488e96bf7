"""All indicators in one window: ISO 22400-2 of each line, the scene's own, their targets, and when shifts begin."""

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Kpi
from twinviewer.panels import _indicator_edits as edits
from twinviewer.panels._indicator_form import IndicatorForm
from twinviewer.panels._kit.gauges import figure
from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._kit.widgets import button, column, label, row
from twinviewer.panels._text import value_of
from twinviewer.session import Session

_KEY = Qt.ItemDataRole.UserRole
_COLUMNS = ("Indicator", "Now", "Target", "Unit")


class IndicatorsDialog(QDialog):
    """The list at the left, one of them at the right. It stays open beside the window."""

    def __init__(self, session: Session, parent: QWidget | None = None, key: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle("Indicators and targets")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._scene = session.scene
        self._items: dict[str, QTreeWidgetItem] = {}
        self._build()
        self.resize(1000, 620)
        self._fill(key)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()

    def _build(self) -> None:
        self.list = QTreeWidget()
        self.list.setColumnCount(len(_COLUMNS))
        self.list.setHeaderLabels(list(_COLUMNS))
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(10)
        self.list.setAccessibleName("Indicators")
        self.list.setMinimumWidth(380)
        head = self.list.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for at in (1, 2, 3):
            head.setSectionResizeMode(at, QHeaderView.ResizeMode.ResizeToContents)
        self.list.currentItemChanged.connect(lambda item, _old: self._show(item))
        self.new = button("New indicator…", "", self._new, "plus")
        self.shifts = QLineEdit(", ".join(self._session.kpis.book.shift_starts))
        self.shifts.setAccessibleName("Shifts begin at, local time")
        self.shifts.editingFinished.connect(self._set_shifts)
        self.trouble = label("", wrap=True)
        self.trouble.hide()
        self.form = IndicatorForm(self._session)
        self.form.kept.connect(self._kept)
        self.form.failed.connect(self._say)
        area = QScrollArea()
        area.setObjectName("panel")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(column(self.form, margins=(0, 0, 10, 0)))
        right = QVBoxLayout()
        right.addWidget(area, 1)
        right.addWidget(self.trouble)
        right.addWidget(row(None, button("Close", "", self.close)))
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(row(self.new, None, label("Shifts begin at", "quiet"), self.shifts))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(14)
        layout.addLayout(left, 9)
        layout.addLayout(right, 11)

    # Showing -------------------------------------------------------------------------------------------------------

    def _fill(self, key: str) -> None:
        """All indicators under their headings; `key` is chosen, else the first."""
        self.list.blockSignals(True)
        self.list.clear()
        self._items = {}
        for heading, kpis in edits.groups_of(self._session):
            if not kpis:
                continue
            group = QTreeWidgetItem(self.list, [heading])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFirstColumnSpanned(True)
            group.setFont(0, font(11, 600))
            group.setForeground(0, QBrush(colour("text2")))
            for kpi in kpis:
                item = QTreeWidgetItem(group, [""] * len(_COLUMNS))
                item.setData(0, _KEY, kpi.key)
                for at in (1, 2):
                    item.setTextAlignment(at, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._items[kpi.key] = item
                _write(item, kpi)
            group.setExpanded(True)
        self.list.blockSignals(False)
        chosen = self._items.get(key) or next(iter(self._items.values()), None)
        if chosen is not None:
            self.list.setCurrentItem(chosen)
            self._show(chosen)

    def on_theme(self) -> None:
        """Take the colours of the other theme."""
        self._fill(self._chosen)

    def choose(self, key: str) -> None:
        """Show one indicator."""
        item = self._items.get(key)
        if item is not None:
            self.list.setCurrentItem(item)

    @property
    def _chosen(self) -> str:
        item = self.list.currentItem()
        return str(item.data(0, _KEY) or "") if item is not None else ""

    def refresh(self) -> None:
        """The newest figures; another scene has other indicators, so that this window goes."""
        if self._session.scene is not self._scene:
            self.close()
            return
        kpis = {k.key: k for k in self._session.kpis.all()}
        if kpis.keys() != self._items.keys():
            self._fill(self._chosen)
            return
        for key, kpi in kpis.items():
            _write(self._items[key], kpi)
        if self._chosen in kpis:
            self.form.refresh(kpis[self._chosen])

    def _show(self, item: QTreeWidgetItem | None) -> None:
        key = item.data(0, _KEY) if item is not None else None
        kpi = next((k for k in self._session.kpis.all() if k.key == key), None)
        if kpi is not None:
            self.trouble.hide()
            self.form.show_kpi(kpi)

    # Changing ------------------------------------------------------------------------------------------------------

    def _new(self) -> None:
        self.list.setCurrentIndex(QModelIndex())
        self.trouble.hide()
        self.form.show_new()

    def _set_shifts(self) -> None:
        before = ", ".join(self._session.kpis.book.shift_starts)
        if self.shifts.text().strip() == before:
            return
        try:
            edits.set_shifts(self._session, self.shifts.text())
        except TwinError as error:
            self.shifts.setText(before)
            self._say(error)
        else:
            self._kept(self._chosen)

    def _kept(self, key: str) -> None:
        self.trouble.hide()
        self._fill(key)

    def _say(self, error: TwinError) -> None:
        self.trouble.setText(str(error))
        self.trouble.show()


def _write(item: QTreeWidgetItem, kpi: Kpi) -> None:
    name = kpi.label.removeprefix(f"{kpi.key.split('.', 1)[-1]}: ")
    texts = (f"{name[:1].upper()}{name[1:]}", value_of(kpi), "" if kpi.target is None else figure(kpi.target), kpi.unit)
    for at, text in enumerate(texts):
        if item.text(at) != text:
            item.setText(at, text)
    item.setToolTip(0, kpi.formula)
