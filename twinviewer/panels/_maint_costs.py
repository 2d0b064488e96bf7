"""The comparison of policies: what running to failure, fixed intervals, this plan and a person's edit would cost."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from twinviewer.maintenance.plan_results import Cost, Plan
from twinviewer.model.palette import ENERGY, STATE, ZONE
from twinviewer.model.state import State, Zone
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.widgets import Canvas, label

POLICIES = {
    "run_to_failure": "Run to failure",
    "fixed_interval": "Fixed interval",
    "plan": "This plan",
    "edit": "Your edit",
}
# What makes up the total, in the order in which the bars are stacked.
TERMS: tuple[tuple[str, str], ...] = (
    ("failure_eur", "Failures"),
    ("production_eur", "Lost production"),
    ("labour_eur", "Labour"),
    ("parts_eur", "Parts"),
    ("lateness_eur", "Lateness"),
    ("later_eur", "Left for later"),
    ("energy_eur", "Energy of wear"),
)
_ROW, _BAR, _LEFT = 20.0, 12.0, 104.0
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def money(value: float) -> str:
    """An amount as it is written in a narrow column: "3,450", "112,400", "1.24 M"."""
    return f"{value / 1e6:.2f} M" if abs(value) >= 999_999.5 else f"{value:,.0f}"


def lines(plan: Plan) -> list[tuple[str, list[str]]]:
    """The table: (name, a figure per policy), the sum first and its terms after it."""
    found = [plan.compare[k] for k in POLICIES if k in plan.compare]
    rows = [("Cost, EUR", [money(c.total_eur) for c in found])]
    rows += [(words, [money(getattr(c, name)) for c in found]) for name, words in TERMS]
    rows.append(("Standing, h", [f"{c.downtime_h:,.0f}" for c in found]))
    rows.append(("Failures, number", [f"{c.failures:.2f}" for c in found]))
    there = float(sum(crew.there.sum() for crew in plan.crews))
    rows.append(("Crew load", [_share(c, there) for c in found]))
    if any(c.energy_kwh for c in found):  # known only where worn machines draw more than they did
        rows.append(("Energy, kWh", [f"{c.energy_kwh:+,.0f}" for c in found]))
    return rows


def _share(cost: Cost, there_h: float) -> str:
    return f"{100 * cost.person_h / there_h:.0f} %" if there_h else f"{cost.person_h:,.0f} h"


class CostTable(QWidget):
    """A bar per policy with its terms, and the figures below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self.canvas = Canvas(self._paint, 24)
        self.canvas.setAccessibleName("Comparison of policies")
        self.said = label("", "", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label("Compared over the plan (expected values, estimated)", "heading"))
        layout.addWidget(self.said)
        layout.addWidget(self.canvas)

    def show_plan(self, plan: Plan | None) -> None:
        """Show the comparison of a plan."""
        self._plan = plan
        if plan is None:
            return
        rows = lines(plan)
        shown = len(plan.compare)
        self.canvas.setFixedHeight(round(_ROW * (shown + len(rows) + 1.4)))
        names = [POLICIES[k] for k in POLICIES if k in plan.compare]
        told = [f"{n}: " + ", ".join(f"{what} {cells[k]}" for what, cells in rows) for k, n in enumerate(names)]
        self.canvas.setAccessibleDescription("; ".join(told))
        self.said.setText(verdict(plan))
        self.said.setVisible(bool(self.said.text()))
        self.canvas.update()

    def _paint(self, painter: QPainter, width: float, height: float) -> None:
        plan = self._plan
        if plan is None:
            return
        keys = [k for k in POLICIES if k in plan.compare]
        most = max(max((plan.compare[k].total_eur for k in keys), default=1.0), 1.0)
        for k, key in enumerate(keys):
            self._paint_bar(painter, QRectF(0, k * _ROW, width, _ROW), key, plan.compare[key], most)
        top = (len(keys) + 0.4) * _ROW
        edges = [_LEFT + (width - _LEFT) * k / max(len(keys), 1) for k in range(len(keys) + 1)]
        heads = [POLICIES[k].replace("Run to failure", "To failure").replace("Fixed interval", "Fixed") for k in keys]
        self._paint_line(painter, top, edges, "", heads, "text2", 400)
        for k, (name, cells) in enumerate(lines(plan)):
            y = top + (k + 1) * _ROW
            if 0 < k <= len(TERMS):
                painter.fillRect(QRectF(2, y + 6, 8, 8), _term_colour(k - 1))
            self._paint_line(painter, y, edges, name, cells, "text", 600 if not k else 400)

    @staticmethod
    def _paint_line(
        painter: QPainter, y: float, edges: Sequence[float], name: str, cells: Sequence[str], ink: str, weight: int
    ) -> None:
        painter.setFont(font(11, weight))
        painter.setPen(colour(ink))
        fit: Callable[[str, float], str] = lambda text, room: painter.fontMetrics().elidedText(  # noqa: E731
            text, Qt.TextElideMode.ElideRight, int(room)
        )
        painter.drawText(QRectF(14, y, _LEFT - 14, _ROW), Qt.AlignmentFlag.AlignVCenter, fit(name, _LEFT - 14))
        for k, text in enumerate(cells):
            room = edges[k + 1] - edges[k] - 4
            painter.drawText(QRectF(edges[k], y, room, _ROW), _RIGHT, fit(text, room))

    @staticmethod
    def _paint_bar(painter: QPainter, box: QRectF, key: str, cost: Cost, most: float) -> None:
        painter.setFont(font(11, 600 if key in ("plan", "edit") else 400))
        painter.setPen(colour("text"))
        painter.drawText(box.adjusted(2, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, POLICIES[key])
        x, room = box.left() + _LEFT, box.width() - _LEFT - 4
        for k, (name, _words) in enumerate(TERMS):
            wide = max(getattr(cost, name), 0.0) / most * room
            painter.fillRect(QRectF(x, box.top() + (_ROW - _BAR) / 2, wide, _BAR), _term_colour(k))
            x += wide


def _term_colour(term: int) -> QColor:
    """Failures in the red of a fault, the others in quiet steps."""
    now = theme()
    shades = (
        STATE[now][State.FAULT],
        STATE[now][State.BLOCKED],
        STATE[now][State.MAINTENANCE],
        ENERGY[now][4],
        STATE[now][State.SETUP],
        ZONE[now][Zone.B],
        ENERGY[now][2],
    )
    return QColor(shades[term])


def verdict(plan: Plan) -> str:
    """One sentence: what this plan, or the person's edit, is better or worse by."""
    compare = plan.compare
    best = min(
        (compare[k] for k in ("run_to_failure", "fixed_interval") if k in compare),
        key=lambda c: c.total_eur,
        default=None,
    )
    if best is None or "plan" not in compare:
        return ""
    saved = best.total_eur - compare["plan"].total_eur
    text = f"This plan is expected to {'save' if saved >= 0 else 'cost'} {money(abs(saved))} EUR"
    text += f" {'against' if saved >= 0 else 'more than'} the better of running to failure and fixed intervals."
    if "edit" in compare:
        more = compare["edit"].total_eur - compare["plan"].total_eur
        text += f" Your edit costs {money(abs(more))} EUR {'more' if more >= 0 else 'less'} than the plan."
    return text
