"""The menu bar, made from the action registry; a menu with nothing in it is left out."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QMenu, QMenuBar, QToolTip

from twinviewer.panels._kit.actions import Actions

MENUS = (
    "File",
    "Edit",
    "View",
    "Scene",
    "History",
    "Asset",
    "Alarms",
    "Simulation",
    "Maintenance",
    "Training",
    "Tools",
    "Help",
)
SEPARATOR = "-"


class CommandMenu(QMenu):
    """A menu that says of a command that cannot be run why not, where the command tells it."""

    def __init__(self, title: str, actions: Actions, bar: QMenuBar) -> None:
        super().__init__(title, bar)
        self._actions = actions

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.why_not(event), self)
            return True
        return super().event(event)

    def why_not(self, event: QHelpEvent) -> str:
        """What is said of the command under the pointer, "" of one that can be run."""
        item = self.actionAt(event.pos())
        name = item.objectName() if item is not None and not item.isEnabled() else ""
        return self._actions[name].why if name in self._actions else ""


class Menus:
    """Keeps the menu bar in step with the registry.

    A group "View/Layouts" becomes a submenu. `order` gives the ids of a menu in the order wanted, "-" for a line;
    commands that it does not name come after, in the order in which they were added.
    """

    def __init__(self, bar: QMenuBar, actions: Actions, order: dict[str, Sequence[str]]) -> None:
        self._bar = bar
        self._actions = actions
        self._order = order
        self._menus: dict[str, QMenu] = {}
        self._late = QTimer(bar)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self.refresh)
        self._stale = True
        actions.changed.connect(self._mark)

    def _mark(self) -> None:
        """Commands come and go many at a time: the menus are made anew once, when all is said."""
        self._stale = True
        self._late.start(0)

    def refresh(self) -> None:
        """Make the menus anew if commands came or went since."""
        if self._stale:
            self._build()

    def _build(self) -> None:
        self._stale = False
        self._late.stop()
        self._bar.clear()
        for menu in self._menus.values():
            menu.deleteLater()
        self._menus.clear()
        groups = list(dict.fromkeys(a.group for a in self._actions if a.group))
        tops = list(dict.fromkeys(group.partition("/")[0] for group in groups))
        others = [name for name in tops if name not in MENUS]
        for name in (*MENUS[:-1], *others, MENUS[-1]):
            if name in tops:
                self._menus[name] = self._make(name, groups)

    def _make(self, name: str, groups: Sequence[str]) -> QMenu:
        menu = CommandMenu(f"&{name}", self._actions, self._bar)
        self._bar.addMenu(menu)
        menu.aboutToShow.connect(self._actions.refresh)
        present = [a.id for a in self._actions.in_group(name)]
        subs = {g.partition("/")[2]: g for g in groups if g.startswith(f"{name}/")}
        wanted = list(self._order.get(name, ()))
        rest = [i for i in present if i not in wanted]
        rest += [f"{title}/" for title in subs if f"{title}/" not in wanted]
        line = False
        for item in [*wanted, SEPARATOR, *rest]:
            if item == SEPARATOR:
                line = not menu.isEmpty()
            elif item.endswith("/") and item[:-1] in subs:
                line = self._line(menu, line)
                self._fill_sub(menu.addMenu(item[:-1]), subs[item[:-1]])
            elif item in present:
                line = self._line(menu, line)
                menu.addAction(self._actions.qt(item))
        return menu

    @staticmethod
    def _line(menu: QMenu, wanted: bool) -> bool:
        if wanted:
            menu.addSeparator()
        return False

    def _fill_sub(self, sub: QMenu, group: str) -> None:
        sub.aboutToShow.connect(self._actions.refresh)
        for action in self._actions.in_group(group):
            sub.addAction(self._actions.qt(action.id))

    def names(self) -> list[str]:
        """The menus there are, left to right."""
        self.refresh()
        return list(self._menus)

    def menu(self, name: str) -> QMenu:
        """One menu by name; KeyError where it was left out."""
        self.refresh()
        return self._menus[name]
