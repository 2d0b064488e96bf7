"""The what-if panel's answer: baseline, scenario and difference per indicator, as figures and as bars with whiskers."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._kit.widgets import label
from twinviewer.panels._whatif_found import KPIS, Answer, Figure, Kpi, Narrow, Three, verdict
from twinviewer.panels._whatif_words import number, signed

_ROW, _LOW, _HEAD = 44, 34, 20  # a row with a scenario, without one, the head
_BY_KEY = {k.key: k for k in KPIS}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def digits_of(kpi: Kpi, value: float) -> int:
    """Small figures need more digits than large ones."""
    return kpi.digits if abs(value) < 10_000 or kpi.digits == 0 else 0


def digits_between(three: Three, kpi: Kpi) -> int:
    """As many digits as the interval of a difference allows: at least one that is not zero."""
    wide = max(abs(three[0]), abs(three[2] - three[1]) / 2) / kpi.scale
    digits = kpi.digits
    while digits < 4 and 0 < wide < 2 * 10.0**-digits:
        digits += 1
    return digits


def half(three: Three | None, kpi: Kpi) -> str:
    """ "± x" of an interval, "" where there is none."""
    if three is None or three[1] != three[1] or three[2] != three[2]:
        return ""
    wide = (three[2] - three[1]) / 2 / kpi.scale
    digits = kpi.digits
    while digits < 4 and 0 < wide < 2 * 10.0**-digits:  # an interval that is there must not read as nought
        digits += 1
    return f" ± {number(wide, digits)}"


def signed_difference(figure: Figure, kpi: Kpi) -> str:
    """The difference with its sign and half of its interval."""
    if figure.difference is None:
        return ""
    more = digits_between(figure.difference, kpi)
    return f"{signed(figure.difference[0] / kpi.scale, more)}{half(figure.difference, kpi)}"


class Row(QWidget):
    """One indicator."""

    def __init__(self, kpi: Kpi, currency: str) -> None:
        super().__init__()
        self.kpi = kpi
        self.unit = currency if kpi.key.startswith("cost") else kpi.unit
        self.figure: Figure | None = None
        self.setFixedHeight(_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def put(self, figure: Figure) -> None:
        """Show figures."""
        self.figure = figure
        self.setFixedHeight(_ROW if figure.scenario is not None else _LOW)
        self.setAccessibleName(self.said())
        self.setToolTip(self.said())
        self.update()

    def said(self) -> str:
        """Everything in one sentence, for tool tips and screen readers."""
        if self.figure is None:
            return self.kpi.title
        k, f = self.kpi, self.figure
        digits = digits_of(k, f.baseline[0] / k.scale)
        text = f"{k.title}: baseline {number(f.baseline[0] / k.scale, digits)}{half(f.baseline, k)} {self.unit}"
        if f.scenario is not None:
            text += f", scenario {number(f.scenario[0] / k.scale, digits)}{half(f.scenario, k)} {self.unit}"
        if f.difference is not None:
            text += f", difference {signed(f.difference[0] / k.scale, digits)}{half(f.difference, k)}: {verdict(f, k)}"
        return text.replace(" ,", ",") + " (95 % intervals)"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        if self.figure is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._figures(painter, self.figure)
        self._bars(painter, self.figure)
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def _figures(self, painter: QPainter, f: Figure) -> None:
        k, columns = self.kpi, columns_of(self.width())
        digits = digits_of(k, f.baseline[0] / k.scale)
        title = f"{k.title}, {self.unit}" if self.unit else k.title
        texts = [(title, "text", 400, _LEFT), (number(f.baseline[0] / k.scale, digits), "text2", 400, _RIGHT)]
        if f.scenario is not None and f.difference is not None:
            texts.append((number(f.scenario[0] / k.scale, digits), "text", 600, _RIGHT))
            sure = "text" if f.significant else "text2"
            texts.append((signed_difference(f, k), sure, 400, _RIGHT))
        for (left, width), (text, token, weight, align) in zip(columns, texts, strict=False):
            painter.setFont(font(12, weight))
            painter.setPen(colour(token))
            box = QRectF(left, 2, width, 18)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width) + 1)
            painter.drawText(box, align, shown)
        if f.difference is not None:
            left, width = columns[-1]
            painter.setFont(font(11, 600 if f.significant else 400))
            painter.setPen(colour("text" if f.significant else "text2"))
            painter.drawText(QRectF(left, 21, width, 18), _RIGHT, verdict(f, k))

    def _bars(self, painter: QPainter, f: Figure) -> None:
        left, (last, _) = 0.0, columns_of(self.width())[-1]
        room = last - 14
        known = [f.baseline, f.scenario] if f.scenario is not None else [f.baseline]
        most = max((max(t[0], t[2] if t[2] == t[2] else t[0]) for t in known if t is not None), default=0.0)
        if most <= 0:
            return
        for place, (three, token) in enumerate(zip(known, ("text2", "accent"), strict=False)):
            if three is None:
                continue
            top = 23.0 + place * 9
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(token, 150 if token == "text2" else 255))
            painter.drawRoundedRect(QRectF(left, top, max(1.0, room * max(0.0, three[0]) / most), 5), 1.5, 1.5)
            self._whisker(painter, three, top + 2.5, room / most)

    def _whisker(self, painter: QPainter, three: Three, y: float, scale: float) -> None:
        _, low, high = three
        if low != low or high != high:
            return
        low, high = max(0.0, low) * scale, high * scale
        painter.setPen(QPen(colour("text"), 1.2))
        painter.drawLine(int(low), int(y), int(high), int(y))
        for x in (low, high):
            painter.drawLine(int(x), int(y - 4), int(x), int(y + 4))


def columns_of(width: float) -> list[tuple[float, float]]:
    """Left and width of title, baseline, scenario, difference."""
    figure = min(84.0, width * 0.165)
    last = min(130.0, width * 0.3)
    title = max(80.0, width - 2 * figure - last - 4)
    return [(0, title), (title, figure - 4), (title + figure, figure - 4), (width - last, last)]


class Head(QWidget):
    """The names of the columns."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_HEAD)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        names = ("", "baseline", "scenario", "difference, 95 %")
        for (left, width), text in zip(columns_of(self.width()), names, strict=True):
            painter.drawText(QRectF(left, 0, width, _HEAD), _RIGHT, text)
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(0, _HEAD - 1, self.width(), _HEAD - 1)
        painter.end()


