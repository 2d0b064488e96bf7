"""The maintenance panel's chart: bars that are dragged and undone, marks, days, what is told to the picture."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.panels.maint import START, job, pixels, plan_of, settled, show
from twinviewer.maintenance.plan_results import Load, PlannedStop
from twinviewer.panels._maint_crew import daily
from twinviewer.panels._maint_edit import HOUR_NS, moved_here
from twinviewer.panels._maint_gantt_paint import marks
from twinviewer.panels._maint_marks import ROW, LawMark, PartMark
from twinviewer.panels._text import local
from twinviewer.scene.scene import Scene


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


def test_now_line_follows_the_clock(opened: Callable[..., Any], hall: Scene) -> None:
    b = opened(hall)
    show(b, plan_of(job("a", "CMP-321", 3)))
    gantt = b.panel.plan_page.gantt
    gantt.set_now(START + 5 * HOUR_NS)
    assert gantt.now_line.x() == pytest.approx(5 * gantt.per_hour)


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
