"""The whole window on a real scene: real pixels, real clicks, real keys."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMainWindow,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.gui.fakes import FakeHost, FakeLive, troubled
from twinviewer.gui.main_window import MainWindow
from twinviewer.model.connection import Connection, Link
from twinviewer.model.palette import STATE, rgb
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session import NoSource, Session
from twinviewer.settings import SettingsStore

SCENE = Path("scenes/pump-skid")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return load_scene(SCENE, cache_dir=tmp_path_factory.mktemp("cache"))


class Setup:
    """One window, its host and its source."""

    def __init__(self, window: MainWindow, host: FakeHost, source: FakeLive, qtbot: QtBot, folder: Path) -> None:
        self.window, self.host, self.source, self.qtbot = window, host, source, qtbot
        self.folder = folder

    def tick(self) -> None:
        self.window._slow_ns = 0
        self.window.bridge.tick_now()
        self.qtbot.wait(60)

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        target = QApplication.focusWidget() or self.window.focusWidget() or self.window
        self.qtbot.keyClick(target, key, held)

    def still(self) -> bool:
        """Whether nothing was drawn for a while."""
        stage = self.window.picture.stage
        before = stage.render_count
        self.qtbot.wait(400)
        return stage.render_count == before

    def pixels(self) -> np.ndarray:
        """RGB of the 3D picture with what is painted over it."""
        self.qtbot.wait(250)
        return pixels_of(self.window.picture._widget.grab().toImage())

    def place_of(self, asset_id: str) -> tuple[float, float]:
        """The middle of an asset in logical pixels of the picture."""
        stage, row = self.window.picture.stage, self.window.session.scene.asset(asset_id).index
        middle = stage.boxes[row].mean(0)
        x, y, _ = stage.project(middle[None])[0] / (
            self.window.picture._widget.ratio,
            self.window.picture._widget.ratio,
            1,
        )
        return float(x), float(y)


def pixels_of(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def setup(qtbot: QtBot, scene: Scene, tmp_path: Path) -> Iterator[Setup]:
    host = FakeHost(tmp_path)
    source = FakeLive(scene)
    session = Session(scene, source)
    errors: list[Exception] = []
    window = MainWindow(host, session, errors.append)
    window.resize(1366, 768)
    window.show()
    window.arrange()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: window.picture.stage.render_count > 0, timeout=20_000)
    made = Setup(window, host, source, qtbot, tmp_path)
    made.tick()
    while not window.docks.complete:
        window.docks.make_more()
    yield made
    if isValid(window):
        window.close()
    qtbot.wait(20)
    assert errors == []


def first_asset(setup: Setup, role: str = "state") -> str:
    tags = setup.window.session.scene.tags
    return next(t.asset_id for t in tags if t.role == role)


def near(pixels: np.ndarray, token: str, tolerance: int = 30) -> int:
    """How many pixels have about this colour."""
    return int((np.abs(pixels.astype(int) - rgb(token)).max(2) <= tolerance).sum())


# -- colour -------------------------------------------------------------------------------------------------------


def test_a_fault_turns_the_machine_red_in_the_picture(setup: Setup) -> None:
    red = STATE["dark"][State.FAULT]
    before = near(setup.pixels(), red)
    setup.source.states[first_asset(setup)] = State.FAULT
    setup.tick()
    assert near(setup.pixels(), red) > before + 200


def test_without_connection_no_state_colour_is_left(setup: Setup) -> None:
    setup.window.tools.toggle_labels()  # an alarm's badge stays red: it is still to be acknowledged
    setup.source.states[first_asset(setup)] = State.FAULT
    setup.tick()
    lit = near(setup.pixels(), STATE["dark"][State.FAULT])
    setup.source.connection = Connection(Link.LOST, "the cable is out", 1)
    setup.tick()
    assert near(setup.pixels(), STATE["dark"][State.FAULT]) < lit / 4
    assert setup.window.picture.trouble.isVisible()
    assert "the cable is out" in setup.window.picture.trouble.accessibleName()
    assert setup.window.tool_bar.pill.accessibleName().startswith("CONNECTION LOST")


def test_nothing_is_drawn_while_nothing_changes(setup: Setup) -> None:
    stage = setup.window.picture.stage
    setup.qtbot.waitUntil(lambda: stage.finished, timeout=20_000)  # shadows and edges come after the first frame
    setup.qtbot.waitUntil(setup.still, timeout=20_000)
    before = setup.window.picture.stage.render_count
    for _ in range(5):
        setup.window.bridge.tick_now()
        setup.qtbot.wait(20)
    assert setup.window.picture.stage.render_count == before


# -- mouse and selection ------------------------------------------------------------------------------------------


def test_a_click_on_a_machine_selects_it_everywhere(setup: Setup) -> None:
    stage, widget = setup.window.picture.stage, setup.window.picture._widget
    asset = next(
        a.asset_id
        for a in setup.window.session.scene.assets
        if a.tags and widget.asset_at(*setup.place_of(a.asset_id)) == a.index
    )
    x, y = setup.place_of(asset)
    setup.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert setup.window.session.selection == asset
    assert stage.selected == setup.window.session.scene.asset(asset).index
    setup.key(Qt.Key.Key_Escape)
    assert setup.window.session.selection is None


def test_isolate_hides_the_others_and_undo_brings_them_back(setup: Setup) -> None:
    asset = first_asset(setup)
    setup.window.session.select(asset)
    row, stage = setup.window.session.scene.asset(asset).index, setup.window.picture.stage
    setup.key(Qt.Key.Key_I)
    assert np.flatnonzero(stage.visible()).tolist() == [row]
    assert setup.window.registry.qt("view.isolate").isChecked()
    setup.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stage.visible().all()
    assert not setup.window.registry.qt("view.isolate").isChecked()


def test_the_section_box_comes_and_goes(setup: Setup) -> None:
    setup.key(Qt.Key.Key_X)
    assert setup.window.picture.stage.section_box is not None
    assert setup.window.registry.qt("view.section").isChecked()
    setup.key(Qt.Key.Key_X)
    assert setup.window.picture.stage.section_box is None


def test_a_right_click_offers_the_assets_commands(setup: Setup) -> None:
    setup.window.picture.pointer.open_menu(1, 1, setup.window.session.scene.asset(first_asset(setup)).index)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    texts = [a.text() for a in menu.actions() if a.text()]
    assert f"Isolate {first_asset(setup)}" in texts
    menu.close()


# -- modes, palette, keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "mode"), [(Qt.Key.Key_2, "vibration"), (Qt.Key.Key_3, "energy"), (Qt.Key.Key_1, "status")]
)
def test_the_number_keys_change_the_colours(setup: Setup, key: Qt.Key, mode: str) -> None:
    setup.window.session.set_mode("energy" if mode != "energy" else "status")
    setup.key(key)
    assert setup.window.session.mode == mode
    assert setup.window.tool_bar.modes.current == mode
    setup.tick()
    assert setup.window.picture.annotations.legend.accessibleName()


@pytest.mark.parametrize(
    "modifiers",
    [
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_the_palette_finds_an_asset_and_goes_there(setup: Setup, modifiers: tuple) -> None:
    asset = first_asset(setup)
    setup.key(*modifiers)
    palette = setup.window.palette_
    assert palette.isVisible()
    setup.qtbot.keyClicks(palette.box, asset)
    assert palette.list.item(0).text() == asset
    setup.qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    assert setup.window.session.selection == asset


def test_a_saved_picture_is_drawn_finely_and_then_the_window_as_usual(setup: Setup) -> None:
    picture = setup.window.picture
    picture._widget._moving()  # in the middle of a movement
    usual = picture._widget.canvas.scale
    image = setup.window.asking.picture_now()
    assert picture._widget.canvas.scale == 2.0
    assert image.size() == picture.size() * picture.devicePixelRatioF()
    assert image.pixelColor(picture.width() // 2, picture.height() // 2).alpha() == 255
    setup.qtbot.waitUntil(lambda: picture._widget.canvas.scale <= max(usual, 1.0), timeout=20_000)


def test_a_picture_is_saved_as_it_was_when_it_was_asked_for(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = QImage(4, 4, QImage.Format.Format_RGB888)
    seen.fill(0x102030)
    monkeypatch.setattr(setup.window.picture, "image", seen.copy)

    def choose(*_: object) -> tuple[str, str]:
        seen.fill(0x405060)  # the plant goes on while a name is found
        return str(tmp_path / "hall"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    setup.window.registry.run("file.screenshot")
    assert pixels_of(QImage(str(tmp_path / "hall.png")))[0, 0].tolist() == [0x10, 0x20, 0x30]


def test_the_search_field_opens_the_palette(setup: Setup) -> None:
    search = setup.window.tool_bar.search
    for key in (Qt.Key.Key_Alt, Qt.Key.Key_Shift, Qt.Key.Key_Left):  # without a letter, as the first half of Alt+1
        setup.qtbot.keyClick(search, key)
        assert not setup.window.palette_.isVisible()
    setup.qtbot.mouseClick(search, Qt.MouseButton.LeftButton)
    assert setup.window.palette_.isVisible()
    setup.key(Qt.Key.Key_Escape)
    assert not setup.window.palette_.isVisible()


def test_every_command_is_in_the_palette_and_no_key_is_given_twice(setup: Setup) -> None:
    setup.window.session.select(first_asset(setup))
    setup.tick()
    setup.window.registry.refresh()
    offered = {entry.text for entry in setup.window.palette_._entries("")}
    wanted = {a.text for a in setup.window.registry if a.is_enabled and a.id != "edit.palette"}
    assert wanted <= offered
    keys = [k for a in setup.window.registry if a.shortcut for k in a.shortcut.split(" | ")]
    assert sorted(keys) == sorted(set(keys))


def test_a_command_that_cannot_be_run_now_is_found_and_says_why(setup: Setup) -> None:
    while not setup.window.docks.complete:
        setup.window.docks.make_more()
    palette, told = setup.window.palette_, []
    setup.window.session.notice.connect(lambda notice: told.append(notice.remedy))
    palette.open("new work order")
    setup.qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    assert told == ["Select the asset it is for."]
    setup.window.session.select(None)
    setup.qtbot.keyClick(setup.window.picture._widget, Qt.Key.Key_I)  # isolate what is selected
    assert told[1:] == ["Select an asset first."]
    silent = [a.id for a in setup.window.registry if a.group and a.enabled is not None and not a.why]
    assert silent == []


def test_what_the_status_bar_says_does_not_widen_the_window(setup: Setup) -> None:
    status = setup.window.status
    status.say("lost", "")
    before = status.minimumSizeHint().width()
    status.say("lost", "server clock off by 12 s, " * 20)
    assert status.minimumSizeHint().width() <= before + 110
    assert status.text("lost").startswith("server clock off")


def test_a_narrow_status_bar_says_it_shorter_and_the_whole_to_the_pointer(setup: Setup) -> None:
    status = setup.window.status
    setup.window.resize(1366, 768)
    status.say("feed", "opc.tcp://plc:4840/line", short="plc:4840")
    assert (status.text("feed"), status.more("feed")) == ("plc:4840", "opc.tcp://plc:4840/line")
    setup.window.resize(1900, 1000)
    status.say("feed", "opc.tcp://plc:4840/line", short="plc:4840")
    assert (status.text("feed"), status.more("feed")) == ("opc.tcp://plc:4840/line", "")


def test_changes_a_second_count_from_the_moment_that_the_connection_stands(setup: Setup) -> None:
    status, frame = setup.window.status, setup.window.session.frame
    assert frame is not None
    counts = ((Link.CONNECTING, 0), (Link.CONNECTED, 9000), (Link.CONNECTED, 9100), (Link.CONNECTED, 9200))
    for second, (link, samples) in enumerate(counts):
        connection = replace(frame.connection, link=link, samples=samples)
        now_ns = frame.now_ns + second * 1_000_000_000
        status.show_frame(replace(frame, source="live", now_ns=now_ns, connection=connection), 5)
    assert status.rate == 100


def test_every_menu_entry_is_a_command_and_no_menu_is_empty(setup: Setup) -> None:
    known = {id(setup.window.registry.qt(a.id)) for a in setup.window.registry}
    for name in setup.window.menus.names():
        menu = setup.window.menus.menu(name)
        entries = [a for a in menu.actions() if not a.isSeparator()]
        assert entries
        for action in entries:
            assert id(action) in known or action.menu() is not None
    groups = {a.group.partition("/")[0] for a in setup.window.registry if a.group}
    assert set(setup.window.menus.names()) == groups
    simulation = setup.window.menus.menu("Simulation")
    show, *others = [a for a in simulation.actions() if not a.isSeparator()]
    assert show.isEnabled()  # the skid has no flow model; the panel says how to get one
    simulation.popup(QPoint(0, 0))
    for action in others:
        assert not action.isEnabled()
        at = simulation.actionGeometry(action).center()
        QApplication.sendEvent(simulation, QHelpEvent(QEvent.Type.ToolTip, at, simulation.mapToGlobal(at)))
        assert QToolTip.text() == setup.window.registry[action.objectName()].why != ""
    simulation.close()


# -- wall mode, theme, layouts ------------------------------------------------------------------------------------


def test_wall_mode_hides_the_bars_and_escape_brings_them_back(setup: Setup) -> None:
    setup.key(Qt.Key.Key_F11)
    window = setup.window
    assert window.wall.on
    assert not window.tool_bar.isVisible()
    assert all(not dock.isVisible() for dock in window.docks.docks.values())
    setup.tick()
    assert window.picture.annotations.pill.isVisible()
    setup.key(Qt.Key.Key_Escape)
    assert not window.wall.on
    assert window.tool_bar.isVisible()
    assert window.docks.docks["assets"].isVisible()
    assert not window.picture.annotations.pill.isVisible()


@pytest.mark.parametrize("command", ["view.wall", "view.full_screen"])
def test_a_maximised_window_is_as_large_as_before_after_it_filled_the_screen(setup: Setup, command: str) -> None:
    window = setup.window
    window.setWindowState(Qt.WindowState.WindowMaximized)
    window.registry.run(command)
    assert window.isFullScreen()
    window.registry.run(command)
    assert window.windowState() & Qt.WindowState.WindowMaximized
    assert not window.isFullScreen()


def test_both_themes_reach_every_part(setup: Setup) -> None:
    from twinviewer.panels._kit import style

    dark = setup.pixels().mean()
    style.install(QApplication.instance(), "light")
    setup.window.on_theme("light")
    setup.tick()
    setup.qtbot.waitUntil(lambda: setup.pixels().mean() > dark + 40, timeout=20_000)  # when the renderer has time


class Told(QObject):
    """Counts how often a widget is styled anew."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.styles = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        self.styles += event.type() == QEvent.Type.StyleChange
        return super().eventFilter(watched, event)


