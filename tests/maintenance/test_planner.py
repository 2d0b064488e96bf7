"""The planner keeps to crews, calendars and parts, finds the best of small problems, and proves what it claims."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.jobs import made
from tests.maintenance.instances import crew, problem, task
from twinviewer.maintenance.planning import plan as plans
from twinviewer.maintenance.planning.bound import Bound, raised
from twinviewer.maintenance.planning.greedy import first_plan
from twinviewer.maintenance.planning.group_bound import group_values
from twinviewer.maintenance.planning.improve import improved
from twinviewer.maintenance.planning.neighbourhood import solved
from twinviewer.maintenance.planning.outcome import cost_of, outcome_of
from twinviewer.maintenance.planning.plan import Move
from twinviewer.maintenance.planning.policies import fixed_interval, run_to_failure
from twinviewer.maintenance.planning.problem import Crew, Options, Problem, Schedule, Task, compiled
from twinviewer.maintenance.planning.ruin import Ruin
from twinviewer.maintenance.planning.usage import Usage, total_cost
from twinviewer.model.errors import DataError

HOUR_NS = 3_600_000_000_000


def cheapest(options: Options) -> float:
    """The best cost by trying everything."""
    hours = options.own.shape[1]
    places = []
    for k in range(len(options.duration)):
        rows = range(options.first_row[k], options.first_row[k + 1])
        places.append([(-1, -1), *((s, r) for r in rows for s in range(hours) if np.isfinite(options.own[r, s]))])
    best = np.inf
    for choice in itertools.product(*places):
        schedule = Schedule(np.array([s for s, _ in choice]), np.array([r for _, r in choice]))
        usage = Usage(options, schedule)
        if (usage.busy <= options.there).all() and (usage.held <= options.tool_count[:, None]).all():
            best = min(best, total_cost(options, usage))
    return float(best)


def with_tools(problem: Problem) -> Problem:
    """The same with one crane that every third job needs, and two lasers for every fourth."""
    tools = [(("crane",) if k % 3 == 0 else ()) + (("laser",) if k % 4 == 0 else ()) for k in range(len(problem.tasks))]
    tasks = tuple(replace(t, tools=own) for t, own in zip(problem.tasks, tools, strict=True))
    return replace(problem, tasks=tasks, tools={"crane": 1, "laser": 2})


@st.composite
def small(draw: st.DrawFn) -> Problem:
    """Three jobs within 8 hours, with stops that can be shared; some take two crews."""
    hours = 8
    rates = draw(st.lists(st.integers(0, 900), min_size=hours, max_size=hours))
    tasks = [
        task(
            str(k),
            hours,
            duration_h=draw(st.integers(1, 3)),
            people=draw(st.integers(1, 2)),
            group=draw(st.sampled_from(["", "line"])),
            failure_eur=float(draw(st.integers(0, 20_000))),
            earliest_h=draw(st.integers(0, 4)),
            due_h=draw(st.one_of(st.none(), st.integers(1, 8))),
            late_eur_per_h=float(draw(st.integers(0, 500))),
            tools=("crane",) if draw(st.booleans()) else (),
            beside=(("electrician", 1),) if draw(st.booleans()) else (),
        )
        for k in range(3)
    ]
    one = problem(tasks, hours, people=2, loss={"line": np.array(rates, float)})
    return replace(one, crews=(*one.crews, crew(hours, 1, "electrician")), tools={"crane": 1})


@settings(max_examples=25, deadline=None)
@given(small())
def test_bounds_are_below_and_plans_above_the_best(made_up: Problem) -> None:
    options = compiled(made_up)
    best = cheapest(options)
    bound = raised(Bound.start(options), best, 60)
    assert bound.value <= best + 1e-6 * max(best, 1.0)
    for value in group_values(options, bound, lambda: 1.0):
        assert value <= best + 1e-6 * max(best, 1.0)
    greedy = first_plan(options)
    assert total_cost(options, Usage(options, greedy)) >= best - 1e-6
    exact = solved(options, greedy, [0, 1, 2], None, 5.0, keep=100)
    assert exact is not None
    assert total_cost(options, Usage(options, exact)) == pytest.approx(best, rel=0.003, abs=0.5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_every_plan_keeps_to_crews_calendars_and_parts(seed: int) -> None:
    options = compiled(with_tools(made(25, 1, seed)))
    ruin = Ruin(options, first_plan(options), seed)
    ruin.run(60, 0.01)
    for schedule in (first_plan(options), ruin.best, fixed_interval(options), run_to_failure(options)):
        usage = Usage(options, schedule)
        assert (usage.busy <= options.there).all()
        done = schedule.start >= 0
        assert np.isfinite(options.own[schedule.row[done], schedule.start[done]]).all()
        assert (usage.held <= options.tool_count[:, None]).all()
        kinds = {c.kind for c in outcome_of(options, schedule, HOUR_NS).conflicts}
        assert not kinds & {"crew", "parts", "tool"}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_cost_by_cause_adds_up_to_what_is_minimised(seed: int) -> None:
    options = compiled(made(20, 1, seed))
    schedule = first_plan(options)
    assert cost_of(options, schedule).total_eur == pytest.approx(total_cost(options, Usage(options, schedule)))


def test_taking_a_job_out_and_putting_it_back_changes_nothing() -> None:
    options = compiled(made(30, 1, 5))
    schedule = first_plan(options)
    usage = Usage(options, schedule)
    before = (total_cost(options, usage), usage.busy.copy(), usage.down.copy())
    planned = int(np.flatnonzero(schedule.start >= 0)[0])
    added = usage.marginal(planned)
    usage.take(planned)
    without = total_cost(options, usage) - options.put_off[planned]
    added = usage.marginal(planned)
    row = int(schedule.row[planned] - options.first_row[planned])
    usage.put(planned, int(schedule.start[planned]), int(schedule.row[planned]))
    assert total_cost(options, usage) == pytest.approx(before[0])
    assert without + added[row, schedule.start[planned]] == pytest.approx(before[0])
    assert (usage.busy == before[1]).all()
    assert (usage.down == before[2]).all()


def test_jobs_of_a_line_share_its_stop() -> None:
    loss = {"line": np.full(24, 1000.0)}
    tasks = [task(str(k), 24, group="line", failure_eur=40_000.0) for k in range(2)]
    options = compiled(problem(tasks, people=2, loss=loss))
    *_, last = improved(options, 1.0)
    assert last.schedule.start[0] == last.schedule.start[1] == 0
    assert last.gap < 0.02


def test_a_planned_stop_draws_jobs_that_can_wait() -> None:
    rate = np.full(24, 1000.0)
    rate[10:14] = 0.0
    calm = task("a", 24, group="line", failure_eur=100.0, put_off_eur=5000.0)
    plan = plans.first(problem([calm], loss={"line": rate}), 0)
    assert plan.jobs[0].in_planned_stop
    assert plan.cost.production_eur == 0
    assert "stands anyway" in plan.jobs[0].reason


def test_a_job_not_worth_its_money_is_put_off() -> None:
    plan = plans.first(problem([task("a", 24, failure_eur=10.0)]), 0)
    assert plan.jobs[0].start_ns == 0
    assert plan.cost.labour_eur == 0
    assert "waiting is cheaper" in plan.jobs[0].reason


def test_search_only_betters_plan_and_bound() -> None:
    options = compiled(made(40, 1, 3))
    states = list(improved(options, 1.5))
    costs = [s.cost_eur for s in states]
    bounds = [s.bound_eur for s in states]
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)
    assert costs[-1] < costs[0]
    assert bounds[-1] <= costs[-1]


def test_a_person_may_put_a_job_anywhere_and_hears_what_is_wrong() -> None:
    start = 3 * HOUR_NS
    late = task("a", 24, earliest_h=10, due_h=12, kind="legal", part="seal")
    plan = plans.first(problem([late, task("b", 24)]), start)
    edit = plans.moved(plan, "a", start + 5 * HOUR_NS)
    assert edit.compare["edit"].total_eur == edit.cost.total_eur
    assert edit.compare["plan"] == plan.cost
    assert [c.kind for c in edit.conflicts] == ["parts"]
    both = plans.moved(edit, "b", start + 5 * HOUR_NS)
    assert {c.kind for c in both.conflicts} == {"crew", "parts"}
    missed = plans.moved(plan, "a", start + 15 * HOUR_NS)
    assert [c.kind for c in missed.conflicts] == ["deadline"]
    again = plans.bettered(missed, 0.3)
    assert next(j for j in again.jobs if j.work_order == "a").start_ns == start + 15 * HOUR_NS
    with pytest.raises(DataError, match="outside"):
        plans.moved(plan, "a", start + 23 * HOUR_NS)
    with pytest.raises(DataError, match="no such job"):
        plans.moved(plan, "c", start)


def test_what_a_person_moved_stays_when_it_is_planned_again() -> None:
    tasks = [task("a", 48), task("b", 48, earliest_h=4), task("c", 48)]
    one = plans.first(problem(tasks, 48), HOUR_NS)
    edited = plans.moved(one, "a", HOUR_NS + 20 * HOUR_NS)
    later = plans.first(problem(tasks, 48), 2 * HOUR_NS)
    told = [Move(j.work_order, j.asset_id, j.title, j.start_ns, j.crew) for j in edited.jobs if j.pinned]
    gone = Move("WO-9", "A-b", "job b", 0, "mechanic")  # a proposal that became a work order; its time is over
    again = plans.bettered(plans.with_moves(later, [*told, gone], one.cost), 0.2)
    assert next(j for j in again.jobs if j.work_order == "a").start_ns == HOUR_NS + 20 * HOUR_NS
    assert [j.work_order for j in again.jobs if j.pinned] == ["a"]
    assert again.compare["plan"] == one.cost
    assert again.compare["edit"] == again.cost
    assert again.cost.total_eur > one.cost.total_eur
    assert any("A-b, job b" in note for note in again.notes)


def test_work_after_the_likely_failure_is_told_and_ends_with_a_move_before_it() -> None:
    certain = np.clip(np.linspace(0, 2, 49), 0, 1)  # even odds after 12 h
    tasks = [task("a", 48, failure=certain, pinned_h=20)]
    late = plans.first(problem(tasks, 48), HOUR_NS)
    assert [(c.kind, c.jobs) for c in late.conflicts] == [("risk", ("a",))]
    assert "begins 7 h after even odds" in late.conflicts[0].text
    assert not plans.moved(late, "a", 10 * HOUR_NS).conflicts


def test_an_overbooked_crew_is_a_conflict_and_the_search_goes_on() -> None:
    tasks = [task("a", 24), task("b", 24), *(task(str(k), 24, group="line") for k in range(3))]
    one = plans.first(problem(tasks, 24, loss={"line": np.full(24, 500.0)}), HOUR_NS)
    both = plans.moved(plans.moved(one, "a", 6 * HOUR_NS), "b", 6 * HOUR_NS)
    found = plans.bettered(both, 0.5)
    assert {c.kind for c in found.conflicts} == {"crew"}
    assert 0 < found.bound_eur <= found.cost.total_eur * (1 + 1e-6)
    assert all(j.start_ns == 6 * HOUR_NS for j in found.jobs if j.work_order in "ab")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"duration_h": 40}, "longer than the whole plan"),
        ({"earliest_h": 400, "parts_h": 400, "part": "Seal"}, "Seal comes too late for this plan, 17 d after"),
        ({"people": 5}, "no crew has 5 people there for 2 h in one go"),
        ({"beside": (("mechanic", 2),)}, "never there together for 2 h in one go (3 people)"),
    ],
)
def test_a_job_that_cannot_be_done_is_put_off_and_says_why(values: dict[str, object], said: str) -> None:
    tasks = [task("a", 24, **values), task("b", 24)]
    plan = plans.bettered(plans.first(problem(tasks, 24), HOUR_NS), 0.2)
    assert [j.work_order for j in plan.jobs if j.start_ns] == ["b"]
    (conflict,) = plan.conflicts
    assert (conflict.kind, conflict.jobs) == ("horizon", ("a",))
    assert said in conflict.text


def test_the_newest_plan_survives_a_stopped_search(tmp_path) -> None:
    class Stop(Exception):
        pass

    def progress(fraction: float, text: str) -> None:
        if fraction > 0.2:
            raise Stop

    plan = plans.first(made(40, 1, 3), 0)
    path = tmp_path / "plan"
    assert plans.read_snapshot(path) is None
    with pytest.raises(Stop):
        plans.bettered(plan, 2.0, progress, path)
    kept = plans.read_snapshot(path)
    assert kept is not None
    assert kept.cost.total_eur <= plan.cost.total_eur


def test_a_job_that_nobody_can_do_is_said() -> None:
    with pytest.raises(DataError, match='no crew has the skill "welder"'):
        compiled(problem([task("a", 24, skill="welder")]))
    shift = np.zeros(24, np.int64)
    shift[6:14] = 1
    long = Problem(24, (task("a", 24, duration_h=10),), (crew(24),), {})
    short = Problem(24, long.tasks, (type(long.crews[0])("c", frozenset({"mechanic"}), shift, np.ones(24)),), {})
    assert not plans.first(long, 0).conflicts
    assert [c.kind for c in plans.first(short, 0).conflicts] == ["horizon"]


def test_somebody_is_called_out_where_a_crew_comes_too_late_and_not_where_waiting_is_cheaper() -> None:
    there = np.ones(24, np.int64)
    there[:12] = 0
    people = Crew("c", frozenset({"mechanic"}), there, np.full(24, 50.0))
    soon, later = np.minimum(np.arange(25) / 6, 1.0), np.arange(25) / 25
    for failure, said in ((soon, "call somebody out"), (later, "waiting is cheaper")):
        job = task("a", 24, failure=failure, failure_eur=10.0, parts_eur=5000.0)
        plan = plans.first(Problem(24, (job,), (people,), {}), HOUR_NS)
        assert plan.jobs[0].start_ns == 0
        assert said in plan.jobs[0].reason
        assert [c.kind for c in plan.conflicts] == (["horizon"] if failure is soon else [])


def test_a_machine_that_draws_too_much_is_repaired_earlier_and_the_energy_is_counted() -> None:
    people = Crew("c", frozenset({"m"}), np.ones(100, np.int64), np.full(100, 10.0))
    late = Task("a", "A", "a", "predictive", "m", 2, after_eur_per_h=1.0, put_off_eur=1000.0)
    drawing = replace(late, excess_kw=20.0, energy_eur_per_h=4.0)
    starts = []
    for job in (late, drawing):
        options = compiled(Problem(100, (job,), (people,), {}))
        schedule = first_plan(options)
        starts.append(int(schedule.start[0]))
        cost = cost_of(options, schedule)
        assert cost.energy_kwh == pytest.approx(job.excess_kw * starts[-1])
        assert cost.total_eur == pytest.approx(float(options.own[0, starts[-1]]))
    assert starts == [98, 0]
    put_off = cost_of(options, run_to_failure(options))
    assert (put_off.energy_kwh, put_off.energy_eur) == pytest.approx((2000, 400))
    assert put_off.total_eur == pytest.approx(float(options.put_off[0]))
