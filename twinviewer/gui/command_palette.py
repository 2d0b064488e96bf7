"""The command palette: one box that finds every asset and every command as a person types."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from twinviewer.gui.fuzzy import score
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.rows import paint_edge, paint_ground
from twinviewer.panels._kit.style import colour, font

_KEYS = Qt.ItemDataRole.UserRole
_NOTE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Entry:
    """One line: `text` and quiet `note` are shown and searched, `words` are searched only, `keys` stand right."""

    text: str
    run: Callable[[], object]
    note: str = ""
    keys: str = ""
    words: str = ""
    icon: QIcon | None = None
    bonus: float = 0.0


class _Line(QStyledItemDelegate):
    """Glyph, text, quiet note, and the keys at the right end."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(0, 32)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        painter.save()
        box: QRect = option.rect  # type: ignore[attr-defined]
        if paint_ground(painter, box, option.state):  # type: ignore[attr-defined]
            paint_edge(painter, box)
        picture = index.data(Qt.ItemDataRole.DecorationRole)  # type: ignore[attr-defined]
        if isinstance(picture, QIcon):
            picture.paint(painter, QRect(box.left() + 12, box.center().y() - 8, 18, 18))
        self._write(painter, box, index)
        painter.restore()

    def _write(self, painter: QPainter, box: QRect, index: object) -> None:
        left, right = box.left() + 42, box.right() - 12
        middle = Qt.AlignmentFlag.AlignVCenter
        keys = index.data(_KEYS) or ""  # type: ignore[attr-defined]
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        painter.drawText(QRect(left, box.top(), right - left, box.height()), middle | Qt.AlignmentFlag.AlignRight, keys)
        room = right - left - painter.fontMetrics().horizontalAdvance(keys) - 12
        for text, quiet in ((index.data(), False), (index.data(_NOTE) or "", True)):  # type: ignore[attr-defined]
            painter.setFont(font(12, 400 if quiet else 500))
            painter.setPen(colour("text2" if quiet else "text"))
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0))
            painter.drawText(QRect(left, box.top(), max(room, 0), box.height()), middle, shown)
            step = metrics.horizontalAdvance(shown) + 12
            left, room = left + step, room - step


class CommandPalette(QFrame):
    """An overlay on the window. `entries` is asked each time it opens, so that it is never stale.

    Arrow keys move, Enter runs, Escape or a click elsewhere closes and gives the focus back.
    """

    WIDTH, MOST = 640, 60

    def __init__(self, window: QWidget, entries: Callable[[str], Sequence[Entry]]) -> None:
        super().__init__(window)
        self._parent = window
        self._entries = entries
        self._shown: list[Entry] = []
        self._before: QWidget | None = None
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 9, 9, 9)
        layout.setSpacing(6)
        self.box = QLineEdit(self)
        self.box.setPlaceholderText("Search assets and commands")
        self.box.setAccessibleName("Search assets and commands")
        self.box.addAction(icon("search", "text2"), QLineEdit.ActionPosition.LeadingPosition)
        self.box.textChanged.connect(self._search)
        self.box.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Results")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Line(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.list.itemClicked.connect(lambda item: self._run(self.list.row(item)))
        layout.addWidget(self.box)
        layout.addWidget(self.list)
        window.installEventFilter(self)
        self.hide()

    def open(self, text: str = "") -> None:
        """Show it, with `text` in the box."""
        self._before = self.window().focusWidget()
        surface, border = colour("panel").name(), colour("accent").name()
        self.setStyleSheet(
            f"QFrame#palette {{ background: {surface}; border: 1px solid {border}; border-radius: 10px; }}"
            "QLineEdit { font-size: 15px; padding: 7px; }"
        )
        self.box.setText(text)
        self._search(text)
        self._place()
        self.show()
        self.raise_()
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        """Hide it and give the focus back."""
        if not self.isHidden():
            self.hide()
            if self._before is not None:
                self._before.setFocus()

    def _place(self) -> None:
        parent = self._parent
        width = min(self.WIDTH, parent.width() - 40)
        lines = max(1, min(len(self._shown), 11))
        height = 70 + 32 * lines
        top = max(60, parent.height() // 11)
        self.setGeometry(QRect(QPoint((parent.width() - width) // 2, top), QSize(width, height)))

    def _search(self, text: str) -> None:
        scored = []
        for i, entry in enumerate(self._entries(text.strip())):
            names = max(score(text, entry.text), 0.9 * score(text, f"{entry.text} {entry.note} {entry.words}"))
            if names > 0:
                scored.append((-names - entry.bonus, i, entry))
        scored.sort(key=lambda s: s[:2])
        self._shown = [entry for _, _, entry in scored[: self.MOST]]
        self.list.clear()
        for entry in self._shown:
            item = QListWidgetItem(entry.icon or icon("chevron-right", "text2"), entry.text)
            keys = " / ".join(
                QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText) or k for k in entry.keys.split(" | ")
            )
            item.setData(_KEYS, keys if entry.keys else "")
            item.setData(_NOTE, entry.note)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, " ".join(filter(None, (entry.text, entry.note, keys))))
            self.list.addItem(item)
        if not self._shown:
            item = QListWidgetItem(icon("info", "text2"), "Nothing fits")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._place()

    def _run(self, row: int) -> None:
        if 0 <= row < len(self._shown):
            entry = self._shown[row]
            self.close_palette()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if watched is self._parent:
            if event.type() == QEvent.Type.Resize and not self.isHidden():
                self._place()
            return False
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        if watched is self.box and event.type() == QEvent.Type.FocusOut and not self.isHidden():
            focus = self.window().focusWidget()
            if focus is not self.box:
                self.hide()
        return super().eventFilter(watched, event)

    def _key(self, key: Qt.Key) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if key in steps and self._shown:
            row = self.list.currentRow() + steps[key]
            count = len(self._shown)
            self.list.setCurrentRow(row % count if abs(steps[key]) == 1 else min(max(row, 0), count - 1))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentRow())
            return True
        if key == Qt.Key.Key_Escape:
            self.close_palette()
            return True
        return False
