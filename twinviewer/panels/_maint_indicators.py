"""How maintenance itself goes, as tiles: MTBF, MTTR, compliance, backlog, wrench time, predictions that came true."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from twinviewer.maintenance.plan_results import Indicators
from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._kit.widgets import Canvas, label

_TILE, _GAP = 66.0, 6.0
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def tiles(found: Indicators) -> list[tuple[str, str, str]]:
    """(name, figure, what it stands on or what is missing) of each indicator."""

    def share(value: float) -> str:
        return f"{100 * value:.0f} %" if value == value else "–"

    expected = f"expected {found.expected_mtbf_h:,.0f} h" if found.expected_mtbf_h == found.expected_mtbf_h else ""
    error = f"{abs(found.mean_error_days):.1f} d too {'late' if found.mean_error_days > 0 else 'early'}"
    return [
        ("MTBF", _hours(found.mtbf_h), expected or "no failure yet"),
        ("MTTR", _hours(found.mttr_h), "no repair yet" if found.mttr_h != found.mttr_h else "begin to end"),
        ("PM compliance", share(found.pm_compliance), _missing(found.pm_compliance, "none fell due", "done in time")),
        (
            "Schedule compliance",
            share(found.schedule_compliance),
            _missing(found.schedule_compliance, "nothing was due", "begun within a day"),
        ),
        ("Backlog", _weeks(found.backlog_weeks), _missing(found.backlog_weeks, "no crew is known", "of all crews")),
        ("Wrench time", share(found.wrench_time), _missing(found.wrench_time, "no feedback yet", "hands-on")),
        (
            "Predictions right",
            f"{found.predictions_right} of {found.predictions}" if found.predictions else "–",
            "none is judged yet" if not found.predictions else "by feedback and failures",
        ),
        (
            "Error of predictions",
            f"{found.mean_error_days:+.1f} d" if found.mean_error_days == found.mean_error_days else "–",
            "no predicted failure yet" if found.mean_error_days != found.mean_error_days else error,
        ),
    ]


def _hours(value: float) -> str:
    return f"{value:,.0f} h" if value >= 20 else f"{value:.1f} h" if value == value else "–"


def _weeks(value: float) -> str:
    return f"{value:.1f} weeks" if value == value else "–"


def _missing(value: float, missing: str, known: str) -> str:
    return known if value == value else missing


class IndicatorTiles(QWidget):
    """Tiles in as many columns as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[tuple[str, str, str]] = []
        self.canvas = Canvas(self._paint, 24)
        self.canvas.setAccessibleName("Indicators of maintenance")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label("How maintenance goes", "heading"))
        layout.addWidget(self.canvas)
        self.hide()

    def show_indicators(self, found: Indicators | None) -> None:
        """Show these; None for none."""
        self.setVisible(found is not None)
        if found is None:
            return
        self._tiles = tiles(found)
        self.canvas.setAccessibleDescription("; ".join(f"{n}: {f} ({w})" for n, f, w in self._tiles))
        rows = -(-len(self._tiles) // 4) if self.width() >= 560 else -(-len(self._tiles) // 2)
        self.canvas.setFixedHeight(round(rows * (_TILE + _GAP)))
        self.canvas.update()

    def _paint(self, painter: QPainter, width: float, height: float) -> None:
        columns = max(1, round(len(self._tiles) / max(1, round(height / (_TILE + _GAP)))))
        wide = (width + _GAP) / columns
        for k, (name, figure, note) in enumerate(self._tiles):
            box = QRectF((k % columns) * wide, (k // columns) * (_TILE + _GAP), wide - _GAP, _TILE)
            painter.setPen(colour("border"))
            painter.setBrush(colour("raised"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            inner = box.adjusted(10, 4, -8, -4)
            painter.setPen(colour("text2"))
            painter.setFont(font(11))
            painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 15), _MIDDLE, name)
            fit = painter.fontMetrics().elidedText(note, Qt.TextElideMode.ElideRight, int(inner.width()))
            painter.drawText(QRectF(inner.left(), inner.bottom() - 16, inner.width(), 16), _MIDDLE, fit)
            painter.setPen(colour("text"))
            painter.setFont(font(18, 600))
            painter.drawText(QRectF(inner.left(), inner.top() + 17, inner.width(), 24), _MIDDLE, figure)
