"""Docks around the picture: one module of twinviewer.panels each, found by being there."""

import contextlib
import importlib
import importlib.util
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QTabWidget, QToolButton, QVBoxLayout, QWidget

from twinviewer import discovery
from twinviewer.model.frame import Frame
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.widgets import label
from twinviewer.session import Session

PANELS = "twinviewer.panels"
_CONSTANT = re.compile(r"^(TITLE|AREA|ORDER) = (\"[^\"]*\"|\d+)", re.MULTILINE)
_log = logging.getLogger(__name__)
_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


@dataclass(frozen=True)
class PanelSlot:
    """One panel: its module's name, title, place, and its widget (which has `on_frame`)."""

    name: str
    title: str
    area: str
    widget: Any


@dataclass(frozen=True)
class _Plan:
    """What a panel's module says of itself."""

    name: str
    title: str
    area: str
    order: int


def plan_of(name: str) -> _Plan:
    """TITLE, AREA and ORDER of a panel from its source, so that it need not be imported to know its place."""
    spec = importlib.util.find_spec(f"{PANELS}.{name}")
    source = spec.loader.get_source(spec.name) if spec is not None and hasattr(spec.loader, "get_source") else None  # type: ignore[union-attr]
    found = dict(_CONSTANT.findall(source or ""))
    if {"TITLE", "AREA"} <= set(found):
        return _Plan(name, found["TITLE"].strip('"'), found["AREA"].strip('"'), int(found.get("ORDER", "100")))
    module = importlib.import_module(f"{PANELS}.{name}")
    return _Plan(name, module.TITLE, module.AREA, getattr(module, "ORDER", 100))


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
        self.head = TitleBar(self, title)
        self.setTitleBarWidget(self.head)
        self.visibilityChanged.connect(lambda _on: self.toggled.emit())
        self.fill(widget, title)

    def fill(self, widget: QWidget, title: str) -> None:
        """Hold this widget, which may rename the dock, instead of the one before."""
        before = self.widget()
        self.setWidget(widget)
        if before is not None:
            before.deleteLater()
        retitled = getattr(widget, "windowTitleChanged", None)
        if retitled is not None:
            retitled.connect(lambda text: self.head.title.setText(text or title))


