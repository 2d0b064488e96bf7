"""Every command of the window that is not a panel's own, as actions of the one registry."""

from typing import TYPE_CHECKING

from twinviewer.gui.link_texts import waits_for_trust
from twinviewer.gui.view_commands import view_commands
from twinviewer.model.connection import Link
from twinviewer.panels._kit.actions import NO_ASSET, NO_PICTURE, NO_SCENE, Action

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow


def register(window: "MainWindow") -> None:
    """Put all commands of the window into its registry."""
    window.registry.add(*_file(window), *_edit(window), *view_commands(window), *_scene(window), *_help(window))


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
            why=NO_SCENE,
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
            why=NO_SCENE,
        ),
        Action(
            "file.trust",
            "Trust a server certificate…",
            "File",
            w.asking.ask_trust,
            "",
            lambda: untrusted(w),
            icon="lock",
            keywords="fingerprint security opc ua",
            why="No certificate of a server waits to be trusted.",
        ),
        Action(
            "file.disconnect",
            "Disconnect",
            "File",
            lambda: w.host.disconnect_feed(w),
            "",
            lambda: w.has_scene and w.session.source.name != "none",
            why="Nothing is connected.",
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
            why=NO_SCENE,
        ),
        Action(
            "file.copy_picture",
            "Copy picture",
            "File",
            w.asking.copy_picture,
            "Ctrl+Shift+C",
            open_,
            keywords="screenshot clipboard",
            why=NO_SCENE,
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
            why=NO_SCENE,
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
            why=NO_PICTURE,
        ),
        Action(
            "edit.redo",
            "Redo view change",
            "Edit",
            w.tools.redo,
            "Ctrl+Y | Ctrl+Shift+Z",
            lambda: w.picture.has_stage,
            icon="redo",
            why=NO_PICTURE,
        ),
        Action("edit.copy_id", "Copy asset id", "Edit", w.copy_id, "", chosen, why=NO_ASSET),
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
            why=NO_PICTURE,
        ),
        Action(
            "scene.check",
            "Check the scene's files",
            "Scene",
            w.asking.check_scene,
            "",
            lambda: w.has_scene,
            keywords="lint findings errors",
            why=NO_SCENE,
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
            why="No server answers: connect to one first.",
        ),
        Action(
            "scene.reload",
            "Reload scene",
            "Scene",
            w.reload_scene,
            "F5",
            lambda: w.has_scene,
            icon="refresh",
            why=NO_SCENE,
        ),
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


def untrusted(w: "MainWindow") -> bool:
    """Whether the server's certificate waits for a person."""
    frame = w.session.frame
    return frame is not None and waits_for_trust(frame.connection)
