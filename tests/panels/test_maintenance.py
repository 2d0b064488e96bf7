"""The maintenance panel: a real planner, a real file of work orders, real clicks."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.maintenance.condition.detectors import FIGURES, OWN_BASELINE
from twinviewer.maintenance.orders.model import Order, OrderState
from twinviewer.maintenance.orders.store import OrderStore
from twinviewer.maintenance.plan_results import Cost, Indicators, Load, Plan, PlannedJob, PlannedStop
from twinviewer.maintenance.results import (
    BackTest,
    Card,
    Cause,
    Choice,
    Detection,
    EnergyDrift,
    Moved,
    Readiness,
    Risk,
    Similar,
)
from twinviewer.maintenance.settings import FILE
from twinviewer.model.palette import STATE
from twinviewer.model.state import State, Zone
from twinviewer.panels import _maint_book as book
from twinviewer.panels import maintenance
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._kit.widgets import Canvas
from twinviewer.panels._maint_card import CardPage
from twinviewer.panels._maint_costs import POLICIES, lines, verdict
from twinviewer.panels._maint_crew import daily
from twinviewer.panels._maint_dialogs import DoneDialog, NewOrderDialog, ReasonDialog, ScheduleDialog, WholePlanDialog
from twinviewer.panels._maint_edit import HOUR_NS, moved_here
from twinviewer.panels._maint_gantt_paint import marks
from twinviewer.panels._maint_indicators import tiles
from twinviewer.panels._maint_job_card import html as card_html
from twinviewer.panels._maint_marks import ROW, LawMark, PartMark
from twinviewer.panels._maint_quality_paint import apart_said
from twinviewer.panels._maint_scales import readiness_lines
from twinviewer.panels._text import local
from twinviewer.panels._whatif_play import PLAY, Handed
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session import Session
from twinviewer.session.events import Event

HALL = Path("scenes/assembly-hall")
START = fake.NOW // HOUR_NS * HOUR_NS
WAIT_MS = 60_000
NAN = float("nan")


@pytest.fixture(scope="module")
def hall() -> Scene:
    """The sample hall without its geometry."""
    return load_scene(HALL, geometry=False)


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the panel on a scene, with work orders in a folder of the test."""
    style.install(qapp, "dark")
    made: list[Actions] = []

    def make(scene: Scene, size: tuple[int, int] = (440, 900)) -> Any:
        session, window = Session(scene), QMainWindow()
        qtbot.addWidget(window)
        actions = Actions(window)
        made.append(actions)
        panel = maintenance.Panel(session, actions)
        panel.desk.folder, panel.planning.seconds = tmp_path, 0.5
        panel.desk.clock = lambda: START
        window.setCentralWidget(panel)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        panel.open_scene()
        qtbot.waitUntil(lambda: not actions.jobs.running, timeout=WAIT_MS)
        return SimpleNamespace(panel=panel, session=session, actions=actions, window=window)

    yield make
    for actions in made:
        actions.jobs.cancel_all()


def settled(qtbot: QtBot, b: Any) -> None:
    """Wait until nothing runs beside the window."""
    qtbot.waitUntil(lambda: not b.actions.jobs.running, timeout=WAIT_MS)


def job(name: str, asset: str, hour: int, hours: int = 2, people: int = 1, **changes: Any) -> PlannedJob:
    begin = START + hour * HOUR_NS
    made = PlannedJob(
        name, asset, f"Work on {asset}", "preventive", begin, begin + hours * HOUR_NS, "Mechanics", people, "due",
        "", START, 0, False, False,
    )  # fmt: skip
    return replace(made, **changes)