def test_a_new_theme_reaches_dialogs_and_later_windows_though_the_application_keeps_its_sheet(
    setup: Setup, qtbot: QtBot
) -> None:
    from twinviewer.model.palette import SURFACE
    from twinviewer.panels._kit import style

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before, told = application.styleSheet(), Told(setup.window.tool_bar.pill)
    others = [QMainWindow(), QMainWindow()]
    style.install(application, "light")
    assert not any(other.styleSheet() for other in others)  # one window at a time, the one that shows first
    qtbot.waitUntil(lambda: all(other.styleSheet() for other in others))
    assert application.styleSheet() == before  # a sheet of the application takes five times as long
    assert told.styles == 1
    later, dialog = QMainWindow(), QDialog(setup.window)
    style.dress(later)
    for widget in (later, dialog, setup.window):
        widget.resize(200, 200)
        token = "panel" if widget is dialog else "window"
        seen = widget.grab().toImage().pixelColor(1, widget.height() - 1).name()
        assert seen == SURFACE["light"][token].lower(), widget
    for widget in (later, dialog, *others):
        widget.deleteLater()


def test_a_layout_is_saved_used_deleted_and_reset(setup: Setup) -> None:
    window = setup.window
    window.layouts.save("Night")
    window.docks.docks["assets"].hide()
    window.registry.run("layout.Night")
    assert window.docks.docks["assets"].isVisible()
    window.docks.docks["alarms"].hide()
    window.registry.run("view.layout_reset")
    assert window.docks.docks["alarms"].isVisible()
    window.registry.run("layout.delete.Night")
    assert "layout.Night" not in window.registry
    assert window.host.settings.value.layouts == {}