class Docks:
    """Makes and feeds the panels.

    Docks are not shown before a scene is: of a window that opens without one they are made after the first picture
    (`complete`), as are tabs behind the first one in any, or when a person asks for them. A panel that cannot be made,
    or that fails later, is kept in `failures` and left out: it must not cost the window.
    """

    def __init__(self, window: QMainWindow, session: Session, actions: Actions) -> None:
        self._window = window
        self._session = session
        self._actions = actions
        self.panels: dict[str, PanelSlot] = {}
        self.failures: list[tuple[str, Exception]] = []
        self.docks: dict[str, Dock] = {}
        self.tabs: QTabWidget | None = None
        self.plans: dict[str, _Plan] = {}
        self._places: dict[str, QWidget] = {}
        self._unseen: dict[str, Frame] = {}
        self._read: set[str] = set()  # modules of panels that were put off

    def build(self) -> list[PanelSlot]:
        """Make what is seen at first; returns the panels for above ("top") and below ("under") the picture."""
        plans: list[_Plan] = []
        for name in discovery.names_of(PANELS):
            with self._kept_out(name):
                plans.append(plan_of(name))
        self.plans = {plan.name: plan for plan in sorted(plans, key=lambda plan: (plan.order, plan.name))}
        later = _AREAS if not self._session.scene.key else ()
        tabs = [plan.name for plan in self.plans.values() if plan.area == "right"]
        for name, plan in self.plans.items():
            if name not in tabs[1:] and plan.area not in later:
                self._make(plan)
        if tabs:
            self._add_tabs(tabs)
        for plan in self.plans.values():
            if plan.area not in ("left", "bottom"):
                continue
            if plan.name in self.panels:
                self._add(plan.name, plan.title, self.panels[plan.name].widget, plan.area)
            elif plan.area in later:
                self._add(plan.name, plan.title, self._place_for(plan.name), plan.area)
        return [p for p in self.panels.values() if p.area in ("top", "under")]

    @property
    def complete(self) -> bool:
        """Whether every panel was made."""
        return not self._places

    def make_more(self) -> None:
        """Make one panel that was put off: first those that would be seen, one after the other between events, and at
        later calls the others, whose modules are a call of their own."""
        if self.complete:
            return
        seen = [name for name, place in self._places.items() if place.isVisible()]
        name = next(iter(seen or self._places))
        if not seen and name not in self._read:
            self._read.add(name)
            with contextlib.suppress(Exception):  # it fails again, and is told, when the panel is made
                importlib.import_module(f"{PANELS}.{name}")
            return
        self._make_late(name)
        if len(seen) > 1:
            QTimer.singleShot(0, self._window, self.make_more)

    def _make(self, plan: _Plan) -> None:
        with self._kept_out(plan.name):
            module = importlib.import_module(f"{PANELS}.{plan.name}")
            widget = module.Panel(self._session, self._actions)
            self.panels[plan.name] = PanelSlot(plan.name, plan.title, plan.area, widget)

    def _make_late(self, name: str) -> None:
        place = self._places.pop(name, None)
        layout = place.layout() if place is not None else None
        if place is None or layout is None:
            return
        self._make(self.plans[name])
        dock = self.docks.get(name)
        if dock is not None and name in self.panels:
            dock.fill(self.panels[name].widget, self.plans[name].title)
        elif dock is not None:
            self._actions.remove(f"panel.dock.{name}")
            self._window.removeDockWidget(dock)
            self.docks.pop(name).deleteLater()
        elif name in self.panels:
            layout.addWidget(self.panels[name].widget)
        elif self.tabs is not None:
            self.tabs.removeTab(self.tabs.indexOf(place))
        if self._session.frame is not None and name in self.panels:
            self._unseen[name] = self._session.frame
            self._catch_up()

    @contextlib.contextmanager
    def _kept_out(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            _log.exception("panel %s", name)
            self.failures.append((name, error))

    def _add(self, name: str, title: str, widget: QWidget, area: str) -> None:
        dock = Dock(name, title, widget, self._window)
        self._window.addDockWidget(_AREAS[area], dock)
        same = [d for d in self.docks.values() if d.property("area") == area]
        dock.setProperty("area", area)
        if same and area == "bottom":
            self._window.tabifyDockWidget(same[0], dock)
        self.docks[name] = dock

    def _add_tabs(self, names: list[str]) -> None:
        tabs = QTabWidget()
        tabs.setObjectName("panel")
        tabs.setDocumentMode(True)
        tabs.tabBar().setDrawBase(False)
        tabs.setAccessibleName("Panels")
        for name in names:
            if name in self.panels:
                tabs.addTab(self.panels[name].widget, self.panels[name].title)
            elif name in [failed for failed, _ in self.failures]:
                continue
            else:
                tabs.addTab(self._place_for(name), self.plans[name].title)
        tabs.currentChanged.connect(self._on_tab)
        self.tabs = tabs
        self._add("panels", "Panels", tabs, "right")

    def _place_for(self, name: str) -> QWidget:
        place = QWidget()
        place.setObjectName("panel")
        place.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        QVBoxLayout(place).setContentsMargins(0, 0, 0, 0)
        self._places[name] = place
        return place

    def _on_tab(self, index: int) -> None:
        widget = self.tabs.widget(index) if self.tabs is not None else None
        for name, place in list(self._places.items()):
            if place is widget:
                self._make_late(name)
        self._catch_up()

    def show_panel(self, name: str) -> None:
        """Bring a panel to the front, in whatever dock it is."""
        self._make_late(name)
        panel = self.panels.get(name)
        if panel is None:
            return
        dock = self.docks.get(name) or self.docks.get("panels")
        if dock is not None:
            dock.show()
            dock.raise_()
        if self.tabs is not None and panel.area == "right":
            place = panel.widget if self.tabs.indexOf(panel.widget) >= 0 else panel.widget.parentWidget()
            self.tabs.setCurrentWidget(place)
        panel.widget.setFocus()

    def on_frame(self, frame: Frame) -> None:
        """Hand the frame to every panel that can be seen; the others get the newest when they show again."""
        for name, panel in list(self.panels.items()):
            if panel.widget.isVisible():
                self._unseen.pop(name, None)
                self._show(panel, frame)
            else:
                self._unseen[name] = frame

    def _show(self, panel: PanelSlot, frame: Frame) -> None:
        try:
            panel.widget.on_frame(frame)
        except Exception as error:
            _log.exception("panel %s", panel.name)
            self.failures.append((panel.name, error))
            del self.panels[panel.name]  # what it shows would be old from now on
            panel.widget.setEnabled(False)
            if self._actions.on_error is None:
                raise
            self._actions.on_error(error)

    def _catch_up(self) -> None:
        for name in list(self._unseen):
            panel = self.panels.get(name)
            if panel is not None and panel.widget.isVisible():
                self._show(panel, self._unseen.pop(name))

    def on_theme(self, theme: str) -> None:
        """Tell the panels that keep colours."""
        for panel in self.panels.values():
            if hasattr(panel.widget, "on_theme"):
                panel.widget.on_theme(theme)
