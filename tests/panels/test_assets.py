"""The asset tree: what it shows, how it follows selection and filter, and that an update costs what changed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.model.asset import Asset
from twinviewer.model.palette import ALARM, STATE
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.panels import assets
from twinviewer.panels._asset_model import KW, NAME, SYMBOL, AssetModel, runs
from twinviewer.panels._kit.actions import Action
from twinviewer.panels._tree import Shown, Tree

SCENE = fake.make_scene()


def texts(model: AssetModel, parent: Any = None) -> list[str]:
    """The ids that are shown, depth first."""
    index = parent if parent is not None else model.index_of(-1)
    found: list[str] = []
    for row in range(model.rowCount(index)):
        child = model.index(row, NAME, index)
        found += [model.tree.label[model.node(child)], *texts(model, child)]
    return found


def row_of(panel: Any, asset_id: str) -> Any:
    model = panel.tree.assets
    return model.index_of(model.tree.node_of(panel._session.scene.asset(asset_id).index))


# The tree without Qt --------------------------------------------------------------------------------------------------


def test_the_site_that_all_share_is_left_out_and_chains_are_joined() -> None:
    tree = Tree(SCENE.assets)
    assert tree.label[: tree.n_groups] == ["Machining · Line A", "Forming · Line B", "Utilities"]


def test_parts_stand_under_their_owner_and_a_ring_is_cut() -> None:
    def part(i: int, name: str, owner: str) -> Asset:
        return Asset(i, name, name, "part", ("Hall",), (), part_of=owner)

    tree = Tree([part(0, "A", ""), part(1, "B", "A"), part(2, "C", "D"), part(3, "D", "C")])
    parents = {tree.label[n]: int(tree.parent[n]) for n in range(tree.n_groups, len(tree.parent))}
    assert parents["B"] == tree.node_of(0)
    assert parents["C"] == parents["A"]
    assert parents["D"] == parents["A"]


def test_a_group_shows_the_worst_and_the_sum() -> None:
    states = fake.with_alarms(SCENE, fake.make_states(SCENE), fake.make_alarms())
    tree = Tree(SCENE.assets)
    shown = Shown(tree, states)
    line_b = tree.label.index("Forming · Line B")
    assert State(shown.state[line_b]) is State.FAULT
    assert shown.priority[line_b] == 1
    power = [states.power_kw[a.index] for a in SCENE.assets if a.path[-1] == "Line B"]
    assert shown.tenths_kw[line_b] == round(sum(power)) * 10


@given(st.lists(st.sampled_from(list(State)), min_size=24, max_size=24), st.data())
def test_no_data_is_never_hidden_by_a_good_neighbour(states: list[State], data: st.DataObject) -> None:
    quality = np.array(data.draw(st.lists(st.integers(0, 4), min_size=24, max_size=24)), np.uint8)
    values = replace(fake.make_states(SCENE), state=np.array(states, np.uint8), quality=quality)
    tree = Tree(SCENE.assets)
    shown = Shown(tree, values)
    for group in range(tree.n_groups):
        own = [a.index for a in SCENE.assets if tree.parent[tree.node_of(a.index)] == group]
        drawn = {State(shown.state[tree.node_of(i)]) for i in own}
        assert drawn == {State.UNKNOWN if quality[i] >= Quality.STALE else states[i] for i in own}
        assert State(shown.state[group]) in drawn
        if any(quality[i] >= Quality.STALE for i in own):
            assert State(shown.state[group]) not in (State.RUNNING, State.IDLE, State.OFFLINE, State.SETUP)
        if State.FAULT in drawn:
            assert State(shown.state[group]) is State.FAULT


@given(st.lists(st.integers(0, 60), unique=True))
def test_runs_cover_exactly_the_rows(rows: list[int]) -> None:
    found = runs(rows)
    assert sorted(rows) == [i for first, last in found for i in range(first, last + 1)]
    assert all(b[0] > a[1] + 1 for a, b in pairwise(found))


# The model ------------------------------------------------------------------------------------------------------------


def test_the_model_keeps_qts_contract_through_filters(qapp: QApplication) -> None:
    model = AssetModel(SCENE.assets)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_states(fake.make_states(SCENE))
    noise = np.random.default_rng(3)
    for share in (0.5, 0.1, 0.9, 0.0, 1.0, 0.3):
        mask = noise.random(len(SCENE.assets)) < share
        model.show_only(mask)
        wanted = {a.asset_id for a in SCENE.assets if mask[a.index]}
        shown = texts(model)
        assert {t for t in shown if t in {a.asset_id for a in SCENE.assets}} == wanted
        order = [t for t in texts(AssetModel(SCENE.assets)) if t in shown]
        assert shown == order
    model.show_only(None)
    assert texts(model) == texts(AssetModel(SCENE.assets))
    del tester


def _told(spy: QSignalSpy) -> int:
    return sum(spy.at(i)[1].row() - spy.at(i)[0].row() + 1 for i in range(spy.count()))


def test_ten_thousand_assets_tell_only_of_what_changed(qapp: QApplication) -> None:
    scene = fake.make_scene(copies=10_000)
    model = AssetModel(scene.assets)
    states = fake.make_states(scene)
    model.show_states(states)
    spy, reset = QSignalSpy(model.dataChanged), QSignalSpy(model.modelReset)
    little = states.power_kw.copy()
    little[::400] += 0.01  # less than what is written
    model.show_states(replace(states, power_kw=little))
    assert spy.count() == 0
    noise = np.random.default_rng(1)
    for changed in (1, 50, 2000):
        rows = noise.choice(10_000, changed, replace=False)
        power = states.power_kw.copy()
        power[rows] += 1.0
        states = replace(states, power_kw=power)
        before = spy.count()
        model.show_states(states)
        places = len({int(p) for r in rows for p in _above(model, int(r))})
        assert changed <= _told(spy) <= changed + places
        assert spy.count() - before <= changed + places
        spy = QSignalSpy(model.dataChanged)
    assert reset.count() == 0


def _above(model: AssetModel, asset: int) -> list[int]:
    node, found = model.tree.node_of(asset), []
    while (node := int(model.tree.parent[node])) >= 0:
        found.append(node)
    return found


# The panel ------------------------------------------------------------------------------------------------------------


def test_a_click_selects_and_the_selection_is_shown(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(assets.Panel, size=(300, 760))
    tree = b.panel.tree
    place = tree.visualRect(row_of(b.panel, "CNC-102")).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert b.session.selection == "CNC-102"
    b.session.select("CHL-331")
    assert tree.currentIndex() == row_of(b.panel, "CHL-331")
    assert tree.viewport().rect().contains(tree.visualRect(tree.currentIndex()))
    b.session.select(None)
    assert not tree.selectionModel().hasSelection()


def test_a_double_click_and_enter_fly_to_the_asset(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(assets.Panel, size=(300, 760))
    flown: list[str] = []
    b.session.fly_requested.connect(flown.append)
    tree = b.panel.tree
    place = tree.visualRect(row_of(b.panel, "ROB-206")).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert flown == ["ROB-206"]
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert flown == ["ROB-206", "ROB-206"]


def test_the_menu_flies_to_the_asset(bench: Callable[..., Any]) -> None:
    b = bench(assets.Panel)
    flown: list[str] = []
    b.session.fly_requested.connect(flown.append)
    index = row_of(b.panel, "PMP-312")
    menu = b.panel.tree.menu(b.panel.tree.assets.asset_of(index), index)
    menu.actions()[0].trigger()
    assert flown == ["PMP-312"]
    assert b.session.selection == "PMP-312"
    menu.deleteLater()


def test_typing_filters_and_escape_shows_all_again(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(assets.Panel)
    b.panel.focus_filter()
    qtbot.keyClicks(b.panel.field, "state:fault kw>2")
    qtbot.waitUntil(lambda: texts(b.panel.tree.assets) == ["Forming · Line B", "ROB-206"], timeout=2000)
    assert b.panel.hint.text() == "1 of 24 assets"
    assert b.panel.tree.isExpanded(b.panel.tree.assets.index(0, 0))
    taken: list[str] = []
    b.actions.add(Action("deselect", "Deselect", "Edit", lambda: taken.append("Esc"), "Esc"))  # the window's own
    qtbot.keyClick(b.panel.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(texts(b.panel.tree.assets)) == 27, timeout=2000)
    assert not b.panel.hint.isVisible()
    assert taken == []
    qtbot.keyClick(b.panel.field, Qt.Key.Key_Escape)  # nothing to clear: the window may have it
    assert taken == ["Esc"]


def test_without_the_filter_every_place_stands_open_or_closed_as_before(bench: Callable[..., Any]) -> None:
    b = bench(assets.Panel)
    model, tree = b.panel.tree.assets, b.panel.tree
    tree.collapse(model.index(1, NAME))
    for text in ("nothing is called so", "cnc", ""):
        b.panel.field.setText(text)
        b.panel.apply_filter()
    assert tree.isExpanded(model.index(0, NAME))
    assert not tree.isExpanded(model.index(1, NAME))
    b.panel.field.setText("state:")
    b.panel.apply_filter()
    assert b.panel.hint.text().startswith("A word must stand behind state: (character 1). One of: unknown,")


def test_enter_in_the_filter_selects_the_first_asset_found(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(assets.Panel)
    qtbot.keyClicks(b.panel.field, "type:compressor")
    qtbot.keyClick(b.panel.field, Qt.Key.Key_Return)
    assert b.session.selection == "CMP-321"


def test_a_wrong_query_is_explained_and_the_tree_stays(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(assets.Panel)
    before = texts(b.panel.tree.assets)
    qtbot.keyClicks(b.panel.field, "state:brokn")
    b.panel.apply_filter()
    assert "One of: unknown, offline, running" in b.panel.hint.text()
    assert b.panel.hint.isVisible()
    assert texts(b.panel.tree.assets) == before


def test_a_live_filter_follows_the_plant_without_losing_the_selection(bench: Callable[..., Any]) -> None:
    b = bench(assets.Panel)
    b.session.select("ROB-206")
    b.panel.field.setText("state:fault")
    b.panel.apply_filter()
    assert texts(b.panel.tree.assets) == ["Forming · Line B", "ROB-206"]
    state = b.frame.assets.state.copy()
    state[b.session.scene.asset("CNC-102").index] = State.FAULT
    b.show(state=state)
    assert texts(b.panel.tree.assets) == ["Machining · Line A", "CNC-102", "Forming · Line B", "ROB-206"]
    assert b.panel.tree.isExpanded(b.panel.tree.assets.index(0, 0))
    assert b.panel.tree.currentIndex() == row_of(b.panel, "ROB-206")
    assert b.session.selection == "ROB-206"
    state[b.session.scene.asset("ROB-206").index] = State.RUNNING
    b.show(state=state)
    assert texts(b.panel.tree.assets) == ["Machining · Line A", "CNC-102"]
    assert b.session.selection == "ROB-206"


def test_another_scene_is_shown_from_its_first_row(bench: Callable[..., Any]) -> None:
    b = bench(assets.Panel)
    other = fake.make_scene(copies=30)
    b.session.set_scene(other, fake.FakeSource())
    b.show()
    assert len([t for t in texts(b.panel.tree.assets) if t.startswith("PMP")]) == 30


@pytest.mark.parametrize(("asset_id", "state"), [("ROB-206", State.FAULT), ("CV-205", State.BLOCKED)])
def test_states_and_alarms_are_on_screen_in_both_themes(
    bench: Callable[..., Any], both_themes: str, asset_id: str, state: State, qtbot: QtBot
) -> None:
    from twinviewer.panels._kit import style

    b = bench(assets.Panel, size=(300, 760))
    style.install(QApplication.instance(), both_themes)  # type: ignore[arg-type]
    b.panel.on_theme(both_themes)
    tree = b.panel.tree
    index = row_of(b.panel, asset_id).siblingAtColumn(SYMBOL)
    picture = tree.viewport().grab(tree.visualRect(index)).toImage()
    seen = {picture.pixelColor(x, y).name().upper() for x in range(picture.width()) for y in range(picture.height())}
    assert STATE[both_themes][state].upper() in seen
    priority = int(b.frame.assets.priority[b.session.scene.asset(asset_id).index])
    assert ALARM[both_themes][priority].upper() in seen


def test_old_power_is_marked_and_lost_power_is_a_question(bench: Callable[..., Any]) -> None:
    b = bench(assets.Panel)
    model = b.panel.tree.assets
    quality = b.frame.assets.power_quality.copy()
    a, c = b.session.scene.asset("CNC-102"), b.session.scene.asset("CMP-321")
    quality[a.index], quality[c.index] = Quality.STALE, Quality.BAD
    b.show(power_quality=quality)
    assert model.index_of(model.tree.node_of(a.index), KW).data() == "22.2 ?"
    assert model.index_of(model.tree.node_of(c.index), KW).data() == "?"
    assert model.index(0, KW).data().startswith("≥")


def test_every_row_says_its_state_to_a_screen_reader(bench: Callable[..., Any]) -> None:
    b = bench(assets.Panel)
    said = row_of(b.panel, "ROB-206").data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "ROB-206, 6-axis robot, fault, alarm priority 1, not acknowledged, 2.1 kW"
    assert b.panel.field.accessibleName() == "Filter assets"


def test_down_goes_from_the_filter_into_the_tree(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(assets.Panel)
    b.panel.focus_filter()
    qtbot.waitUntil(b.panel.field.hasFocus, timeout=2000)
    qtbot.keyClick(b.panel.field, Qt.Key.Key_Down)
    assert b.panel.tree.hasFocus()


class Paints(QObject):
    """Keeps the regions that a widget repaints."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.rects: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if isinstance(event, QPaintEvent):
            self.rects.append(event.region().boundingRect())
        return False


def test_only_rows_that_changed_are_painted_again(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(assets.Panel, size=(300, 760))
    qtbot.wait(50)
    paints = Paints(b.panel.tree.viewport())
    b.show()
    qtbot.wait(50)
    assert paints.rects == []
    power = b.frame.assets.power_kw.copy()
    power[b.session.scene.asset("CNC-102").index] += 0.2  # too little for the sum of its line
    b.show(power_kw=power)
    qtbot.waitUntil(lambda: bool(paints.rects), timeout=2000)
    assert paints.rects == [b.panel.tree.visualRect(row_of(b.panel, "CNC-102")).united(paints.rects[0])]
    assert paints.rects[0].height() == 24


def test_a_plant_without_assets_is_an_empty_tree(bench: Callable[..., Any]) -> None:
    b = bench(assets.Panel, session=fake.make_session(fake.empty_scene(), past_s=0))
    assert texts(b.panel.tree.assets) == []
    b.panel.field.setText("state:fault")
    b.panel.apply_filter()
    assert b.panel.hint.text() == "Nothing matches."