def test_a_bookmark_keeps_camera_section_and_mode(setup: Setup) -> None:
    window = setup.window
    window.session.set_mode("vibration")
    window.tools.toggle_section()
    box = window.picture.stage.section_box
    before = len(window.bookmarks.all())
    window.bookmarks.add("Here")
    window.tools.toggle_section()
    window.session.set_mode("status")
    window.registry.run(f"bookmark.{before}")
    assert window.session.mode == "vibration"
    assert window.picture.stage.section_box == box
    kept = SettingsStore(setup.folder, {}).value.bookmarks
    assert [v.name for v in kept[str(window.session.scene.path)]] == ["Here"]
    window.registry.run("bookmark.delete.Here")
    assert len(window.bookmarks.all()) == before
    assert SettingsStore(setup.folder, {}).value.bookmarks == {}


def test_ghosting_moves_on_to_another_asset_and_back_to_none(setup: Setup) -> None:
    window, stage = setup.window, setup.window.picture.stage
    assets = [a.asset_id for a in window.session.scene.assets][:2]
    for asset in assets:
        window.session.select(asset)
        window.registry.run("view.ghost")
        rows = range(len(window.session.scene.assets))
        assert stage.state().ghosted == set(rows) - {window.session.scene.asset(asset).index}
        assert window.registry.qt("view.ghost").isChecked()
    window.registry.run("view.ghost")
    assert stage.state().ghosted == set()
    window.registry.run("edit.undo")
    window.registry.refresh()
    assert window.registry.qt("view.ghost").isChecked()


