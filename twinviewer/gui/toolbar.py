"""The tool bar: search, colour mode, view tools, the LIVE pill, theme and screens."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QToolBar, QToolButton, QWidget

from twinviewer import colours
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.widgets import Pill, Segmented
from twinviewer.session import Session

VIEW_TOOLS = (
    "view.fit",
    "view.home",
    "view.isolate",
    "view.ghost",
    "view.section",
    "view.measure",
    "scene.bookmark",
    "file.screenshot",
    "file.report",
)
WINDOW_TOOLS = ("view.theme", "file.new_window", "view.wall")


def pill_action(session: Session) -> str:
    """What a click on the pill does: out of the past, else to the connection."""
    return "time.live" if session.can_go_live else "file.connect"


class _SearchField(QLineEdit):
    """Looks like a field and opens the palette as soon as it is clicked or typed into."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self.setReadOnly(True)
        self.setAccessibleName("Search assets and commands, Control K")
        self.setMinimumWidth(150)
        self.setMaximumWidth(280)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.addAction(icon("search", "text2"), QLineEdit.ActionPosition.LeadingPosition)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        wide = self.width() > 272
        self.setPlaceholderText("Search assets and commands   Ctrl+K" if wide else "Search   Ctrl+K")
        super().resizeEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(280, 30)

    def mousePressEvent(self, event: object) -> None:  # noqa: N802 (Qt's name)
        self._actions.run("edit.palette")

    def keyPressEvent(self, event: object) -> None:  # noqa: N802 (Qt's name)
        key, text = event.key(), event.text()  # type: ignore[attr-defined]
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            super().keyPressEvent(event)  # type: ignore[arg-type]
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) or (text and text.isprintable()):
            self._actions.run("edit.palette")
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]


class MainToolBar(QToolBar):
    """Everything in it is an action of the registry or shows the session."""

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__("Tool bar", window)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self.search = _SearchField(actions)
        self.addWidget(self.search)
        self._gap(6)
        modes = [(m.NAME, m.TITLE, m.NAME) for m in colours.modes().values()]
        self.modes = Segmented([(n, t, g) for n, t, g in modes], "Colour by")
        self.modes.choose(session.mode)
        self.modes.chosen.connect(session.set_mode)
        self._scene_parts = [self.addWidget(self.modes), self._gap(6)]
        self._scene_parts += [part for name in VIEW_TOOLS if (part := self._tool(name)) is not None]
        self._spring()
        self.pill = Pill()
        self.pill.clicked.connect(lambda _on=False: actions.run(pill_action(session)))
        self._scene_parts.append(self.addWidget(self.pill))
        for name in WINDOW_TOOLS:
            part = self._tool(name)
            if part is not None and name != "view.theme":
                self._scene_parts.append(part)

    def set_scene(self, there: bool) -> None:
        """Without a scene only what works without one is shown."""
        for part in self._scene_parts:
            part.setVisible(there)

    def _gap(self, width: int) -> QAction:
        gap = QWidget()
        gap.setFixedWidth(width)
        return self.addWidget(gap)

    def _spring(self) -> None:
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spring)

    def _tool(self, name: str) -> QAction | None:
        if name not in self._actions:
            return None
        item = QToolButton(self)
        item.setDefaultAction(self._actions.qt(name))
        item.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        item.setIconSize(QSize(20, 20))
        item.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        item.setObjectName(f"tool.{name}")
        action = self._actions.qt(name)

        def describe() -> None:
            state = ", on" if action.isCheckable() and action.isChecked() else ""
            item.setAccessibleName(f"{action.text()}{state}")

        action.changed.connect(describe)
        describe()
        return self.addWidget(item)
