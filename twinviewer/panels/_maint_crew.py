"""How busy each crew is, and each shared tool, day by day."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from twinviewer.maintenance.plan_results import Plan
from twinviewer.model.palette import ALARM
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.widgets import Canvas, label
from twinviewer.panels._maint_edit import HOUR_NS
from twinviewer.panels._maint_gantt import LEFT
from twinviewer.panels._text import local

_ROW = 24.0


def midnights(first_ns: int, days: int) -> list[int]:
    """The beginnings of the local day that a moment lies in and of those after it, days + 1 (UTC ns); a day may have 23
    or 25 hours."""
    day = local(first_ns).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return [round((day + timedelta(days=k)).timestamp()) * 10**9 for k in range(days + 1)]


def daily(plan: Plan, first_ns: int, days: int) -> list[tuple[str, list[tuple[int, int, bool]]]]:
    """Per crew, then per tool, and local day: hours busy, hours there, whether any hour is wanted by too many."""
    edges = [(at - plan.start_ns) // HOUR_NS for at in midnights(first_ns, days)]
    edges = np.clip(edges, 0, plan.hours).tolist()
    found = []
    for load in (*plan.crews, *plan.tools):
        cells = []
        for a, b in pairwise(edges):
            busy, there = load.busy[a:b], load.there[a:b]
            cells.append((int(busy.sum()), int(there.sum()), bool((busy > there).any())))
        found.append((load.name, cells))
    return found


class CrewStrip(QWidget):
    """A row per crew and per tool, a cell per day of the stretch that the chart shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self._first_ns, self._days, self._per_hour = 0, 8, 1.0
        self.canvas = Canvas(self._paint, 24)
        self.canvas.setAccessibleName("Crew load")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        self.head = label("", "heading", wrap=True)
        layout.addWidget(self.head)
        layout.addWidget(self.canvas)

    def show_plan(self, plan: Plan | None, first_ns: int, days: int, per_hour: float) -> None:
        """Show the load from a moment on, in the scale of the chart (pixels of an hour)."""
        self._plan, self._first_ns, self._days, self._per_hour = plan, first_ns, days + 1, per_hour
        if plan is None:
            return
        what = "Crew and tool load" if plan.tools else "Crew load"
        self.head.setText(f"{what}, share of the hours that are there")
        self.canvas.setFixedHeight(round((len(plan.crews) + len(plan.tools)) * _ROW) + 2)
        rows = daily(plan, first_ns, self._days)
        over = [name for name, cells in rows if any(wrong for *_, wrong in cells)]
        self.canvas.setAccessibleDescription(
            f"too much work for {', '.join(over)}" if over else "nobody and nothing is overloaded"
        )
        self.canvas.update()

    def _paint(self, painter: QPainter, width: float, height: float) -> None:
        if self._plan is None:
            return
        first = self._first_ns
        edges = [LEFT + (at - first) / HOUR_NS * self._per_hour for at in midnights(first, self._days)]
        for k, (name, cells) in enumerate(daily(self._plan, self._first_ns, self._days)):
            y = k * _ROW
            painter.setFont(font(11))
            painter.setPen(colour("text"))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LEFT - 12)
            painter.drawText(QRectF(6, y, LEFT - 8, _ROW), Qt.AlignmentFlag.AlignVCenter, text)
            painter.save()
            painter.setClipRect(QRectF(LEFT, y, width - LEFT, _ROW))
            for d, cell in enumerate(cells):
                box = QRectF(edges[d] + 1, y + 2, max(edges[d + 1] - edges[d] - 2, 1), _ROW - 4)
                box = box.intersected(QRectF(LEFT, y, width - LEFT, _ROW))
                self._paint_cell(painter, box, *cell)
            painter.restore()

    @staticmethod
    def _paint_cell(painter: QPainter, box: QRectF, busy: int, there: int, wrong: bool) -> None:
        share = busy / there if there else (2.0 if busy else 0.0)
        painter.fillRect(box, colour("field"))
        part = 1.0 if wrong else min(share, 1.0)
        full = QRectF(box.left(), box.bottom() - box.height() * part, box.width(), 0)
        full.setBottom(box.bottom())
        painter.fillRect(full, QColor(ALARM[theme()][3]) if wrong else colour("accent", 95))
        if there or busy:
            painter.setFont(font(11, 600 if wrong else 400))
            painter.setPen(QColor("#1E2428") if wrong else colour("text" if share else "text2"))
            full = f"{100 * share:.0f} %" if there else "!"
            texts = [f"{full} !", full, "!"] if wrong and there else [full]  # the longest for which there is room
            room = [t for t in texts if painter.fontMetrics().horizontalAdvance(t) <= box.width() - 2]
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, room[0] if room else "")
