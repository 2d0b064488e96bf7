"""The one registry of commands: menus, tool bar, shortcuts and the command palette all come from it."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.jobs import Jobs

# what is said of commands that need one of these
NO_SCENE = "No scene is open."
NO_PICTURE = "There is no picture."
NO_ASSET = "Select an asset first."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Action:
    """One command of the application.

    `id` is stable ("view.fit"). `title` is what a person reads; a function where it depends on the selection.
    `group` is the menu it belongs to ("View"), "" for commands that live in the palette alone. `shortcut` is a
    portable key sequence ("Ctrl+K", "F", "1"), or several joined by " | ". `enabled` and `checked` are asked
    whenever they may have changed; `checked` is None for commands that are not switches. `keywords` help the search.
    `icon` names a glyph. `why` is what is said where it is not enabled.
    """

    id: str
    title: str | Callable[[], str]
    group: str
    run: Callable[[], object]
    shortcut: str = ""
    enabled: Callable[[], bool] | None = None
    checked: Callable[[], bool] | None = None
    keywords: str = ""
    icon: str = ""
    why: str = ""

    @property
    def text(self) -> str:
        return self.title if isinstance(self.title, str) else self.title()

    @property
    def is_enabled(self) -> bool:
        return self.enabled is None or self.enabled()


class Actions(QObject):
    """The registry of one window. Shortcuts work wherever the focus is, as long as it is in the window.

    `changed` is sent when commands come or go, `ran` with the id of a command after it ran. A command that
    raises is handed to `on_error(exception)`; without one the exception goes on to the caller. `jobs` is where long
    work of the window and its panels runs.
    """

    changed = Signal()
    ran = Signal(str)

    def __init__(self, window: QWidget, on_error: Callable[[Exception], None] | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, Action] = {}
        self._qt: dict[str, QAction] = {}
        self.on_error = on_error
        self.jobs = Jobs(self)
        self.handed: dict[str, object] = {}  # what was given to a command to work on, until it takes it

    def add(self, *actions: Action) -> None:
        """Put commands in; an id that is there already is replaced."""
        for action in actions:
            if action.id in self._actions:
                self._drop(action.id)
            self._actions[action.id] = action
            self._qt[action.id] = self._make(action)
        self.changed.emit()

    def remove(self, *ids: str) -> None:
        """Take commands out; ids that are not there are passed over."""
        for name in ids:
            if name in self._actions:
                self._drop(name)
        self.changed.emit()

    def _drop(self, name: str) -> None:
        del self._actions[name]
        qt = self._qt.pop(name)
        self._window.removeAction(qt)
        qt.deleteLater()

    def _make(self, action: Action) -> QAction:
        qt = QAction(action.text, self)
        qt.setObjectName(action.id)
        if action.shortcut:
            qt.setShortcuts([QKeySequence(keys) for keys in action.shortcut.split(" | ")])
        qt.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if action.icon:
            qt.setIcon(icon(action.icon))
        qt.setCheckable(action.checked is not None)
        keys = qt.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        qt.setToolTip(f"{action.text} ({keys})" if keys else action.text)
        qt.triggered.connect(lambda _checked=False, name=action.id: self.run(name))
        self._window.addAction(qt)
        return qt

    def run(self, name: str) -> None:
        """Run a command by id. KeyError where there is none; one that is disabled does nothing."""
        action = self._actions[name]
        if not action.is_enabled:
            self.refresh()
            return
        try:
            action.run()
        except Exception as error:
            _log.exception("command %s failed", name)
            if self.on_error is None:
                raise
            self.on_error(error)
        self.refresh()
        self.ran.emit(name)

    def refresh(self) -> None:
        """Ask every command again for its title, whether it is enabled and whether it is checked."""
        for name, action in self._actions.items():
            qt = self._qt[name]
            qt.setEnabled(action.is_enabled)
            if action.checked is not None:
                qt.setChecked(action.checked())
            if not isinstance(action.title, str):
                qt.setText(action.text)

    def waiting_for(self, keys: QKeySequence) -> Action | None:
        """The command with these keys that cannot be run now: Qt passes its keys on as if nobody had them."""
        waiting = (a for a in self._actions.values() if a.shortcut and a.why and not a.is_enabled)
        return next((a for a in waiting if keys in self._qt[a.id].shortcuts()), None)

    def hand(self, name: str, value: object) -> None:
        """Run a command that works on something, which it takes out of `handed`. KeyError where there is none."""
        self.handed[name] = value
        self.run(name)

    def qt(self, name: str) -> QAction:
        """The QAction of a command, for menus and tool bars."""
        return self._qt[name]

    def __getitem__(self, name: str) -> Action:
        return self._actions[name]

    def __contains__(self, name: str) -> bool:
        return name in self._actions

    def __iter__(self) -> Iterator[Action]:
        return iter(list(self._actions.values()))

    def __len__(self) -> int:
        return len(self._actions)

    def in_group(self, group: str) -> list[Action]:
        """The commands of one menu, in the order in which they were added."""
        return [a for a in self._actions.values() if a.group == group]
