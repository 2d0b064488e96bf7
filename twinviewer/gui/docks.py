"""Docks around the picture: one module of twinviewer.panels each, found by being there."""

import contextlib
import importlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QTabWidget, QToolButton, QWidget

from twinviewer import discovery
from twinviewer.model.frame import Frame
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.widgets import label
from twinviewer.session import Session

PANELS = "twinviewer.panels"
_log = logging.getLogger(__name__)
_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


@dataclass(frozen=True)
class PanelSlot:
    """One panel: its module's name, title and widget (which has `on_frame`)."""

    name: str
    title: str
    area: str
    widget: Any


class TitleBar(QWidget):
    """The head of a dock: its title, float and hide."""

    def __init__(self, dock: QDockWidget, title: str) -> None:
        super().__init__(dock)
        self.setObjectName("titlebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = label(title, "heading")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.setSpacing(2)
        layout.addWidget(self.title, 1)
        for glyph, words, run in (
            ("float", "Float or dock", lambda: dock.setFloating(not dock.isFloating())),
            ("close", "Hide", dock.hide),
        ):
            item = QToolButton(self)
            item.setIcon(icon(glyph, "text2"))
            item.setToolTip(f"{words} ({title})")
            item.setAccessibleName(f"{words} the panel {title}")
            item.setStyleSheet("padding: 2px;")
            item.clicked.connect(lambda _on=False, call=run: call())
            layout.addWidget(item)


class Dock(QDockWidget):
    """A dock with our own head; it can be hidden by its cross and is brought back from the View menu."""

    toggled = Signal()

    def __init__(self, name: str, title: str, widget: QWidget, window: QMainWindow) -> None:
        super().__init__(title, window)
        self.setObjectName(f"dock.{name}")
        self.setAccessibleName(title)
        self.setWidget(widget)
        self.head = TitleBar(self, title)
        self.setTitleBarWidget(self.head)
        self.visibilityChanged.connect(lambda _on: self.toggled.emit())
        retitled = getattr(widget, "windowTitleChanged", None)
        if retitled is not None:
            retitled.connect(lambda text: self.head.title.setText(text or title))


class Docks:
    """Makes and feeds the panels; one that cannot be made is kept in `failures` and left out."""

    def __init__(self, window: QMainWindow, session: Session, actions: Actions) -> None:
        self._window = window
        self._session = session
        self._actions = actions
        self.panels: dict[str, PanelSlot] = {}
        self.failures: list[tuple[str, Exception]] = []
        self.docks: dict[str, Dock] = {}
        self.tabs: QTabWidget | None = None
        self._late: dict[str, Frame] = {}

    def build(self) -> list[PanelSlot]:
        """Make every panel; returns those without a dock, for above ("top") and below ("under") the picture."""
        for name, module in self._modules():
            with self._kept_out(name):
                self.panels[name] = self._slot(name, module)
        right = [p for p in self.panels.values() if p.area == "right"]
        if right:
            self._add_tabs(right)
        for panel in self.panels.values():
            if panel.area in ("left", "bottom"):
                self._add(panel.name, panel.title, panel.widget, panel.area)
        return [p for p in self.panels.values() if p.area in ("top", "under")]

    def _modules(self) -> list[tuple[str, ModuleType]]:
        found: list[tuple[str, ModuleType]] = []
        for name in discovery.names_of(PANELS):
            with self._kept_out(name):
                found.append((name, importlib.import_module(f"{PANELS}.{name}")))
        return sorted(found, key=lambda m: (getattr(m[1], "ORDER", 100), m[0]))

    @contextlib.contextmanager
    def _kept_out(self, name: str) -> Iterator[None]:
        """One broken panel must not cost the window."""
        try:
            yield
        except Exception as error:
            _log.exception("panel %s", name)
            self.failures.append((name, error))

    def _slot(self, name: str, module: ModuleType) -> PanelSlot:
        return PanelSlot(name, module.TITLE, module.AREA, module.Panel(self._session, self._actions))

    def _add(self, name: str, title: str, widget: QWidget, area: str) -> None:
        dock = Dock(name, title, widget, self._window)
        self._window.addDockWidget(_AREAS[area], dock)
        same = [d for d in self.docks.values() if d.property("area") == area]
        dock.setProperty("area", area)
        if same and area == "bottom":
            self._window.tabifyDockWidget(same[0], dock)
        self.docks[name] = dock

    def _add_tabs(self, panels: list[PanelSlot]) -> None:
        tabs = QTabWidget()
        tabs.setObjectName("panel")
        tabs.setDocumentMode(True)
        tabs.tabBar().setDrawBase(False)
        tabs.setAccessibleName("Panels")
        for panel in panels:
            tabs.addTab(panel.widget, panel.title)
        tabs.currentChanged.connect(lambda _i: self._catch_up())
        self.tabs = tabs
        self._add("panels", "Panels", tabs, "right")

    def show_panel(self, name: str) -> None:
        """Bring a panel to the front, in whatever dock it is."""
        panel = self.panels[name]
        dock = self.docks.get(name) or self.docks.get("panels")
        if dock is not None:
            dock.show()
            dock.raise_()
        if self.tabs is not None and panel.area == "right":
            self.tabs.setCurrentWidget(panel.widget)
        panel.widget.setFocus()

    def on_frame(self, frame: Frame) -> None:
        """Hand the frame to every panel that can be seen; the others get the newest when they show again."""
        for name, panel in self.panels.items():
            if panel.widget.isVisible():
                panel.widget.on_frame(frame)
                self._late.pop(name, None)
            else:
                self._late[name] = frame

    def _catch_up(self) -> None:
        for name in list(self._late):
            if self.panels[name].widget.isVisible():
                self.panels[name].widget.on_frame(self._late.pop(name))

    def on_theme(self, theme: str) -> None:
        """Tell the panels that keep colours."""
        for panel in self.panels.values():
            if hasattr(panel.widget, "on_theme"):
                panel.widget.on_theme(theme)
