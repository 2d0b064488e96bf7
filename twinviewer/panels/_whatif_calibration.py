"""What a recording says of the model's figures: the fitted value beside the present one, and a person accepts each."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from twinviewer.panels._kit.style import font
from twinviewer.panels._kit.widgets import Card, button, label, row
from twinviewer.panels._whatif_bar import Asking
from twinviewer.panels._whatif_fits import Fitted
from twinviewer.panels._whatif_model import Kept
from twinviewer.panels._wrap import WrapLayout

ACCEPTED, REJECTED = "accepted", "rejected"
_CHOICE = 92  # wide enough for what it says when it is pressed
_IDLE = (
    "Fits cycle times, failures, repairs, changeovers, yields, power and takts from the recording. Each figure comes "
    "with its sample size and goodness of fit, and nothing changes until you accept it."
)


class FitRow(QWidget):
    """One figure. `decided` comes with its path and what a person decides: accepted, rejected, "" for neither."""

    decided = Signal(str, str)

    def __init__(self, found: Fitted, decision: str) -> None:
        super().__init__()
        self.found = found
        self.title = label(found.title, wrap=True)
        self.accept, self.reject = (self._choice(w, k) for w, k in (("Accept", ACCEPTED), ("Reject", REJECTED)))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        head.addWidget(self.title, 1)
        for item in (self.accept, self.reject):
            item.setVisible(found.value is not None)
            head.addWidget(item)
        then = f"now {found.now}  →  {found.then}" if found.then else f"now {found.now}"
        self.change = label(then, "" if found.value is not None else "quiet", wrap=True)
        self.sure = label(" · ".join(x for x in (found.sure, found.note) if x), "quiet", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3, 0, 3)
        layout.setSpacing(1)
        layout.addLayout(head)
        for item in (self.change, self.sure):
            layout.addWidget(item)
        self.put(decision)

    def _choice(self, text: str, what: str) -> QPushButton:
        item = button(text)
        item.setCheckable(True)
        item.setFixedWidth(_CHOICE)
        item.setStyleSheet("QPushButton { padding: 5px 4px; }")
        item.setAccessibleName(f"{text} {self.found.title.lower()} of {self.found.group}")
        item.clicked.connect(lambda on=False: self.decided.emit(self.found.path, what if on else ""))
        return item

    def put(self, decision: str) -> None:
        """Show what was decided."""
        for item, is_it, yes, no in (
            (self.accept, decision == ACCEPTED, "✓ Accepted", "Accept"),
            (self.reject, decision == REJECTED, "✕ Rejected", "Reject"),
        ):
            item.setChecked(is_it)
            item.setText(yes if is_it else no)
            item.setFont(font(12, 600 if is_it else 400))
        self.title.setFont(font(12, 600 if decision == ACCEPTED else 400))


class FitGroup(Card):
    """The figures of one station or source; its rows are made when it is opened."""

    decided = Signal(str, str)

    def __init__(self, name: str, found: Sequence[Fitted], decisions: dict[str, str]) -> None:
        super().__init__()
        self.name, self.found, self._decisions = name, tuple(found), decisions
        self.rows: list[FitRow] = []
        self.is_open = False
        self.head = QToolButton()
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.head.clicked.connect(lambda _on=False: self.open(not self.is_open))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 4, 8, 4)
        self._layout.setSpacing(2)
        self._layout.addWidget(self.head)
        self.refresh()

    def open(self, on: bool) -> None:
        """Show the figures, or the head alone."""
        self.is_open = on
        if on and not self.rows:
            for found in self.found:
                item = FitRow(found, self._decisions.get(found.path, ""))
                item.decided.connect(self.decided)
                self.rows.append(item)
                self._layout.addWidget(item)
        for item in self.rows:
            item.setVisible(on)
        self.refresh()

    def refresh(self) -> None:
        """Say how many are decided."""
        usable = [f for f in self.found if f.value is not None]
        done = sum(f.written for f in self.found)
        few = len(self.found) - len(usable) - done
        yes = sum(self._decisions.get(f.path) == ACCEPTED for f in usable)
        no = sum(self._decisions.get(f.path) == REJECTED for f in usable)
        said = [f"{yes} of {len(usable)} accepted" if usable else "nothing to decide"]
        said += [f"{done} written"] if done else []
        said += [f"{no} rejected"] if no else []
        said += [f"{few} lack{'s' if few == 1 else ''} data"] if few else []
        self.head.setArrowType(Qt.ArrowType.DownArrow if self.is_open else Qt.ArrowType.RightArrow)
        self.head.setText(f" {self.name}   {', '.join(said)}")
        self.head.setToolTip(", ".join(said))
        self.head.setAccessibleName(
            f"Figures of {self.name}, {'shown' if self.is_open else 'hidden'}: {', '.join(said)}"
        )
        for item in self.rows:
            item.put(self._decisions.get(item.found.path, ""))


class Calibration(QWidget):
    """The section. `tried` comes with what was accepted as a scenario, `written` with the accepted figures by path and
    the reason."""

    tried = Signal(object)
    written = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.found: tuple[Fitted, ...] = ()
        self.decisions: dict[str, str] = {}
        self.groups: list[FitGroup] = []
        self.go = button("Calibrate…")
        self.go.setToolTip("Fit the model's figures to the recording")
        self.hint = label(_IDLE, "quiet", wrap=True)
        self.count = label("", "", wrap=True)
        self.all = button("Accept all", "", self.accept_all)
        self.all.setToolTip("Accept every figure that was not rejected; look at each before you write them")
        self.try_button = button("Try as a scenario", "", self._try)
        self.try_button.setToolTip("What the accepted figures would change, before the model's file does")
        self.write = button("Write into the model…", "primary", self._ask)
        self.write.setToolTip("Only the accepted values of line.toml change; the file as it was is kept beside it")
        self.asking = Asking()
        self.buttons = QWidget()
        bar = WrapLayout(self.buttons)
        bar.setContentsMargins(0, 0, 0, 0)
        for item in (self.all, self.try_button, self.write):
            bar.addWidget(item)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 6, 4)
        layout.setSpacing(5)
        layout.addWidget(row(label("Calibration", "heading"), None, self.go))
        layout.addWidget(self.hint)
        layout.addLayout(self._list)
        for item in (self.count, self.buttons, self.asking):
            layout.addWidget(item)
        layout.addStretch(1)
        self._refresh()

    def put(self, found: Sequence[Fitted], from_where: str) -> None:
        """Show what a recording says; nothing is decided yet."""
        for item in self.groups:
            self._list.removeWidget(item)
            item.deleteLater()
        self.found, self.decisions, self.groups = tuple(found), {}, []
        self.asking.hide()
        for name in dict.fromkeys(f.group for f in found):
            item = FitGroup(name, [f for f in found if f.group == name], self.decisions)
            item.decided.connect(self.decide)
            self.groups.append(item)
            self._list.addWidget(item)
        usable = [f for f in found if f.value is not None]
        few = sum(f.value is None and not f.written for f in found)
        self.hint.setText(
            f"{from_where}: {len(usable)} figures to decide on, {few} without enough data." if found else _IDLE
        )
        first = next((g for g in self.groups if any(f.value is not None for f in g.found)), None)
        if first is not None:
            first.open(True)
        self._refresh()

    def decide(self, path: str, decision: str) -> None:
        """A person accepts or rejects one; a failure's two figures go together where the model has neither."""
        found = next(f for f in self.found if f.path == path)
        for name in (path, found.other):
            if name:
                self.decisions[name] = decision
        self._refresh()

    def accept_all(self) -> None:
        """Accept whatever is neither rejected nor without enough data."""
        for f in self.found:
            if f.value is not None and self.decisions.get(f.path) != REJECTED:
                self.decisions[f.path] = ACCEPTED
        self._refresh()

    @property
    def accepted(self) -> dict[str, str | float]:
        """Paths to the values that a person accepted."""
        return {f.path: f.value for f in self.found if f.value is not None and self.decisions.get(f.path) == ACCEPTED}

    @property
    def rejected(self) -> tuple[str, ...]:
        """Paths of the values that a person rejected."""
        return tuple(f.path for f in self.found if self.decisions.get(f.path) == REJECTED)

    def settle(self) -> None:
        """What was accepted is in the model now: it is decided on no more."""
        taken = self.accepted
        done = {"value": None, "then": "", "note": "in the model now", "written": True}
        left = [replace(f, now=f.then, **done) if f.path in taken else f for f in self.found]
        self.put(left, f"{len(taken)} figure{'' if len(taken) == 1 else 's'} written into the model")

    def _refresh(self) -> None:
        for item in self.groups:
            item.refresh()
        yes, no = len(self.accepted), len(self.rejected)
        left = sum(f.value is not None for f in self.found) - yes - no
        self.count.setText(f"{yes} accepted, {no} rejected, {left} not decided")
        for item in (self.count, self.buttons):
            item.setVisible(any(f.value is not None for f in self.found))
        self.all.setEnabled(left > 0)
        for item in (self.try_button, self.write):
            item.setEnabled(yes > 0)

    def _try(self) -> None:
        self.tried.emit(Kept("calibration", patches=self.accepted, note="fitted from a recording"))

    def _ask(self) -> None:
        self.asking.ask_name("", lambda why: self.written.emit(self.accepted, why), "Reason", "Write")

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(340, super().sizeHint().height())
