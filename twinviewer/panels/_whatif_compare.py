"""Several scenarios in one table: columns are scenarios, rows indicators, with differences from the baseline."""

import csv
import io
from collections.abc import Sequence
from textwrap import wrap

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from twinviewer.panels._kit.style import font
from twinviewer.panels._kit.widgets import button, label, row
from twinviewer.panels._whatif_found import KPIS, Answer, Figure, Kpi, verdict
from twinviewer.panels._whatif_model import Kept
from twinviewer.panels._whatif_results import digits_of, half, narrow_text
from twinviewer.panels._whatif_results import signed_difference as difference_text
from twinviewer.panels._whatif_words import number

_BASELINE, _NARROWEST, _FRAME = 58, 96, 16  # widths of columns, and of frame and scroll bar, in pixels
_BY_KEY = {k.key: k for k in KPIS}


class _Table(QTableWidget):
    """The baseline as wide as it must be; scenarios share what is left, none too narrow to be read."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        n = self.columnCount() - 1
        if n < 1:
            return
        self.setColumnWidth(0, _BASELINE)
        room = self.width() - self.verticalHeader().sizeHint().width() - _BASELINE - _FRAME
        for k in range(n):
            self.setColumnWidth(k + 1, max(_NARROWEST, room // n))


class Compare(QWidget):
    """Which scenarios, and the table. `asked` comes with nothing: `chosen` says which are ticked."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.answers: tuple[Answer, ...] = ()
        self.currency = ""
        self._kept: list[Kept] = []
        self.list = QListWidget()
        self.list.setAccessibleName("Scenarios to compare")
        self.go = button("Compare", "primary", self.asked.emit)
        self.hint = label("", "quiet", wrap=True)
        self.table = _Table(0, 0)
        self.table.setAccessibleName("Scenarios against the baseline")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setWordWrap(True)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 6, 4)
        layout.addWidget(self.list)
        layout.addWidget(row(self.go, self.hint, None))
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        self.table.hide()

    def offer(self, kept: Sequence[Kept], current: Kept | None) -> None:
        """The saved scenarios, and the one that the levers say where it is not saved."""
        left_out = {k.name for k in self._kept} - {k.name for k in self.chosen}
        self._kept = [*([current] if current is not None else []), *kept]
        self.list.clear()
        for k in self._kept:
            item = QListWidgetItem(k.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked if k.name in left_out else Qt.CheckState.Checked)
            self.list.addItem(item)
        self.list.setFixedHeight(min(112, 8 + 19 * max(1, len(self._kept))))
        self.list.setVisible(bool(self._kept))
        self.go.setVisible(bool(self._kept))
        self.hint.setText(
            "" if self._kept else "Nothing to compare yet: move a lever, or save scenarios and compare them here."
        )

    @property
    def chosen(self) -> tuple[Kept, ...]:
        """The scenarios that are ticked."""
        places = range(min(self.list.count(), len(self._kept)))
        return tuple(self._kept[k] for k in places if self.list.item(k).checkState() is Qt.CheckState.Checked)

    def rest(self) -> None:
        """Nothing runs any more: what was compared so far stays."""
        if self.hint.text().endswith("…"):
            self.hint.setText("Stopped.")

    def put(self, answers: tuple[Answer, ...]) -> None:
        """Show the table."""
        self.answers = answers
        self.table.setVisible(bool(answers))
        if not answers:
            return
        rows = _rows(answers)
        self.table.setColumnCount(1 + len(answers))
        self.table.setRowCount(len(rows))
        self.table.setHorizontalHeaderLabels(["Baseline", *("\n".join(wrap(a.name, 15)[:3]) for a in answers)])
        for k, a in enumerate(answers):
            if (head := self.table.horizontalHeaderItem(k + 1)) is not None:
                head.setToolTip(a.name)
        self.table.setVerticalHeaderLabels([self._title(r) for r, _ in rows])
        for y, (_, cells) in enumerate(rows):
            for x, (text, strong, said) in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setFont(font(12, 600 if strong else 400))
                item.setToolTip(said)
                self.table.setItem(y, x, item)
        self.table.resizeRowsToContents()
        self.table.resizeEvent(QResizeEvent(self.table.size(), self.table.size()))

    def _title(self, kpi: Kpi | str) -> str:
        if isinstance(kpi, str):
            return kpi
        unit = self.currency if kpi.key.startswith("cost") else kpi.unit
        return f"{kpi.title}\n{unit}" if unit else kpi.title


Cell = tuple[str, bool, str]


def _rows(answers: Sequence[Answer]) -> list[tuple[Kpi | str, list[Cell]]]:
    """Every row with its cells: text, whether it is significant, and the same in full."""
    found: list[tuple[Kpi | str, list[Cell]]] = []
    for f in answers[0].figures:
        kpi = _BY_KEY[f.key]
        digits = digits_of(kpi, f.baseline[0] / kpi.scale)
        base = f"{number(f.baseline[0] / kpi.scale, digits)}\n{half(f.baseline, kpi).strip()}".rstrip()
        cells: list[Cell] = [(base, False, "mean and 95 % interval")]
        for a in answers:
            own = next((g for g in a.figures if g.key == f.key), None)
            cells.append(_cell(own, kpi, digits) if own is not None else ("–", False, ""))
        found.append((kpi, cells))
    narrow = [answers[0].narrows[0], *(a.narrows[-1] for a in answers)]
    found.append(("Bottleneck", [(n.station if n is not None else "–", False, narrow_text(n)) for n in narrow]))
    late = [answers[0].late[0], *(a.late[-1] for a in answers)]
    if any(late):
        found.append(("Likely late", [(str(len(o)), False, ", ".join(o[:20])) for o in late]))
    return found


def _cell(f: Figure, kpi: Kpi, digits: int) -> Cell:
    if f.scenario is None or f.difference is None:
        return "–", False, ""
    words = verdict(f, kpi)
    text = f"{number(f.scenario[0] / kpi.scale, digits)}\n{difference_text(f, kpi)}"
    if not f.significant:
        text += f"\n{words}"
    return text, f.significant, words


def csv_of(answers: Sequence[Answer], currency: str) -> str:
    """The table as CSV, one row per scenario and indicator, in the units that the panel shows, with every digit."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = [f"{who}_{what}" for who in ("baseline", "scenario", "difference") for what in ("mean", "low", "high")]
    writer.writerow(["indicator", "unit", *columns, "significant", "scenario", "replications"])
    for answer in answers:
        for f in answer.figures:
            kpi = _BY_KEY[f.key]
            cells: list[object] = []
            for three in (f.baseline, f.scenario, f.difference):
                cells += ["" if three is None or v != v else v / kpi.scale for v in three or (0.0,) * 3]
            sure = "" if f.difference is None else "yes" if f.significant else "no"
            unit = currency if kpi.key.startswith("cost") else kpi.unit
            writer.writerow([kpi.title, unit, *cells, sure, answer.name, answer.replications])
    return out.getvalue()
