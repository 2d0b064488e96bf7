"""Every command of the window that is not a panel's own, as actions of the one registry."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from twinviewer import colours
from twinviewer.model.connection import Link
from twinviewer.model.quality import Quality
from twinviewer.model.state import ABNORMAL_STATES
from twinviewer.panels._kit.actions import Action

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow


def register(window: "MainWindow") -> None:
    """Put all commands of the window into its registry."""
    window.registry.add(*_file(window), *_edit(window), *_view(window), *_scene(window), *_help(window))


def _file(w: "MainWindow") -> list[Action]:
    def open_() -> bool:
        return w.has_scene

    return [
        Action(
            "file.new_window",
            "New window",
            "File",
            lambda: w.host.new_window(w),
            "Ctrl+N",
            open_,
            icon="window",
            keywords="second screen monitor",
        ),
        Action("file.open", "Open scene…", "File", w.asking.ask_scene, "Ctrl+O", icon="folder", keywords="load folder"),
        Action(
            "file.open_file",
            "Open geometry file…",
            "File",
            w.asking.ask_geometry,
            "Ctrl+Shift+O",
            keywords="glb stl obj",
        ),
        Action(
            "file.demo",
            "Start the demo",
            "File",
            lambda: w.host.start_demo(w),
            icon="play",
            keywords="sample hall example plant simulated",
        ),
        Action(
            "file.connect",
            "Connect…",
            "File",
            w.asking.ask_connection,
            "Ctrl+L",
            open_,
            icon="connect",
            keywords="opc ua feed server live url",
        ),
        Action(
            "file.trust",
            "Trust a server certificate…",
            "File",
            w.asking.ask_trust,
            "",
            lambda: refused(w),
            icon="lock",
            keywords="fingerprint security opc ua",
        ),
        Action(
            "file.disconnect",
            "Disconnect",
            "File",
            lambda: w.host.disconnect_feed(w),
            "",
            lambda: w.has_scene and w.session.source.name != "none",
        ),
        Action(
            "file.screenshot",
            "Save picture…",
            "File",
            w.asking.save_picture,
            "Ctrl+Shift+S",
            open_,
            icon="camera",
            keywords="screenshot image png",
        ),
        Action(
            "file.copy_picture",
            "Copy picture",
            "File",
            w.asking.copy_picture,
            "Ctrl+Shift+C",
            open_,
            keywords="screenshot clipboard",
        ),
        Action(
            "file.report",
            "Save report as PDF…",
            "File",
            w.asking.save_report,
            "Ctrl+P",
            open_,
            icon="report",
            keywords="print pdf",
        ),
        Action("file.close", "Close window", "File", w.close, "Ctrl+W"),
        Action("file.quit", "Quit", "File", w.host.quit, "Ctrl+Q", keywords="exit"),
    ]


def _edit(w: "MainWindow") -> list[Action]:
    def chosen() -> bool:
        return w.session.selection is not None

    return [
        Action(
            "edit.undo",
            "Undo view change",
            "Edit",
            w.tools.undo,
            "Ctrl+Z",
            lambda: w.picture.has_stage,
            icon="undo",
        ),
        Action(
            "edit.redo",
            "Redo view change",
            "Edit",
            w.tools.redo,
            "Ctrl+Y | Ctrl+Shift+Z",
            lambda: w.picture.has_stage,
            icon="redo",
        ),
        Action("edit.copy_id", "Copy asset id", "Edit", w.copy_id, "", chosen),
        Action("edit.deselect", "Deselect", "Edit", w.escape, "Esc", keywords="clear selection"),
        Action(
            "edit.palette",
            "Search assets and commands",
            "Edit",
            w.open_palette,
            "Ctrl+K | Ctrl+Shift+P",
            icon="search",
            keywords="command palette find",
        ),
        Action(
            "edit.settings",
            "Settings…",
            "Edit",
            w.asking.ask_settings,
            "Ctrl+,",
            icon="settings",
            keywords="preferences options",
        ),
    ]


def _view(w: "MainWindow") -> list[Action]:
    def there() -> bool:
        return w.picture.has_stage

    def chosen() -> bool:
        return w.picture.has_stage and w.session.selection is not None

    def about(verb: str) -> Callable[[], str]:
        return lambda: f"{verb} {w.session.selection}" if w.session.selection else f"{verb} selection"

    modes = [
        Action(
            f"mode.{m.NAME}",
            f"Colour by {m.TITLE.lower()}",
            "View",
            lambda n=m.NAME: w.session.set_mode(n),
            m.KEY,
            checked=lambda n=m.NAME: w.session.mode == n,
            icon=m.NAME,
            keywords="mode colour",
        )
        for m in colours.modes().values()
    ]
    return [
        *modes,
        Action(
            "view.fit",
            "Fit all",
            "View",
            w.tools.fit,
            "F",
            there,
            icon="fit",
            keywords="zoom everything",
        ),
        Action(
            "view.fit_selection",
            about("Fly to"),
            "View",
            w.tools.fly_to_selection,
            "Shift+F",
            chosen,
            icon="focus",
            keywords="zoom go",
        ),
        Action("view.home", "Home view", "View", w.tools.home, "H", there, icon="home"),
        Action(
            "view.isolate",
            about("Isolate"),
            "View",
            w.tools.toggle_isolate,
            "I",
            chosen,
            lambda: w.tools.isolated,
            "only others away",
            "isolate",
        ),
        Action(
            "view.ghost",
            about("Ghost all but"),
            "View",
            w.tools.toggle_ghost,
            "G",
            chosen,
            lambda: w.tools.ghosting,
            "transparent see through",
            "ghost",
        ),
        Action("view.hide", about("Hide"), "View", w.tools.hide_selection, "Shift+H", chosen, icon="hide"),
        Action(
            "view.show_all",
            "Show everything",
            "View",
            w.tools.show_everything,
            "Shift+I",
            there,
            icon="eye",
            keywords="unhide reset visibility",
        ),
        Action(
            "view.section",
            "Section box",
            "View",
            w.tools.toggle_section,
            "X",
            there,
            lambda: w.tools.sectioned,
            "cut clip",
            "section",
        ),
        Action(
            "view.measure",
            "Measure a distance",
            "View",
            w.tools.toggle_measure,
            "M",
            there,
            lambda: w.tools.measuring,
            "ruler distance length",
            "measure",
        ),
        Action(
            "view.clear_measures",
            "Clear measurements",
            "View",
            w.tools.clear_measurements,
            "Shift+M",
            lambda: w.tools.measured,
        ),
        Action("view.labels", "Labels", "View", w.tools.toggle_labels, "L", there, lambda: w.tools.labels_on),
        Action("view.next_abnormal", "Next abnormal asset", "View", lambda: step_abnormal(w, 1), "N", there),
        Action(
            "view.previous_abnormal", "Previous abnormal asset", "View", lambda: step_abnormal(w, -1), "Shift+N", there
        ),
        Action(
            "view.theme", "Switch theme", "View/Theme", w.switch_theme, "Ctrl+T", icon="theme", keywords="dark light"
        ),
        *_themes(w),
        Action(
            "view.wall",
            "Wall mode",
            "View",
            w.wall.toggle,
            "F11",
            there,
            lambda: w.wall.on,
            "large screen kiosk",
            "fullscreen",
        ),
        Action("view.full_screen", "Full screen", "View", w.toggle_full_screen, "Shift+F11", None, w.isFullScreen),
        Action("view.layout_save", "Save layout as…", "View/Layouts", w.asking.ask_layout_name, icon="layout"),
        Action(
            "view.layout_reset",
            "Reset layout",
            "View/Layouts",
            w.layouts.reset,
            "Ctrl+0",
            keywords="default docks panels",
        ),
    ]


def _themes(w: "MainWindow") -> list[Action]:
    names = (("system", "Theme as the system"), ("dark", "Dark theme"), ("light", "Light theme"))
    return [
        Action(
            f"view.theme.{key}",
            title,
            "View/Theme",
            lambda k=key: w.host.set_theme(k),
            checked=lambda k=key: w.host.settings.value.theme == k,
        )
        for key, title in names
    ]


def _scene(w: "MainWindow") -> list[Action]:
    return [
        Action(
            "scene.bookmark",
            "Add bookmark…",
            "Scene",
            w.asking.ask_bookmark,
            "B",
            lambda: w.picture.has_stage,
            icon="bookmark",
            keywords="camera view save",
        ),
        Action(
            "scene.check",
            "Check the scene's files",
            "Scene",
            w.asking.check_scene,
            "",
            lambda: w.has_scene,
            keywords="lint findings errors",
        ),
        Action(
            "scene.bind",
            "Bind to the server…",
            "Scene",
            w.asking.bind_scene,
            "",
            lambda: connected(w),
            icon="flow",
            keywords="opc ua browse nodes tags proposals",
        ),
        Action("scene.reload", "Reload scene", "Scene", w.reload_scene, "F5", lambda: w.has_scene, icon="refresh"),
    ]


def _help(w: "MainWindow") -> list[Action]:
    return [
        Action(
            "help.guide",
            "Reading the picture",
            "Help",
            w.asking.show_guide,
            "F1",
            icon="help",
            keywords="manual legend",
        ),
        Action(
            "help.keys", "Keys", "Help", w.asking.show_keys, "Ctrl+/", icon="keyboard", keywords="shortcuts keyboard"
        ),
        Action(
            "help.messages", "Messages", "Help", w.asking.show_messages, icon="note", keywords="notices history errors"
        ),
        Action("help.about", "About twinviewer", "Help", w.asking.show_about, icon="info", keywords="version licence"),
    ]


def connected(w: "MainWindow") -> bool:
    """Whether a server answers."""
    frame = w.session.frame
    return frame is not None and frame.source == "live" and frame.connection.link in (Link.CONNECTED, Link.DEGRADED)


def refused(w: "MainWindow") -> bool:
    """Whether the server, or twinviewer itself, said no."""
    frame = w.session.frame
    return frame is not None and frame.connection.link is Link.REFUSED


def step_abnormal(w: "MainWindow", step: int) -> None:
    """Fly to the next asset that is abnormal, in the order of the scene."""
    frame, scene = w.session.frame, w.session.scene
    if frame is None:
        return
    states = frame.assets
    tagged = np.fromiter((bool(a.tags) for a in scene.assets), bool, len(scene.assets))
    odd = np.isin(states.state, [int(s) for s in ABNORMAL_STATES]) | (states.quality >= Quality.STALE)
    rows = np.nonzero(tagged & (odd | (states.priority > 0)))[0]
    if not len(rows):
        w.say("info", "Nothing is abnormal.", key="view.abnormal")
        return
    selection = w.session.selection
    now = scene.asset(selection).index if selection is not None else -1
    behind = rows[rows > now] if step > 0 else rows[rows < now][::-1]
    row = behind[0] if len(behind) else (rows[0] if step > 0 else rows[-1])
    w.session.fly_to(scene.assets[int(row)].asset_id)