# -- what a screen reader hears -----------------------------------------------------------------------------------


def test_every_control_has_a_name(setup: Setup) -> None:
    nameless = [
        f"{type(w).__name__} {w.objectName()} in {type(w.parent()).__name__}"
        for w in setup.window.findChildren(QWidget)
        if isinstance(w, QAbstractButton | QLineEdit) and w.isVisible() and w.focusPolicy() != Qt.FocusPolicy.NoFocus
        if not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))
    ]
    assert nameless == []


def test_tab_reaches_search_modes_tools_panels_and_picture(setup: Setup) -> None:
    seen: set[QWidget] = set()
    setup.window.tool_bar.search.setFocus()
    for _ in range(120):
        widget = QApplication.focusWidget()
        if widget is None or widget in seen:
            break
        seen.add(widget)
        setup.qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert setup.window.picture._widget in seen
    assert any(setup.window.docks.docks["assets"].isAncestorOf(w) for w in seen)
    assert any(setup.window.docks.docks["alarms"].isAncestorOf(w) for w in seen)
    assert setup.window.tool_bar.modes.button("status") in seen


def test_the_picture_shows_that_the_keyboard_is_in_it_and_not_that_it_was_clicked(setup: Setup) -> None:
    from twinviewer.panels._kit import style

    picture, accent = setup.window.picture._widget, style.colour("accent").name()
    for reason, framed in ((Qt.FocusReason.TabFocusReason, True), (Qt.FocusReason.MouseFocusReason, False)):
        setup.window.tool_bar.search.setFocus()
        picture.setFocus(reason)
        drawn = setup.pixels()[picture.height() // 3 : picture.height() // 2, :2]
        assert bool(near(drawn, accent)) is framed


# -- no scene, closing --------------------------------------------------------------------------------------------


def test_the_first_page_offers_the_demo_and_recent_scenes(qtbot: QtBot, tmp_path: Path) -> None:
    from twinviewer.app import empty_scene
    from twinviewer.gui.welcome import _RecentCard
    from twinviewer.settings import Recent

    host = FakeHost(tmp_path)
    host.settings.remember(Recent(str(tmp_path), "My hall", "opc.tcp://plc:4840"))
    window = MainWindow(host, Session(empty_scene(), NoSource(0)), lambda e: None)
    window.show()
    assert window.pages.currentWidget() is window.welcome
    assert not window.tool_bar.pill.isVisible()
    window.bridge.tick_now()
    (card,) = window.welcome.findChildren(_RecentCard)
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert host.asked[-1] == ("open", tmp_path, "opc.tcp://plc:4840")
    window.registry.run("file.demo")
    assert host.asked[-1] == ("demo",)
    window.close()


def test_closing_lets_go_of_the_source_and_keeps_the_layout(setup: Setup) -> None:
    setup.window.docks.docks["alarms"].hide()
    setup.window.close()
    assert setup.source.closed
    assert setup.host.asked[-1] == ("closed",)
    assert setup.host.settings.value.layout.docks
    assert len(setup.host.settings.value.geometry) == 5


def test_several_windows_share_a_scene_and_keep_their_own_selection(setup: Setup, scene: Scene) -> None:
    other = MainWindow(setup.host, Session(scene, troubled(scene)), lambda e: None)
    other.resize(900, 600)
    other.show()
    setup.qtbot.waitUntil(lambda: other.picture.stage.render_count > 0, timeout=20_000)
    setup.window.session.select(first_asset(setup))
    assert other.session.selection is None
    other.close()
    setup.qtbot.wait(20)
    before = setup.window.picture.stage.render_count
    setup.source.states[first_asset(setup)] = State.FAULT
    setup.tick()
    setup.pixels()
    assert setup.window.picture.stage.render_count > before
    setup.window.palette_.open()  # before anything is typed it offers what is abnormal
    offered = setup.window.palette_.list
    assert [offered.item(i).text() for i in range(2)] == [first_asset(setup), "New window"]


def test_planned_work_is_marked_in_the_picture_and_a_click_on_the_mark_shows_the_plan(setup: Setup) -> None:
    window, token = setup.window, STATE["dark"][State.MAINTENANCE]
    session, picture = window.session, window.picture
    asset = first_asset(setup)
    before = near(setup.pixels(), token, 12)
    session.set_work({asset: "Replace the seal", "GONE-1": "an asset of another scene"})
    assert near(setup.pixels(), token, 12) > before + 60
    assert picture.annotations.work_marks is not None
    assert list(picture.annotations.work_marks.places) == [session.scene.asset(asset).index]
    place = picture.annotations.work_marks.places[session.scene.asset(asset).index].toPoint()
    setup.qtbot.mouseClick(picture._widget, Qt.MouseButton.LeftButton, pos=place)
    assert session.selection == asset
    panel = window.docks.panels["maintenance"].widget
    setup.qtbot.waitUntil(panel.isVisible)
    session.set_work({})
    assert near(setup.pixels(), token, 12) <= before + 20


def test_a_job_that_says_much_does_not_widen_the_window(setup: Setup) -> None:
    window = setup.window
    before = window.minimumSizeHint().width()
    strip = window.status.jobs
    job = window.jobs.start("Plan", lambda progress: None, done=lambda _none: None, thread=True)
    strip._move(0.4, "at most seven per cent above the best, and many more words " * 6)
    setup.qtbot.wait(20)
    assert window.minimumSizeHint().width() <= before + 140
    job.cancel()
