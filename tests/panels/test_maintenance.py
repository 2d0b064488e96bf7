"""The maintenance panel: a real planner, a real file of work orders, real clicks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.maintenance.orders.model import OrderState
from twinviewer.maintenance.orders.store import OrderStore
from twinviewer.maintenance.results import (
    BackTest,
    Card,
    Cause,
    Choice,
    Cost,
    CrewLoad,
    Moved,
    Plan,
    PlannedJob,
    Readiness,
    Risk,
    Similar,
)
from twinviewer.maintenance.settings import FILE
from twinviewer.model.state import Zone
from twinviewer.panels import _maint_book as book
from twinviewer.panels import maintenance
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._maint_dialogs import DoneDialog, NewOrderDialog, ReasonDialog, ScheduleDialog
from twinviewer.panels._maint_edit import HOUR_NS, moved_here
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session import Session

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
    crews = (CrewLoad("Mechanics", busy, np.full(hours, 2)),)
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
    assert [c.asset_id for c in page.risks.model.cards] == ["CMP-321", "PMP-311"]
    assert page.title.text().startswith("CMP-321")
    assert page.accept.isVisible()
    texts = "\n".join(w.text() for w in page.findChildren(QLabel) if w.isVisible())
    for words in (
        "6.0 d",
        "4.0–9.0 d",
        "91 × its usual scatter",
        "Rolling",
        "for: envelope",
        "Replace",
        "set, bearing",
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
    b.panel.ordering.write_calendar(tmp_path / "plan.ics")
    b.panel.ordering.write_csv(tmp_path / "orders.csv")
    settled(qtbot, b)
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
