"""One indicator to look at and to change: figure, formula, inputs, target, who set it when, and what it was before."""

import math
from collections.abc import Callable

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from twinviewer.kpi.book import INDICATOR, TARGET, Version
from twinviewer.model.errors import DataError, TwinError
from twinviewer.model.frame import Kpi
from twinviewer.panels import _indicator_edits as edits
from twinviewer.panels._kit.gauges import figure
from twinviewer.panels._kit.widgets import button, label, row
from twinviewer.panels._text import input_name, value_of
from twinviewer.session import Session

INPUTS = 32


class IndicatorForm(QWidget):
    """`kept(key)` after a change was written, `failed(error)` where it could not be."""

    kept = Signal(str)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._key = ""
        self._own = False
        self._made_of: list[tuple[QLabel, QLabel]] = []
        self._build()

    # Building ------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.title = label("", "title")
        self.title.setWordWrap(True)
        self.made = label("", "quiet", wrap=True)
        self.name = QLineEdit()
        self.formula = QPlainTextEdit()
        self.formula.setFixedHeight(58)
        self.formula.setTabChangesFocus(True)
        self.formula.setAccessibleName("Formula")
        self.formula.textChanged.connect(self._formula_changed)
        self.insert = QLineEdit()
        self.insert.setPlaceholderText("Insert a tag or an indicator")
        self.insert.setAccessibleName("Insert a tag or an indicator")
        self.verdict = label("", "quiet", wrap=True)
        self.unit = QLineEdit()
        self.target = QLineEdit()
        self.target.setPlaceholderText("none")
        self.tile = QCheckBox("Show as a tile")
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        for text, field in (
            ("Name", self.name), ("Formula", self.formula), ("", self.insert), ("", self.verdict), ("Unit", self.unit),
            ("Target", self.target), ("", self.tile),
        ):  # fmt: skip
            form.addRow(text, field)
            if isinstance(field, QLineEdit) and text:
                field.setAccessibleName(text)
        self._form = form
        self.save = button("Save", "primary", self._save)
        self.back = button("Undo last change", "", self._undo)
        self.drop = button("Remove", "", self._remove)
        self.inputs_title = label("Made of", "heading")
        self._inputs = QGridLayout()
        self._inputs.setHorizontalSpacing(18)
        self._inputs.setVerticalSpacing(2)
        self.history_title = label("What it was", "heading")
        self.history = QListWidget()
        self.history.setAccessibleName("Earlier versions; Enter uses one again")
        self.history.setMinimumHeight(70)
        self.history.itemActivated.connect(lambda _item: self._again())
        self.history.currentRowChanged.connect(lambda at: self.again.setEnabled(at > 0))
        self.again = button("Use this version again", "", self._again)
        self.again.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.made)
        layout.addLayout(form)
        layout.addWidget(row(self.save, self.back, self.drop, None))
        layout.addWidget(self.inputs_title)
        layout.addLayout(self._inputs)
        layout.addWidget(self.history_title)
        layout.addWidget(self.history, 4)
        layout.addWidget(row(self.again, None))
        layout.addStretch(1)
        self._check_soon = QTimer(self)
        self._check_soon.setSingleShot(True)
        self._check_soon.setInterval(250)
        self._check_soon.timeout.connect(self._judge)

    def _offer_names(self) -> None:
        """Names to insert, found by any part of them."""
        names = edits.names_for(self._session, self._key)
        completer = QCompleter(self)
        completer.setModel(QStringListModel([*sorted(names.indicators), *sorted(names.tags)], completer))
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self._put)
        self.insert.setCompleter(completer)

    def _put(self, name: str) -> None:
        self.formula.insertPlainText(f"[{name}]")
        QTimer.singleShot(0, self.insert, self.insert.clear)
        self.formula.setFocus()

    # Showing -------------------------------------------------------------------------------------------------------

    def show_kpi(self, kpi: Kpi) -> None:
        """Another indicator, as it stands now."""
        book = self._session.kpis.book
        own = book.now(INDICATOR, kpi.key)
        self._key, self._own = kpi.key, own is not None
        self._fields(own, kpi.target)
        self.refresh(kpi)
        self._show_history()

    def show_new(self) -> None:
        """An indicator that is yet to be made."""
        self._key, self._own = "", True
        self._fields(None, None)
        self.title.setText("New indicator")
        self.made.setText("A formula over tags and indicators, in square brackets: sum([*.Power]) / [rate.Line A]")
        self._fill_inputs({})
        self._show_history()
        self.name.setFocus()

    def _fields(self, own: Version | None, target: float | None) -> None:
        self.name.setText(own.label if own else "")
        self.formula.setPlainText(own.formula if own else "")
        self.unit.setText(own.unit if own else "")
        self.target.setText("" if target is None else f"{target:g}")
        self.tile.setChecked(own.tile if own else True)
        for field in (self.name, self.formula, self.insert, self.verdict, self.unit, self.tile):
            self._form.setRowVisible(field, self._own)
        self.verdict.clear()
        self.drop.setVisible(own is not None)
        if self._own:
            self._offer_names()

    def refresh(self, kpi: Kpi) -> None:
        """The figure and its inputs as they are now; what is being typed stays."""
        value = f"{value_of(kpi)} {kpi.unit}".strip() if math.isfinite(kpi.value) else "no value yet"
        self.title.setText(f"{kpi.label}: {value}")
        self.made.setText("\n".join(filter(None, (kpi.formula, kpi.note))))
        self._fill_inputs(dict(kpi.inputs))

    def _fill_inputs(self, inputs: dict[str, float]) -> None:
        self.inputs_title.setVisible(bool(inputs))
        shown = list(inputs.items())[:INPUTS]
        if len(shown) != len(self._made_of):
            for old in (part for pair in self._made_of for part in pair):
                self._inputs.removeWidget(old)
                old.hide()
                old.deleteLater()
            self._made_of = [(label("", "quiet"), label("")) for _ in shown]
            half = -(-len(shown) // 2)
            for k, (name_label, number) in enumerate(self._made_of):
                number.setAlignment(Qt.AlignmentFlag.AlignRight)
                self._inputs.addWidget(name_label, k % half, 2 * (k // half))
                self._inputs.addWidget(number, k % half, 2 * (k // half) + 1)
        for (name_label, number), (name, value) in zip(self._made_of, shown, strict=True):
            name_label.setText(input_name(name))
            number.setText(figure(value))

    @property
    def _entry(self) -> tuple[str, str]:
        return (INDICATOR if self._own else TARGET), self._key

    def _show_history(self) -> None:
        book = self._session.kpis.book
        history = book.history(*self._entry) if self._key else []
        frame = self._session.frame
        self.history.clear()
        self.history.addItems(edits.changes(history, frame.now_ns if frame is not None else 0))
        self.history_title.setVisible(bool(history))
        self.history.setVisible(bool(history))
        self.again.setVisible(len(history) > 1)
        self.again.setEnabled(False)
        self.back.setVisible(bool(history))

    # Changing ------------------------------------------------------------------------------------------------------

    def _formula_changed(self) -> None:
        if self._own:
            self._check_soon.start()

    def _judge(self) -> None:
        """Say at once what is wrong with a formula."""
        text = self.formula.toPlainText()
        if not text.strip():
            self.verdict.clear()
            return
        try:
            edits.check_formula(self._session, text, self._key)
        except DataError as error:
            self.verdict.setText(f"{error.text[:1].upper()}{error.text[1:]}. {error.remedy}")
        else:
            self.verdict.setText("The formula can be worked out.")

    def _number(self) -> float | None:
        text = self.target.text().strip().replace(",", ".")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise DataError(f"{text!r} is not a number", "target", "Write a number, or leave it empty for no target.")
        return value

    def _try(self, work: Callable[[], str]) -> None:
        try:
            key = work()
        except TwinError as error:
            self.failed.emit(error)
        else:
            self.kept.emit(key)

    def _save(self) -> None:
        self._try(self._save_now)

    def _save_now(self) -> str:
        target = self._number()
        if not self._own:
            edits.set_target(self._session, self._key, target)
            return self._key
        name = self.name.text().strip()
        key = self._key or name
        if not self._key and any(k.key == key for k in self._session.kpis.all()):
            raise DataError(f"there is an indicator {key!r} already", "name", "Choose another name.")
        version = Version(
            INDICATOR,
            key,
            self._session.user,
            edits.iso_now(),
            label=name,
            formula=self.formula.toPlainText().strip(),
            unit=self.unit.text().strip(),
            target=target,
            tile=self.tile.isChecked(),
        )
        edits.set_indicator(self._session, version)
        return key

    def _remove(self) -> None:
        def gone() -> str:
            edits.remove(self._session, self._key)
            return ""

        self._try(gone)

    def _undo(self) -> None:
        """Back to the version before; where there is none, as if nothing had been said."""

        def undone() -> str:
            kind, key = self._entry
            before = edits.previous(self._session.kpis.book, kind, key)
            gone = Version(kind, key, self._session.user, edits.iso_now(), removed=True, label=self.name.text())
            if before is None or before.removed:
                edits.keep(self._session, gone)
                return "" if kind == INDICATOR else key
            edits.use_again(self._session, before)
            return key

        self._try(undone)

    def _again(self) -> None:
        at = self.history.currentRow()
        history = self._session.kpis.book.history(*self._entry)
        if not 0 < at < len(history):
            return

        def used() -> str:
            edits.use_again(self._session, history[len(history) - 1 - at])
            return self._key

        self._try(used)
