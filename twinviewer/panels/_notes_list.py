"""The list of notes: when, about what, by whom, and the words; two lines for each."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from twinviewer.panels._kit.icons import paint_glyph
from twinviewer.panels._kit.rows import paint_edge, paint_ground
from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._text import clock, signed
from twinviewer.session import Note

PLANT = "Whole plant"
Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_LINE, _PAD = 18, 6
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def sentence(note: Note, now_ns: int) -> str:
    """What a screen reader says of a note."""
    by = f", by {note.by}" if note.by else ""
    changed = f". {change(note, now_ns)}" if note.changed_by else ""
    return f"{clock(note.time_ns, now_ns)}, {note.asset_id or PLANT}{by}: {note.text}{changed}"


def change(note: Note, now_ns: int) -> str:
    """Who made a note say what it says, or withdrew it, and what it said at first."""
    by = f"by {note.changed_by} at {clock(note.changed_ns, now_ns)}"
    return f"Withdrawn {by}: {note.why}" if note.withdrawn else f"Corrected {by}; at first: {note.first_text}"


class NoteModel(QAbstractListModel):
    """The notes that a filter lets through, the newest first. `current_ns` is the moment that the window shows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: tuple[Note, ...] = ()
        self.shown: list[Note] = []
        self.now_ns = self.current_ns = 0
        self._wanted = ("", "")

    def rowCount(self, parent: Index = _NO_INDEX) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        note = self.shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return note.text
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return sentence(note, self.now_ns)
        return None

    def show_notes(self, notes: Sequence[Note], now_ns: int) -> None:
        """Take in what there is; `now_ns` decides which times need a date."""
        self.now_ns = now_ns
        if tuple(notes) != self.all:
            self.all = tuple(notes)
            self._arrange()

    def filter(self, text: str, asset_id: str) -> None:
        """Only notes with these words, and about this asset ("": about anything)."""
        if (text, asset_id) != self._wanted:
            self._wanted = (text, asset_id)
            self._arrange()

    def _arrange(self) -> None:
        text, asset_id = self._wanted
        words = text.casefold().split()
        self.beginResetModel()
        self.shown = [
            note
            for note in reversed(self.all)
            if (not asset_id or note.asset_id == asset_id)
            and all(word in f"{note.asset_id or PLANT} {note.text} {note.by}".casefold() for word in words)
        ]
        self.endResetModel()


class NoteDelegate(QStyledItemDelegate):
    """Time, asset and person above, the words below; the note of the moment that is shown has a violet edge."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(120, 2 * _LINE + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, NoteModel):
            super().paint(painter, option, index)
            return
        note, box = model.shown[index.row()], QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        chosen = paint_ground(painter, box, option.state)  # type: ignore[attr-defined]
        if note.time_ns == model.current_ns:
            paint_edge(painter, box, "not_live")
        elif chosen:
            paint_edge(painter, box)
        self._paint_note(painter, box.adjusted(10, _PAD, -8, -_PAD), note, model.now_ns)
        painter.restore()

    @staticmethod
    def _paint_note(painter: QPainter, box: QRectF, note: Note, now_ns: int) -> None:
        above = QRectF(box.left() + 22, box.top(), box.width() - 22, _LINE)
        paint_glyph(painter, "note", QRectF(box.left(), box.top() + 2, 14, 14), "text2")
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        painter.drawText(above, _LEFT, clock(note.time_ns, now_ns))
        metrics = QFontMetricsF(painter.font())
        painter.drawText(
            above, _RIGHT, metrics.elidedText(signed(note), Qt.TextElideMode.ElideRight, above.width() / 3)
        )
        at = metrics.horizontalAdvance(clock(note.time_ns, now_ns)) + 12
        painter.setFont(font(12, 600))
        painter.setPen(colour("text"))
        painter.drawText(above.adjusted(at, 0, -above.width() / 3, 0), _LEFT, note.asset_id or PLANT)
        words_font = font(12)
        words_font.setStrikeOut(note.withdrawn)
        painter.setFont(words_font)
        painter.setPen(colour("text2" if note.withdrawn else "text"))
        below = QRectF(above.left(), box.top() + _LINE, above.width(), _LINE)
        words = " ".join(note.text.split())
        room = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, below.width())
        painter.drawText(below, _LEFT, room)


class NoteList(QListView):
    """Says what is missing where nothing is listed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notes = NoteModel(self)
        self.setModel(self.notes)
        self._delegate = NoteDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Notes")
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.empty_text = ""

    def say_empty(self, text: str) -> None:
        """What stands there while nothing is listed."""
        if text != self.empty_text:
            self.empty_text = text
            self.setAccessibleDescription(text)
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        if self.notes.shown:
            return
        painter = QPainter(self.viewport())
        painter.setFont(font(12))
        painter.setPen(colour("text2"))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(self.viewport().rect().adjusted(16, 24, -16, -8), flags, self.empty_text)
        painter.end()