class Results(QWidget):
    """The table, and below it bottleneck, late orders, warnings and notes."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Answer | None = None
        self.currency = ""
        self._rows: dict[str, Row] = {}
        self.head = Head()
        self._table = QVBoxLayout()
        self._table.setSpacing(0)
        self.warning = label("", "", wrap=True)
        self.words = [label("", "", wrap=True) for _ in range(2)]
        self.key = label("Bars: grey baseline, accent scenario. Whisker: 95 % interval.", "quiet", wrap=True)
        self.notes = label("", "quiet", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.warning)
        layout.addWidget(self.head)
        layout.addLayout(self._table)
        for item in (*self.words, self.key, self.notes):
            layout.addWidget(item)
        self.clear()

    def clear(self) -> None:
        """Before the first answer."""
        self.answer = None
        for item in self._rows.values():
            self._table.removeWidget(item)
            item.deleteLater()
        self._rows = {}
        self.setVisible(False)

    def put(self, answer: Answer) -> None:
        """Show an answer."""
        self.answer = answer
        for figure in answer.figures:
            if figure.key not in self._rows:
                self._rows[figure.key] = Row(_BY_KEY[figure.key], self.currency)
                self._table.addWidget(self._rows[figure.key])
            self._rows[figure.key].put(figure)
        there = {f.key for f in answer.figures}
        for key, item in self._rows.items():
            item.setVisible(key in there)
        warned = "\n".join(f"⚠ {w}" for w in answer.warnings)
        for item, text in zip((self.warning, *self.words), (warned, *sentences(answer)), strict=True):
            item.setText(text)
            item.setVisible(bool(text))
        self.notes.setText("\n".join(answer.notes[:5]))
        self.notes.setVisible(bool(answer.notes))
        self.setVisible(True)

    def row_of(self, key: str) -> Row:
        """The row of an indicator."""
        return self._rows[key]

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(380, super().sizeHint().height())


def narrow_text(narrow: Narrow | None) -> str:
    """The bottleneck and by how much it leads."""
    if narrow is None:
        return "none"
    text = f"{narrow.station}, busy {narrow.load:.0%}"
    if not narrow.second:
        return text
    mean, low, high = (x * 100 for x in narrow.margin)
    wide = f" (95 %: {number(low, 1)} to {number(high, 1)})" if low == low and high == high else ""
    sure = "" if low > 0 else ", not significant"
    return f"{text}, {number(mean, 1)} points before {narrow.second}{wide}{sure}"


def sentences(answer: Answer) -> tuple[str, str]:
    """Bottleneck and late orders, in words."""
    narrow = ""
    if answer.narrows and answer.narrows[0] is not None:
        narrow = f"Bottleneck: {narrow_text(answer.narrows[0])}"
        if len(answer.narrows) > 1 and answer.narrows[1] is not None:
            narrow += f"\nin the scenario: {narrow_text(answer.narrows[1])}"
    before = answer.late[0] if answer.late else ()
    after = answer.late[1] if len(answer.late) > 1 else before
    if not before and not after:
        return narrow, ""
    words = [f"Orders likely to be late: {len(before)}"]
    if len(answer.late) > 1:
        words[0] += f", in the scenario {len(after)}"
        words += _named("now late", [o for o in after if o not in before])
        words += _named("no longer late", [o for o in before if o not in after])
        words += _named("late in both", [o for o in after if o in before])
    else:
        words += _named("these are", before)
    return narrow, "; ".join(words)


def _named(what: str, orders: Sequence[str]) -> list[str]:
    if not orders:
        return []
    more = f" and {len(orders) - 8} more" if len(orders) > 8 else ""
    return [f"{what}: {', '.join(orders[:8])}{more}"]