def plan_of(*jobs: PlannedJob, hours: int = 672) -> Plan:
    busy = np.zeros(hours, np.int64)
    for j in jobs:
        first = (j.start_ns - START) // HOUR_NS
        busy[first : first + (j.end_ns - j.start_ns) // HOUR_NS] += j.people
    cost = Cost(1, 2, 3, 4, 5, 6, 7, 0.5)
    crews = (Load("Mechanics", busy, np.full(hours, 2)),)
    return Plan(START, hours, jobs, cost, 15.0, 0.25, {"run_to_failure": cost, "plan": cost}, crews, (), ())


def show(b: Any, plan: Plan) -> None:
    b.panel.planning.plan = plan
    b.panel.planning.show()
    b.panel.show_page("plan")


def buttons_shown(panel: Any) -> set[str]:
    return {name for name, item in panel.buttons.items() if item.isVisible()}


def test_settings_file_has_the_name_that_the_planner_reads() -> None:
    assert book.SETTINGS == FILE


def test_a_scene_without_settings_says_what_is_missing_and_offers_no_plan(opened: Callable[..., Any]) -> None:
    b = opened(fake.make_scene())
    b.panel.show_page("plan")
    assert "maintenance.toml" in b.panel.plan_page.hint.text()
    assert b.panel.plan_page.hint.isVisible()
    assert buttons_shown(b.panel) == set()
    assert not [w for w in b.panel.plan_page.findChildren(QAbstractButton) if w.isVisible()]
    b.session.select("CMP-321")
    assert buttons_shown(b.panel) == {"maintenance.new"}


def test_planning_shows_a_bar_per_job_a_proven_gap_and_three_policies(
    opened: Callable[..., Any], qtbot: QtBot, hall: Scene
) -> None:
    b = opened(hall)
    b.actions.run("maintenance.plan")
    assert b.panel.plan_page.running.isVisible()
    settled(qtbot, b)
    page = b.panel.plan_page
    planned = [j for j in b.panel.plan.jobs if j.start_ns]
    assert len(planned) > 10
    assert set(page.gantt.bars) == {j.work_order for j in planned}
    assert set(page.gantt.rows) == {j.asset_id for j in planned}
    assert 0 < b.panel.plan.bound_eur <= b.panel.plan.cost.total_eur
    assert "Proven" in page.gap.text()
    assert {"run_to_failure", "fixed_interval", "plan"} <= set(b.panel.plan.compare)
    assert not page.running.isVisible()


def test_stopping_keeps_the_best_plan_so_far(opened: Callable[..., Any], qtbot: QtBot, hall: Scene) -> None:
    b = opened(hall)
    b.panel.planning.seconds = 600.0
    b.actions.run("maintenance.plan")
    qtbot.waitUntil(lambda: b.panel.plan is not None, timeout=WAIT_MS)
    qtbot.mouseClick(b.panel.plan_page.stop, Qt.MouseButton.LeftButton)
    assert not b.actions.jobs.running
    assert b.panel.plan.jobs
    assert b.actions["maintenance.plan"].is_enabled


def test_job_and_asset_select_each_other(opened: Callable[..., Any], hall: Scene, qtbot: QtBot) -> None:
    b = opened(hall)
    show(b, plan_of(job("a", "CMP-321", 3), job("b", "PMP-311", 30), job("c", "CMP-321", 60)))
    gantt = b.panel.plan_page.gantt
    b.session.select("PMP-311")
    assert gantt.selected == "b"
    at = gantt.mapFromScene(gantt.bars["c"].mapToScene(3, 13))
    qtbot.mouseClick(gantt.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert (b.session.selection, gantt.selected) == ("CMP-321", "c")
    qtbot.keyClick(gantt, Qt.Key.Key_Left)
    assert (b.session.selection, gantt.selected) == ("PMP-311", "b")


def test_dragging_snaps_to_the_hour_shows_conflicts_and_can_be_undone(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(hall)
    before = plan_of(job("a", "CMP-321", 3, 4, people=2), job("b", "PMP-311", 40, 4, people=2))
    show(b, before)
    monkeypatch.setattr(b.panel.desk, "run", lambda *a, **k: None)
    b.panel.plan_page.set_zoom("week")
    gantt = b.panel.plan_page.gantt
    begin = gantt.mapFromScene(gantt.bars["b"].mapToScene(3, 13))
    to = begin - QPoint(round(36.2 * gantt.per_hour), 0)
    qtbot.mousePress(gantt.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseMove(gantt.viewport(), to)
    qtbot.waitUntil(lambda: "more people" in b.panel.plan_page.conflicts.text())
    assert gantt.bars["a"].look.wrong
    assert b.panel.plan is before
    qtbot.mouseRelease(gantt.viewport(), Qt.MouseButton.LeftButton, pos=to)
    moved = next(j for j in b.panel.plan.jobs if j.work_order == "b")
    assert (moved.start_ns - START) % HOUR_NS == 0
    assert (moved.start_ns - START) // HOUR_NS in (3, 4, 5)
    b.actions.run("maintenance.undo")
    assert b.panel.plan is before
    assert not b.panel.plan_page.conflicts.isVisible()
    b.actions.run("maintenance.redo")
    assert b.panel.plan.conflicts


def test_what_a_drag_tells_is_what_the_planner_says(opened: Callable[..., Any], qtbot: QtBot, hall: Scene) -> None:
    b = opened(hall)
    b.actions.run("maintenance.plan")
    settled(qtbot, b)
    before = b.panel.plan
    chosen = max((j for j in before.jobs if j.start_ns), key=lambda j: j.people)
    start_ns = chosen.start_ns + 9 * HOUR_NS
    told = moved_here(before, chosen.work_order, start_ns)
    other = next(j for j in before.jobs if j.start_ns and j is not chosen)
    told = moved_here(told, other.work_order, other.start_ns + HOUR_NS)
    b.panel.planning.move(chosen.work_order, start_ns)
    b.panel.planning.move(other.work_order, other.start_ns + HOUR_NS)  # before the first one's cost is known
    settled(qtbot, b)
    known = b.panel.plan
    assert "edit" in known.compare
    at = {j.work_order: j.start_ns for j in told.jobs}
    assert at == {j.work_order: j.start_ns for j in known.jobs}
    assert {(c.kind, frozenset(c.jobs)) for c in told.conflicts} == {
        (c.kind, frozenset(c.jobs)) for c in known.conflicts
    }
    for mine, theirs in zip(told.crews, known.crews, strict=True):
        assert np.array_equal(mine.busy, theirs.busy)


def test_a_work_order_from_proposal_to_feedback(
    opened: Callable[..., Any], qtbot: QtBot, hall: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(hall)
    page = b.panel.order_page

    def answer(kind: type, fill: Callable[[Any], object]) -> None:
        monkeypatch.setattr(kind, "exec", lambda dialog: (fill(dialog), dialog.accept_button.isEnabled())[1])

    answer(NewOrderDialog, lambda d: d.title_field.setText("Replace coupling"))
    answer(ScheduleDialog, lambda d: d.crew.setText("Mechanics"))
    answer(DoneDialog, lambda d: (d.found.setText("worn"), d.work.setText("replaced")))
    b.session.select("CMP-321")
    b.actions.run("maintenance.new")
    settled(qtbot, b)
    answer(ReasonDialog, lambda d: (d.reason.setText("seen"), d.by.setText("Kim")))
    answer(ScheduleDialog, lambda d: (d.crew.setText("Mechanics"), d.by.setText("Kim")))
    for state in (OrderState.APPROVED, OrderState.SCHEDULED, OrderState.IN_PROGRESS, OrderState.DONE):
        assert page.detail.steps[state].isVisible(), state
        qtbot.mouseClick(page.detail.steps[state], Qt.MouseButton.LeftButton)
        settled(qtbot, b)
        page.which.choose("all")
        page._refill("WO-00001")
    with OrderStore(b.panel.desk.file) as store:
        order = store.order("WO-00001")
        assert (order.asset_id, order.state, order.crew) == ("CMP-321", OrderState.DONE, "Mechanics")
        assert order.feedback is not None
        assert (order.feedback.found, order.feedback.done) == ("worn", "replaced")
        assert [c.by for c in store.changes("WO-00001") if c.what == "state"][1:4] == ["Kim"] * 3
    assert not any(step.isVisible() for step in page.detail.steps.values())


def test_without_a_reason_nothing_can_be_accepted(qtbot: QtBot) -> None:
    dialog = ReasonDialog("Cancel", "WO-1", "Cancel it", "Kim")
    qtbot.addWidget(dialog)
    assert not dialog.accept_button.isEnabled()
    dialog.reason.setText("no longer needed")
    assert dialog.accept_button.isEnabled()


def card_of(asset_id: str, **changes: Any) -> Card:
    cause = Cause("VIB", "Rolling bearing wear", "bearing", 0.8, ("envelope",), ("load",), "Replace", "It seizes", "m",
                  2, 6, "set, bearing")  # fmt: skip
    moved = Moved(f"{asset_id}.Vibration", "Vibration", "mm/s", 3.8, 1.6, 91.0, START - 50 * HOUR_NS, "at 70 % load")
    energy = EnergyDrift(3.2, 2.9, 3.5, 0.04, 19_600.0, 3_700.0, 7_400.0, True)
    spoke = Detection(moved.tag, "Vibration", OWN_BASELINE, moved.since_ns, START - 2 * HOUR_NS, FIGURES[OWN_BASELINE])
    changes = {"detections": (spoke,), **changes}
    changes = {"energy": energy, "change_mm_s": 1.9, "changed_ns": START - 20 * HOUR_NS, **changes}
    time_ns = START - np.arange(20)[::-1] * HOUR_NS
    ahead = START + np.arange(10) * 12 * HOUR_NS
    fit = np.linspace(0.6, 0, 10)
    tests = tuple(BackTest(START - k * 10 * HOUR_NS, 3.0, 2.0, 4.0, 3.5 if k > 4 else NAN) for k in range(6, 0, -1))
    card = Card(
        asset_id, START, "degradation", "Vibration climbs", Zone.C, 0.6, START - 15 * HOUR_NS, 6.0, 4.0, 9.0, False,
        8.0, (Risk(7, 0.4, 0.2, 0.6), Risk(30, 0.9, 0.8, 0.99)), 1200.0, Readiness(True, (), 30, 0, 0, 0, 60), (moved,),
        (cause,), (Choice("now", "now", START, 0.0, 900.0), Choice("not_at_all", "not at all", START, 0.9, 9000.0)),
        (Similar("CMP-322", START - 9000 * HOUR_NS, 0.8, 5.0),), tests, (), time_ns, np.linspace(1, 0.6, 20), ahead,
        fit, fit * 0.9, fit * 1.1,
    )  # fmt: skip
    return replace(card, **changes)


def test_evidence_says_what_is_missing_or_shows_the_card(opened: Callable[..., Any], hall: Scene, qtbot: QtBot) -> None:
    b = opened(hall)
    page = b.panel.card_page
    b.session.select("CMP-321")
    assert "recording" in page.hint.text()
    assert page.hint.isVisible()
    assert not page.ask.isVisible()
    b.panel.evidence._take((card_of("PMP-311", tier="age", rul_days=NAN), card_of("CMP-321")))
    settled(qtbot, b)
    qtbot.wait(20)
    assert [c.asset_id for c in page.risks.model.rows] == ["CMP-321", "PMP-311"]
    assert page.title.text().startswith("CMP-321")
    assert page.accept.isVisible()
    texts = "\n".join(w.text() for w in page.findChildren(QLabel) if w.isVisible())
    for words in (
        "6.0 d",
        "4.0–9.0 d",
        "91 × its usual scatter",
        "Vibration, own baseline: since",
        "with 30 % of the life left; 0.66 false alarms per 1,000 records",
        "Rolling",
        "for: envelope",
        "Replace",
        "set, bearing",
        "changed by +1.90 mm/s",
        "+3.2 kW (+2.9 to +3.5) more than at the same load before: 3,700 EUR",
    ):
        assert words in texts, words
    b.session.select("CV-101")
    assert page.card is None
    assert not page.answers.isVisible()


def test_exports(opened: Callable[..., Any], qtbot: QtBot, hall: Scene, tmp_path: Path) -> None:
    b = opened(hall)
    show(b, plan_of(job("a", "CMP-321", 3)))
    b.panel._order_wanted("a")
    settled(qtbot, b)
    b.panel.ordering.files.write_plan(tmp_path / "plan.ics")
    b.panel.ordering.files.write_plan(tmp_path / "plan.csv")
    b.panel.ordering.files.write_csv(tmp_path / "orders.csv")
    settled(qtbot, b)
    assert (tmp_path / "plan.csv").read_text().splitlines()[1].startswith("a,CMP-321,Work on CMP-321,preventive,2")
    assert "SUMMARY:CMP-321: Work on CMP-321" in (tmp_path / "plan.ics").read_text()
    assert "WO-00001" in (tmp_path / "orders.csv").read_text()


@pytest.mark.parametrize("size", [(435, 900), (360, 480)])
def test_everything_pressed_has_a_name_in_both_themes(
    opened: Callable[..., Any], hall: Scene, both_themes: str, size: tuple[int, int]
) -> None:
    b = opened(hall, size)
    b.session.select("CMP-321")
    show(b, plan_of(job("a", "CMP-321", 3), job("b", "PMP-311", 30)))
    for name in b.panel.pages:
        b.panel.show_page(name)
        shown = [w for w in b.panel.findChildren(QAbstractButton) if w.isVisible()]
        assert [w for w in shown if not (w.accessibleName() or w.text()) and not w.objectName().startswith("qt_")] == []
        b.panel.grab()
    b.panel.show_page("plan")
    for zoom in ("day", "week", "month"):
        b.panel.plan_page.set_zoom(zoom)
        b.panel.grab()


def test_now_line_follows_the_clock(opened: Callable[..., Any], hall: Scene) -> None:
    b = opened(hall)
    show(b, plan_of(job("a", "CMP-321", 3)))
    gantt = b.panel.plan_page.gantt
    gantt.set_now(START + 5 * HOUR_NS)
    assert gantt.now_line.x() == pytest.approx(5 * gantt.per_hour)


def test_enter_accepts_what_is_complete_and_never_throws_away(qtbot: QtBot) -> None:
    for reason, result in (("", None), ("seen", True)):
        dialog = ReasonDialog("Accept", "CMP-321", "Accept", "Kim")
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        dialog.reason.setText(reason)
        qtbot.keyClick(dialog.reason, Qt.Key.Key_Return)
        assert dialog.isVisible() is (result is None)
        assert bool(dialog.result()) is bool(result)


def test_a_better_plan_moves_the_bars_that_are_there(opened: Callable[..., Any], hall: Scene) -> None:
    b = opened(hall)
    before = plan_of(job("a", "CMP-321", 3), job("b", "PMP-311", 30), job("c", "CNC-102", 50))
    show(b, before)
    gantt = b.panel.plan_page.gantt
    bars = dict(gantt.bars)
    gantt.horizontalScrollBar().setValue(40)
    show(b, plan_of(job("b", "PMP-311", 9), job("c", "CNC-102", 50, 5), job("d", "CV-101", 2)))
    assert {n: gantt.bars[n] is bars.get(n) for n in gantt.bars} == {"b": True, "c": True, "d": False}
    assert gantt.bars["b"].x() == pytest.approx(9 * gantt.per_hour)
    assert gantt.bars["c"].right - gantt.bars["c"].x() == pytest.approx(5 * gantt.per_hour)
    assert gantt.rows == ["CV-101", "PMP-311", "CNC-102"]
    assert gantt.horizontalScrollBar().value() == 40
    assert len([i for i in gantt.scene().items() if type(i) is type(bars["a"])]) == 3


def test_a_plan_found_during_a_drag_waits_and_yields_to_the_move(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(hall)
    before = plan_of(job("a", "CMP-321", 30), job("b", "PMP-311", 60))
    show(b, before)
    monkeypatch.setattr(b.panel.desk, "run", lambda *a, **k: None)
    gantt, planning = b.panel.plan_page.gantt, b.panel.planning
    better = plan_of(job("a", "CMP-321", 5), job("b", "PMP-311", 6))
    begin = gantt.mapFromScene(gantt.bars["a"].mapToScene(3, 13))
    for hours, kept in ((0, better), (6, None)):
        show(b, before)
        qtbot.mousePress(gantt.viewport(), Qt.MouseButton.LeftButton, pos=begin)
        planning._planned(better)
        assert planning.plan is before
        to = begin + QPoint(round(hours * gantt.per_hour), 0)
        if hours:
            qtbot.mouseMove(gantt.viewport(), to)
        qtbot.mouseRelease(gantt.viewport(), Qt.MouseButton.LeftButton, pos=to)
        if kept is not None:
            assert planning.plan is kept
        else:
            assert [(j.start_ns - START) // HOUR_NS for j in planning.plan.jobs] == [36, 60]


def test_keys_of_undo_mean_the_plan_while_the_chart_has_the_focus(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(hall)
    before = plan_of(job("a", "CMP-321", 30))
    show(b, before)
    monkeypatch.setattr(b.panel.desk, "run", lambda *a, **k: None)
    gantt = b.panel.plan_page.gantt
    gantt.setFocus()
    b.panel._job_chosen("a")
    qtbot.keyClick(gantt, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert b.panel.plan.jobs[0].start_ns == START + 31 * HOUR_NS
    qtbot.keyClick(gantt, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert b.panel.plan is before


def test_a_click_on_a_job_flies_to_its_asset_and_its_work_is_told_to_the_picture(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot
) -> None:
    b = opened(hall)
    flights: list[str] = []
    stop = b.session.fly_requested.connect(flights.append)
    show(b, plan_of(job("a", "CMP-321", 3), job("b", "PMP-311", 30), job("c", "CNC-102", 300)))
    assert set(b.session.work) == {"CMP-321", "PMP-311"}  # the coming week
    gantt = b.panel.plan_page.gantt
    at = gantt.mapFromScene(gantt.bars["b"].mapToScene(3, 13))
    qtbot.mouseClick(gantt.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert flights == ["PMP-311"]
    b.panel.show_page("orders")
    b.session.select("CMP-321")
    b.actions.run("maintenance.job")
    assert b.panel.page.current == "plan"
    assert gantt.selected == "a"
    stop()


def test_parts_on_their_way_and_hours_of_low_demand_are_on_the_chart(opened: Callable[..., Any], hall: Scene) -> None:
    b = opened(hall)
    arrives = START + 20 * HOUR_NS
    made = plan_of(job("a", "CMP-321", 30, part="Bearing set", parts_ns=arrives, group="Air"), job("b", "PMP-311", 3))
    low = PlannedStop("Air", START, START + 12 * HOUR_NS, "low demand")
    show(b, made)
    gantt = b.panel.plan_page.gantt
    calm = pixels(gantt.viewport())
    part = gantt.marks[PartMark, "a"]
    assert "Bearing set arrives" in part.toolTip()
    assert part.x() == pytest.approx(20 * gantt.per_hour)
    show(b, replace(made, low_demand=(low,)))
    changed = (pixels(gantt.viewport()) != calm).any(axis=2)
    row = gantt.rows.index("CMP-321")
    y, x = np.nonzero(changed)
    assert row * ROW <= y.min() <= y.max() < (row + 1) * ROW
    assert x.max() == pytest.approx(12 * gantt.per_hour, abs=2)


def test_a_deadline_by_law_is_a_flag_that_says_when_it_is_missed(opened: Callable[..., Any], hall: Scene) -> None:
    b = opened(hall)
    due = START + 40 * HOUR_NS
    made = plan_of(job("a", "CRN-401", 30, kind="legal", due_ns=due), job("b", "PMP-311", 3, due_ns=due))
    show(b, made)
    gantt = b.panel.plan_page.gantt
    assert set(gantt.marks) == {(LawMark, "a")}
    flag = gantt.marks[LawMark, "a"]
    assert flag.x() == pytest.approx(40 * gantt.per_hour)
    assert "due by law" in flag.toolTip()
    assert "missed" not in flag.toolTip()
    in_time = pixels(gantt.viewport())
    gantt.moving.emit("a", START + 39 * HOUR_NS)
    assert "the deadline by law is missed" in b.panel.plan_page.conflicts.text()
    show(b, moved_here(made, "a", START + 39 * HOUR_NS))
    assert "missed" in flag.toolTip()
    x, y = int(40 * gantt.per_hour) + 3, int(gantt.rows.index("CRN-401") * ROW + 6)
    assert tuple(pixels(gantt.viewport())[y, x]) != tuple(in_time[y, x])


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def test_every_term_of_every_policy_is_in_the_comparison() -> None:
    cost = Cost(100, 20, 30, 40, 5, 6, 7, 0.5, person_h=134)
    made = replace(plan_of(job("a", "CMP-321", 3)), compare=dict.fromkeys(POLICIES, cost))
    rows = dict(lines(made))
    assert rows["Cost, EUR"] == ["201"] * 4
    assert rows["Lost production"] == ["20"] * 4
    assert rows["Standing, h"] == ["7"] * 4
    assert rows["Crew load"] == ["10 %"] * 4  # of 2 people for 672 h
    better = replace(made, compare={**made.compare, "plan": replace(cost, failure_eur=50)})
    assert "save 50 EUR" in verdict(better)
    assert "edit costs 50 EUR more" in verdict(better)


def test_the_whole_plan_is_scheduled_with_who_and_why(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(hall)
    bearings = job("x", "CMP-321", 30, 6, title="Replace the bearings", kind="predictive")
    show(b, plan_of(job("a", "PMP-311", 3), bearings))
    b.panel._order_wanted("a")
    settled(qtbot, b)
    monkeypatch.setattr(WholePlanDialog, "exec", lambda d: (d.by.setText("Kim"), d.reason.setText("agreed"))[0] is None)
    b.panel.show_page("plan")
    qtbot.mouseClick(b.panel.buttons["maintenance.schedule"], Qt.MouseButton.LeftButton)
    settled(qtbot, b)
    with OrderStore(b.panel.desk.file) as store:
        found = {o.asset_id: o for o in store.orders()}
        assert {o.state for o in found.values()} == {OrderState.SCHEDULED}
        assert found["CMP-321"].start_ns == bearings.start_ns
        assert found["CMP-321"].checks  # from maintenance.toml
        last = store.changes(found["PMP-311"].number)[-1]
        assert (last.by, last.why) == ("Kim", "agreed")
    assert {bar.look.state for bar in b.panel.plan_page.gantt.bars.values()} == {OrderState.SCHEDULED}
    detail = b.panel.order_page.detail
    b.panel.show_page("orders")
    b.session.select("CMP-321")
    qtbot.mouseClick(detail.checks[0], Qt.MouseButton.LeftButton, pos=QPoint(8, detail.checks[0].height() // 2))
    settled(qtbot, b)
    with OrderStore(b.panel.desk.file) as store:
        assert store.order(found["CMP-321"].number).checks[0].done
    assert "done: " in detail.record.text()


def test_the_record_says_every_change_of_what_was_known(tmp_path: Path) -> None:
    path = tmp_path / "orders.sqlite"
    with OrderStore(path) as store:
        made = Order("", "CMP-321", "Oil", "preventive", OrderState.PROPOSED, "due", START, START, part="Filter")
        number = store.add(made, "Kim", "due").number
        store.become(number, OrderState.APPROVED, "Kim", "agreed", START)
        store.become(number, OrderState.SCHEDULED, "Kim", "as planned", START, start_ns=START, end_ns=START, crew="A")
        store.change(number, "CMMS", "imported", START, crew="B", part="", start_ns=START + HOUR_NS, end_ns=START + 2)
    said = [line.split("  ", 1)[1] for line in book.record(path, number, lambda fraction, text: None)]
    moved = next(line for line in said if "start" in line)
    assert moved.endswith(" (imported)")
    assert sorted(said[:3]) == sorted(["CMMS: part Filter → none (imported)", "CMMS: crew A → B (imported)", moved])
    assert said[3:] == ["Kim: scheduled (as planned)", "Kim: approved (agreed)", "Kim: proposed (due)"]


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The computer stands in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_days_of_the_chart_begin_at_midnight_when_clocks_change(in_berlin: None) -> None:
    start = round(datetime(2026, 10, 24, 10, tzinfo=UTC).timestamp()) * 10**9
    plan = replace(
        plan_of(hours=168), start_ns=start, crews=(Load("Mechanics", np.zeros(168), np.ones(168, np.int64)),)
    )
    for zoom in ("day", "week", "month"):
        named = [(local(at), text) for at, text in marks(plan, zoom)]
        assert all(moment.hour in (0, 6, 12, 18) for moment, _ in named)
        assert all(moment.strftime("%H:%M") == text for moment, text in named if ":" in text)
    ((_name, cells),) = daily(plan, start, 3)
    assert [there for _busy, there, _wrong in cells] == [12, 25, 24]


@pytest.mark.parametrize(
    ("values", "step", "said"),
    [
        ((1.373, 1.333), 0.04, ["1.37", "1.33"]),
        ((0.0925, 0.0875), 0.005, ["0.092", "0.087"]),
        ((1240.0,), 90.0, ["1,240"]),
    ],
)
def test_figures_beside_an_axis_can_be_told_apart(values: tuple[float, ...], step: float, said: list[str]) -> None:
    assert [apart_said(value, step) for value in values] == said


def test_what_another_window_changes_in_the_work_orders_is_taken_in(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot
) -> None:
    b = opened(hall)
    order = Order("", "CMP-321", "Oil", "preventive", OrderState.PROPOSED, "due", START, START)
    with OrderStore(b.panel.desk.file) as other:
        other.add(order, "Kim", "due")
    b.panel.ordering.follow()
    settled(qtbot, b)
    assert [o.title for o in b.panel.ordering.orders] == ["Oil"]
    for _ in range(3):  # what was read is not read again
        b.panel.ordering.follow()
        assert not b.actions.jobs.running
    with OrderStore(b.panel.desk.file) as other:
        other.become("WO-00001", OrderState.APPROVED, "Kim", "agreed", START)
        b.panel.ordering.follow()  # while the other one has the file open
        settled(qtbot, b)
    assert b.panel.ordering.orders[0].state is OrderState.APPROVED


def test_moves_of_a_person_are_told_to_the_next_plan_unless_it_is_made_afresh(
    opened: Callable[..., Any], hall: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(hall)
    before = plan_of(job("a", "CMP-321", 3, 4), job("b", "PMP-311", 40, 4))
    show(b, before)
    told: list[Any] = []
    monkeypatch.setattr(
        b.panel.desk, "run", lambda *a, **k: told.append(a[2]) or SimpleNamespace(moved=Event(), cancel=lambda: None)
    )
    assert "maintenance.afresh" not in buttons_shown(b.panel)
    b.panel.planning.move("b", START + 60 * HOUR_NS)
    b.panel._refresh_buttons()
    assert "maintenance.afresh" in buttons_shown(b.panel)
    b.panel.make_plan()
    moves = told[-1].moves
    assert [(m.work_order, m.start_ns, m.crew) for m in moves] == [("b", START + 60 * HOUR_NS, "Mechanics")]
    assert told[-1].planner == before.cost
    b.panel.planning._end()
    b.panel.make_plan(afresh=True)
    assert (told[-1].moves, told[-1].planner) == ((), None)


def test_work_orders_come_in_from_csv_and_go_out_as_job_cards(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, tmp_path: Path
) -> None:
    b = opened(hall)
    table = tmp_path / "in.csv"
    table.write_text("number,asset_id,title,state\nX-1,CMP-321,Oil & <filter>,approved\nX-2,GONE,Look,proposed\n")
    b.panel.ordering.files.read_csv(table)
    settled(qtbot, b)
    assert [o.number for o in b.panel.ordering.orders] == ["X-1", "X-2"]
    assert b.panel.page.current == "orders"
    b.panel.ordering.files.write_cards(tmp_path / "cards.pdf")
    assert b.actions.jobs.running  # beside the window
    settled(qtbot, b)
    made = (tmp_path / "cards.pdf").read_bytes()
    assert made.startswith(b"%PDF")
    assert made.count(b"/Type /Page\n") == 2
    assert not list(tmp_path.glob(".*"))
    told = card_html(b.panel.ordering.orders[0], "Hall", START, new_page=False)
    assert "Oil &amp; &lt;filter&gt;" in told
    b.panel.ordering.files.write_cards(tmp_path / "none" / "cards.pdf")  # a notice, no traceback
    settled(qtbot, b)


def test_indicators_say_what_is_missing_until_it_is_known() -> None:
    nothing = {
        name: (figure, note) for name, figure, note in tiles(Indicators(NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0, NAN))
    }
    assert {figure for figure, _ in nothing.values()} == {"–"}
    assert all(note for _, note in nothing.values())
    known = {n: f for n, f, _ in tiles(Indicators(812.0, 3.5, 900.0, 0.9, 0.75, 1.24, 0.8, 4, 3, -0.6))}
    assert (known["MTBF"], known["MTTR"], known["PM compliance"]) == ("812 h", "3.5 h", "90 %")
    assert (known["Backlog"], known["Predictions right"]) == ("1.2 weeks", "3 of 4")


def test_last_predictions_are_judged_in_the_picture(qtbot: QtBot, both_themes: str) -> None:
    card = card_of("CMP-321")
    page = CardPage()
    qtbot.addWidget(page)
    page.resize(420, 1800)
    page.show_card(card)
    page.show()
    qtbot.waitExposed(page)
    qtbot.wait(30)
    chart = next(c for c in page.findChildren(Canvas) if c.accessibleName().startswith("Last six"))
    assert chart.accessibleDescription().startswith("2 of 2")
    red = QColor(STATE[both_themes][State.FAULT])
    shown = pixels(chart).astype(int)
    hits = (np.abs(shown - (red.red(), red.green(), red.blue())).max(axis=2) < 12).any(axis=1)
    assert 10 <= hits.sum() <= 2 * 20 + 4  # beside the two predictions whose outcome is known
    for name in ("Health", "Risk of failure", "Expected cost", "Data readiness"):
        canvas = next(c for c in page.findChildren(Canvas) if c.accessibleName().startswith(name))
        assert len(np.unique(pixels(canvas).reshape(-1, 3), axis=0)) > 5, name


class Recorded(fake.FakeSource):
    """A live plant whose collector records."""

    def __init__(self) -> None:
        super().__init__()
        self.link = SimpleNamespace(recording=None)


def test_a_live_plant_with_a_recorder_has_evidence(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, tmp_path: Path
) -> None:
    from twinviewer.history.synth import record_offline
    from twinviewer.plant.faults import Fault
    from twinviewer.plant.spec import PlantSettings

    worn = Fault("CMP-321", "bearing", 4500.0, 3.0)
    settings = PlantSettings(mtbf_h=5000.0, shift_h=())
    record_offline(hall, tmp_path / "rec", 3.0, 3, [worn], start_ns=START, step_s=60.0, settings=settings)
    b = opened(hall)
    b.panel.desk.clock = lambda: START + 3 * HOUR_NS
    source = Recorded()
    b.session.set_source(source)
    page = b.panel.card_page
    assert "needs a past" in page.hint.text()
    source.link.recording = tmp_path / "rec"
    b.session._find_archive()  # as each tick does
    b.panel.on_frame(SimpleNamespace(now_ns=START, assets=fake.make_states(hall)))
    settled(qtbot, b)
    assert not page.hint.isVisible() or "needs a past" not in page.hint.text()
    assert page.risks.table.height() > 30 * 24  # the whole page, as no card stands below
    assert page.risks.model.rows[0].asset_id == "CMP-321"
    at = page.risks.table.visualRect(page.risks.model.index(0, 0)).center()
    qtbot.mouseClick(page.risks.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert b.session.selection == "CMP-321"
    assert page.card is not None
    assert page.card.tier == "degradation"
    b.panel.show_page("quality")
    settled(qtbot, b)
    view = b.panel.quality_page.view
    assert view is not None
    assert "Vibration" in {c.label for c in view.charts}
    assert b.panel.quality_page.chart.isVisible()
    assert "CO₂" in b.panel.quality_page.energy.text() or "no sign of wear" in b.panel.quality_page.energy.text()


def test_played_plan_lets_whole_groups_stand_except_where_they_stand_anyway(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot
) -> None:
    b = opened(hall)
    line = "Machining/Line A"
    made = plan_of(
        job("a", "CV-101", 3, 2, group=line), job("b", "CNC-102", 40, group=line, in_planned_stop=True),
        job("c", "PMP-311", 9),
    )  # fmt: skip
    show(b, made)
    assert not b.panel.buttons["maintenance.play"].isVisible()  # no what-if panel in this window
    taken: list[object] = []
    b.actions.add(Action(PLAY, "Play", "", lambda: taken.append(b.actions.handed.pop(PLAY))))
    b.panel._refresh_buttons()
    qtbot.mouseClick(b.panel.buttons["maintenance.play"], Qt.MouseButton.LeftButton)
    (handed,) = taken
    assert isinstance(handed, Handed)
    inside = {a.asset_id for a in hall.assets if "/".join(a.path).endswith(line)}
    assert {asset for _, asset, _ in handed.stops} == inside
    assert {(at, s) for at, _, s in handed.stops} == {(START + 3 * HOUR_NS, 7200.0)}


def test_too_few_samples_have_no_interval() -> None:
    said = {name: text for name, text, _ in readiness_lines(Readiness(False, (), 0.01, 0, 0, 0, float("inf")))}
    assert said["Sampling"] == "not known"
