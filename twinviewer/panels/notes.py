"""Everything that people pinned to the plant's past, in one list: a click shows the moment and the asset."""

import time

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from twinviewer.model.frame import Frame
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.filter_field import FilterField
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.widgets import label
from twinviewer.panels._life import until_gone
from twinviewer.panels._notes_list import NoteList, sentence
from twinviewer.panels._time_menu import run_at
from twinviewer.session import Note, Noted, Session

TITLE = "Notes"
AREA = "right"
ORDER = 40

EVER_NS = 2**62
LOOK_S = 1.0
_MENU = (("time.here", "Show this moment"), ("time.mark_a", "Mark it as A"), ("time.mark_b", "Mark it as B"))
_CHANGES = (("note.correct", "Correct…"), ("note.withdraw", "Withdraw…"))


class Panel(QWidget):
    """What can be pinned, a filter, and the list, newest first."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._actions = session, actions
        self._looked_s = -LOOK_S
        self.list = NoteList(self)
        self.list.clicked.connect(self._clicked)
        self.list.activated.connect(self._clicked)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.count = label("", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(self._make_bar())
        layout.addWidget(self.count)
        layout.addWidget(self.list, 1)
        until_gone(
            self,
            session.selection_changed.connect(lambda _id: self._filter()),
            session.source_changed.connect(lambda _source: self._again()),
            session.scene_changed.connect(lambda _scene: self._again()),
        )
        self._write()

    def _make_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(4)
        for name in ("note.pin", "note.mark"):
            if name in self._actions:
                item = QToolButton(self)
                item.setDefaultAction(self._actions.qt(name))
                item.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
                item.setAccessibleName(self._actions[name].text)
                bar.addWidget(item)
        self.only = QToolButton(self)
        self.only.setText("Selected asset")
        self.only.setCheckable(True)
        self.only.setToolTip("Only notes about the asset that is selected")
        self.only.toggled.connect(lambda _on: self._filter())
        self.field = FilterField("Filter by asset, words or person", "Filter notes by asset, words or person")
        self.field.textChanged.connect(lambda _text: self._filter())
        bar.addWidget(self.field, 1)
        bar.addWidget(self.only)
        return bar

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(260, 160)

    # Showing -------------------------------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> None:
        """Look for notes once a second, and say which of them the window stands at."""
        if frame.source == "replay" and frame.now_ns != self.list.notes.current_ns:
            self.list.notes.current_ns = frame.now_ns
            self.list.viewport().update()
        now_s = time.monotonic()  # the moment that is shown may stand still
        if now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            self._look(frame)

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        self.list.viewport().update()

    def _look(self, frame: Frame) -> None:
        past = self._session.past
        notes = past.notes(0, EVER_NS) if isinstance(past, Noted) else ()
        live = self._session.live_frame or frame
        self.list.notes.show_notes(notes, live.now_ns)
        self._write()

    def _again(self) -> None:
        self._looked_s = -LOOK_S
        self.list.notes.current_ns = 0
        if self._session.frame is None or not isinstance(self._session.past, Noted):
            self.list.notes.show_notes((), 0)
        self._write()

    def _filter(self) -> None:
        only = (self._session.selection or "") if self.only.isChecked() else ""
        self.list.notes.filter(self.field.text(), only)
        self._write()

    def _write(self) -> None:
        shown, there = len(self.list.notes.shown), len(self.list.notes.all)
        many = "1 note" if there == 1 else f"{there} notes"
        self.count.setText(many if shown == there else f"{shown} of {many}")
        self.count.setVisible(there > 0)
        if there:
            self.list.say_empty("No note fits the filter.")
        elif not getattr(self._session.past, "notes_read", True):
            self.list.say_empty("Reading the recording …")
        elif isinstance(self._session.past, Noted):
            self.list.say_empty("No notes yet. T pins one to the selected asset and the moment that is shown.")
        else:
            self.list.say_empty("Nothing is recorded, so nothing can be pinned. File, Record the plant… begins.")

    # Acting --------------------------------------------------------------------------------------------------------

    def _clicked(self, index: QModelIndex) -> None:
        if index.isValid():
            self.show_note(self.list.notes.shown[index.row()])

    def show_note(self, note: Note) -> None:
        """Show the moment, and select what the note is about."""
        if note.asset_id:
            self._session.select(note.asset_id)
        run_at(self._session, self._actions, "time.here", note.time_ns)

    def _open_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if not index.isValid():
            return
        note = self.list.notes.shown[index.row()]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, words in _MENU:
            if name in self._actions:
                menu.addAction(words, lambda n=name: run_at(self._session, self._actions, n, note.time_ns))
        for name, title in _CHANGES if note.key and not note.withdrawn else ():
            if name in self._actions:
                menu.addAction(title, lambda n=name: self._actions.hand(n, note))
        words = sentence(note, 0)
        menu.addAction(icon("copy"), "Copy", lambda: QGuiApplication.clipboard().setText(words))
        menu.popup(self.list.viewport().mapToGlobal(at))
