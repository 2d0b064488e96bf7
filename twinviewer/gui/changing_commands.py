"""Commands that come and go: one per panel, bookmark, recent scene, layout and screen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication, QScreen

from twinviewer.gui.layouts import clamp
from twinviewer.panels._kit.actions import Action

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow


def register_panels(w: "MainWindow") -> None:
    """One switch per dock and one command per panel that lies in the tabs."""
    for name, dock in w.docks.docks.items():
        w.registry.add(
            Action(
                f"panel.dock.{name}",
                dock.windowTitle(),
                "View/Panels",
                lambda d=dock: d.setVisible(d.isHidden()),
                checked=lambda d=dock: not d.isHidden(),
                keywords="panel dock show hide",
            )
        )
        dock.toggled.connect(w.registry.refresh)
    for panel in w.docks.plans.values():
        if panel.area == "right":
            w.registry.add(
                Action(
                    f"panel.show.{panel.name}",
                    f"Show {panel.title}",
                    "View/Panels",
                    lambda n=panel.name: w.docks.show_panel(n),
                    keywords="panel tab",
                )
            )


def register_bookmarks(w: "MainWindow") -> None:
    """One command per bookmark of the scene, the first nine on Alt+1 to Alt+9."""
    w.registry.remove(*[a.id for a in w.registry if a.id.startswith("bookmark.")])
    for view in w.bookmarks.own():
        name = view.name
        w.registry.add(
            Action(f"bookmark.delete.{name}", f"Delete bookmark {name}", "", lambda n=name: w.bookmarks.delete(n))
        )
    for i, view in enumerate(w.bookmarks.all()):
        keys = f"Alt+{i + 1}" if i < 9 else ""
        w.registry.add(
            Action(
                f"bookmark.{i}",
                f"Go to {view.name}",
                "Scene/Bookmarks",
                lambda v=view: w.bookmarks.go_to(v),
                keys,
                icon="bookmark",
                keywords="camera view bookmark",
            )
        )


def register_recent(w: "MainWindow") -> None:
    """One command per scene that was open before."""
    w.registry.remove(*[a.id for a in w.registry if a.id.startswith("recent.")])
    for i, recent in enumerate(w.host.settings.value.recent[:8]):
        title = f"Open {recent.name or recent.path}" + (f" ({recent.feed})" if recent.feed else "")
        w.registry.add(
            Action(f"recent.{i}", title, "File/Open recent", lambda r=recent: w.open_recent(r), icon="folder")
        )


def register_layouts(w: "MainWindow") -> None:
    """One command per named layout, and one that deletes it."""
    w.registry.remove(*[a.id for a in w.registry if a.id.startswith("layout.")])
    for name in w.host.settings.value.layouts:
        w.registry.add(
            Action(f"layout.{name}", f"Layout {name}", "View/Layouts", lambda n=name: w.layouts.use(n), icon="layout"),
            Action(f"layout.delete.{name}", f"Delete layout {name}", "", lambda n=name: w.layouts.delete(n)),
        )


def register_screens(w: "MainWindow") -> None:
    """One command per screen where there are several, to move the window there."""
    screens = QGuiApplication.screens()
    for i, screen in enumerate(screens if len(screens) > 1 else []):
        w.registry.add(
            Action(
                f"screen.{i}",
                f"Move to screen {i + 1} ({screen.name()})",
                "View/Screens",
                lambda s=screen: move_to_screen(w, s),
                keywords="monitor display",
            )
        )


def move_to_screen(w: "MainWindow", screen: QScreen) -> None:
    """Bring the window to a screen, as large as it was where that fits; a full screen stays full."""
    full = w.isFullScreen()
    if full:
        w.showNormal()
    home = screen.availableGeometry()
    w.setGeometry(clamp(QRect(home.topLeft(), w.normalGeometry().size()), [home]))
    if full:
        w.showFullScreen()
