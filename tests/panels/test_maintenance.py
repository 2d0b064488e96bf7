"""The maintenance panel: a real planner, a real file of work orders, real clicks."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from tests.panels import fake
from tests.panels.maint import NAN, START, WAIT_MS, buttons_shown, job, plan_of, settled, show
from twinviewer.maintenance.plan_results import Cost, Indicators
from twinviewer.maintenance.settings import FILE
from twinviewer.panels import _maint_book as book
from twinviewer.panels._kit.actions import Action
from twinviewer.panels._maint_costs import POLICIES, lines, verdict
from twinviewer.panels._maint_edit import HOUR_NS
from twinviewer.panels._maint_indicators import tiles
from twinviewer.panels._whatif_play import PLAY, Handed
from twinviewer.scene.scene import Scene
from twinviewer.session.events import Event


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


def test_indicators_say_what_is_missing_until_it_is_known() -> None:
    nothing = {
        name: (figure, note) for name, figure, note in tiles(Indicators(NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0, NAN))
    }
    assert {figure for figure, _ in nothing.values()} == {"–"}
    assert all(note for _, note in nothing.values())
    known = {n: f for n, f, _ in tiles(Indicators(812.0, 3.5, 900.0, 0.9, 0.75, 1.24, 0.8, 4, 3, -0.6))}
    assert (known["MTBF"], known["MTTR"], known["PM compliance"]) == ("812 h", "3.5 h", "90 %")
    assert (known["Backlog"], known["Predictions right"]) == ("1.2 weeks", "3 of 4")


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
