"""What maintenance.toml asks has an effect on the plan: skills, tools, lock-out, absences, stops, work done."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twinviewer.maintenance.orders.model import Order, OrderState
from twinviewer.maintenance.plan_results import Plan
from twinviewer.maintenance.planning import plan as plans
from twinviewer.maintenance.planning.calendar import HOUR_NS, Hours, book_said, crew_of, low_demand, stop_hours
from twinviewer.maintenance.planning.jobs import Finder
from twinviewer.maintenance.planning.known import Known
from twinviewer.maintenance.planning.problem import Problem, compiled
from twinviewer.maintenance.prognosis.by_wear import spans_said
from twinviewer.maintenance.settings import MaintenanceSettings, read_settings
from twinviewer.model.asset import Asset
from twinviewer.model.errors import DataError

START_NS = 1_762_128_000_000_000_000  # Monday 3 November 2025, 00:00 UTC
WEEK = 168
TOML = """
format = 1
[[crew]]
name = "Mechanics"
skills = ["mechanic"]
eur_per_h = 50
extra = 0
shift = [{ days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], hours = [0, 24], people = 9 }]
[[crew]]
name = "All-rounders"
skills = ["mechanic", "controls"]
eur_per_h = 80
extra = 0
shift = [{ days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], hours = [0, 24], people = 9 }]
[[tool]]
name = "Crane"
[[group]]
path = "Line"
eur_per_h = 100
[[type.pump.work]]
title = "Overhaul"
skill = "mechanic"
duration_h = 3
every_days = 7
WORK
"""


def asset(k: int, kind: str = "pump") -> Asset:
    """An asset of the line with one tag."""
    return Asset(k, f"P-{k}", f"P-{k}", kind, ("Line",), (k,))


def settings(folder: Path, work: str = "", before: str = "") -> MaintenanceSettings:
    """The settings above; `work` goes on with the one kind of work, `before` stands at the top."""
    (folder / "maintenance.toml").write_text(TOML.replace("WORK", work).replace("format = 1", f"format = 1\n{before}"))
    return read_settings(folder)


def problem(found: MaintenanceSettings, known: Known | None = None, count: int = 2) -> Problem:
    """The problem of a week for some pumps."""
    known = replace(known or Known(), now_ns=START_NS)
    return Finder([asset(k) for k in range(count)], found, known, Hours(START_NS, WEEK, "UTC")).problem()


def planned(found: MaintenanceSettings, count: int = 2) -> Plan:
    """A first plan of it in which all jobs are worth doing at once."""
    made = problem(found, count=count)
    tasks = tuple(replace(t, due_h=0, late_eur_per_h=1000.0, earliest_h=0) for t in made.tasks)
    return plans.first(replace(made, tasks=tasks), START_NS)


def test_two_jobs_with_one_crane_are_never_at_once(tmp_path: Path) -> None:
    free, shared = planned(settings(tmp_path)), planned(settings(tmp_path, 'tools = ["Crane"]'))
    assert free.jobs[0].start_ns == free.jobs[1].start_ns
    first, second = shared.jobs
    assert second.start_ns >= first.end_ns
    assert shared.tools[0].name == "Crane"
    assert int(shared.tools[0].busy.max()) == 1
    both = plans.moved(shared, second.work_order, first.start_ns + HOUR_NS)
    assert [c.kind for c in both.conflicts] == ["tool"]
    assert "Crane: wanted by more jobs at once than there are of it, 2 h" in both.conflicts[0].text
    assert set(both.conflicts[0].jobs) == {first.work_order, second.work_order}
    assert both.cost.total_eur > 0


def test_making_safe_takes_the_crew_and_keeps_the_line_standing(tmp_path: Path) -> None:
    plain = planned(settings(tmp_path), 1)
    locked = planned(settings(tmp_path, 'lock_out = "Lock the valve"\nlock_out_h = 1.5'), 1)
    assert (plain.jobs[0].end_ns - plain.jobs[0].start_ns) == 3 * HOUR_NS
    assert (locked.jobs[0].end_ns - locked.jobs[0].start_ns) == 5 * HOUR_NS
    assert locked.cost.labour_eur - plain.cost.labour_eur == pytest.approx(2 * 50)
    assert locked.cost.production_eur - plain.cost.production_eur == pytest.approx(2 * 100)
    assert (locked.jobs[0].lock_out, locked.jobs[0].lock_out_h) == ("Lock the valve", 1.5)


def test_one_crew_must_have_all_skills_of_a_job(tmp_path: Path) -> None:
    one = settings(tmp_path)
    both = one.types["pump"].work[0].model_copy(update={"skill": "mechanic + controls"})
    two = one.model_copy(update={"types": {"pump": one.types["pump"].model_copy(update={"work": (both,)})}})
    assert {j.crew for j in planned(one).jobs} == {"Mechanics"}
    assert {j.crew for j in planned(two).jobs} == {"All-rounders"}


ELECTRICIANS = """
[[crew]]
name = "Electricians"
skills = ["electrician"]
eur_per_h = 70
extra = 0
shift = [{ days = ["Tue"], hours = [8, 12], people = 1 }]
"""


def test_two_crews_work_on_one_job_at_once_and_both_are_paid(tmp_path: Path) -> None:
    found = settings(tmp_path, 'people = 2\nalso = [{ skill = "electrician" }]', ELECTRICIANS)
    plan = planned(found, 1)
    (job,) = plan.jobs
    assert (job.crew, job.people) == ("Mechanics + Electricians", 3)
    assert job.team == (("Mechanics", 2), ("Electricians", 1))
    assert 24 + 8 <= (job.start_ns - START_NS) // HOUR_NS <= 24 + 9  # when an electrician is there for three hours
    assert plan.cost.labour_eur == pytest.approx(3 * (2 * 50 + 70))
    assert plan.cost.person_h == 9
    busy = {load.name: int(load.busy.sum()) for load in plan.crews}
    assert busy == {"Electricians": 3, "Mechanics": 6, "All-rounders": 0}
    early = plans.moved(plan, job.work_order, START_NS)
    assert early.jobs[0].team == job.team
    (wrong,) = early.conflicts
    assert (wrong.kind, wrong.jobs) == ("crew", (job.work_order,))
    assert wrong.text.startswith("Electricians")


def test_a_second_job_waits_for_the_electrician(tmp_path: Path) -> None:
    plan = planned(settings(tmp_path, 'also = [{ skill = "electrician" }]', ELECTRICIANS), 2)
    first, second = plan.jobs
    assert first.start_ns
    assert not second.start_ns  # four hours of electrician a week, three of which the first takes


def test_a_crew_that_has_both_skills_sends_people_for_both(tmp_path: Path) -> None:
    plan = planned(settings(tmp_path, 'also = [{ skill = "controls", people = 2 }]'), 1)
    (job,) = plan.jobs
    assert job.team == (("Mechanics", 1), ("All-rounders", 2))  # cheaper than three of the second crew
    alone = plans.moved(plan, job.work_order, job.start_ns, "All-rounders")
    assert alone.jobs[0].at_work == (("All-rounders", 3),)
    assert alone.cost.labour_eur == pytest.approx(3 * 3 * 80)


def test_a_work_order_of_another_system_may_ask_for_two_crews(tmp_path: Path) -> None:
    found = settings(tmp_path, before=ELECTRICIANS)
    order = Order(
        "X-1", "P-0", "Rewire", "corrective", OrderState.APPROVED, "", START_NS, START_NS, skill="mechanic",
        also="2 x controls, electrician, welder",
    )  # fmt: skip
    finder = Finder([asset(0)], found, Known(now_ns=START_NS, orders=(order,)), Hours(START_NS, WEEK, "UTC"))
    (task,) = [t for t in finder.problem().tasks if t.name == "X-1"]
    assert task.beside == (("controls", 2), ("electrician", 1))
    assert any('"welder", which no crew has' in note for note in finder.notes)


def test_what_crews_have_been_told_for_the_next_days_stays_when_it_is_planned_again(tmp_path: Path) -> None:
    def scheduled(number: str, asset_id: str, hour: int) -> Order:
        begin = START_NS + hour * HOUR_NS
        return Order(number, asset_id, "Overhaul", "preventive", OrderState.SCHEDULED, "", START_NS, START_NS,
                     crew="All-rounders", start_ns=begin, end_ns=begin + 3 * HOUR_NS)  # fmt: skip

    orders = (scheduled("W-1", "P-0", 40), scheduled("W-2", "P-1", 60))
    made = problem(settings(tmp_path), Known(orders=orders))
    pins = {t.name: (t.pinned_h, t.pinned_crew) for t in made.tasks}
    assert pins == {"W-1": (40, "All-rounders"), "W-2": (None, "")}
    soon = next(j for j in plans.first(made, START_NS).jobs if j.work_order == "W-1")
    assert (soon.start_ns, soon.crew) == (START_NS + 40 * HOUR_NS, "All-rounders")
    free = problem(settings(tmp_path, before="frozen_days = 0"), Known(orders=orders))
    assert {t.pinned_h for t in free.tasks} == {None}


def test_a_job_that_a_person_moves_keeps_its_crew(tmp_path: Path) -> None:
    settings(tmp_path)
    file = tmp_path / "maintenance.toml"
    file.write_text(file.read_text().replace("eur_per_h = 50", "eur_per_h = 90"))  # the first crew is dearer now
    plan = planned(read_settings(tmp_path))
    assert {j.crew for j in plan.jobs} == {"All-rounders"}
    name = plan.jobs[0].work_order
    edit = plans.moved(plan, name, START_NS + 20 * HOUR_NS)
    assert {j.crew for j in edit.jobs} == {"All-rounders"}
    other = plans.moved(edit, name, START_NS + 20 * HOUR_NS, "Mechanics")
    assert next(j for j in other.jobs if j.work_order == name).crew == "Mechanics"


def test_who_is_away_is_not_planned_with(tmp_path: Path) -> None:
    text = TOML.replace("WORK", "").replace(
        "people = 9 }]", "people = 9 }]\naway = [{ first = 2025-11-04, last = 2025-11-05, people = 8 }]", 1
    )
    (tmp_path / "maintenance.toml").write_text(text)
    there = crew_of(read_settings(tmp_path).crews[0], Hours(START_NS, 96, "UTC")).there
    assert there.tolist() == [9] * 24 + [1] * 48 + [9] * 24


def test_a_stop_may_be_once_and_counts_whole_hours_only(tmp_path: Path) -> None:
    stop = '[[stop]]\ngroup = "Line"\nbegins = 2025-11-04T06:30:00\nends = 2025-11-04T10:00:00\nreason = "holiday"'
    found = settings(tmp_path, f"[[stop]]{stop.removeprefix('[[stop]]')}")
    assert np.flatnonzero(stop_hours(found.stops[0], Hours(START_NS, WEEK, "UTC"))).tolist() == [31, 32, 33]
    loss = problem(found).loss["Line"]
    assert loss[[30, 31, 33, 34]].tolist() == [100, 0, 0, 100]


def test_every_second_week_is_a_week_from_monday_to_sunday(tmp_path: Path) -> None:
    text = '[[stop]]\ngroup = "Line"\nday = "{}"\nhours = [0, 24]\nevery_weeks = 2\n'
    found = settings(tmp_path, "".join(text.format(day) for day in ("Mon", "Sat", "Sun")))
    hours = Hours(START_NS, 2 * WEEK, "UTC")
    weeks = [{int(h) // WEEK for h in np.flatnonzero(stop_hours(stop, hours))} for stop in found.stops]
    assert weeks[0] == weeks[1] == weeks[2]


def done(title: str, days_ago: float) -> Order:
    """A finished work order for P-0."""
    end = START_NS - int(days_ago * 24 * HOUR_NS)
    return Order("WO-1", "P-0", title, "preventive", OrderState.DONE, "", end, end, ended_ns=end)


def test_work_by_running_hours_counts_from_when_it_was_done(tmp_path: Path) -> None:
    kind = settings(tmp_path).types["pump"]
    work = kind.work[0].model_copy(update={"every_days": None, "every_running_h": 500.0})
    found = settings(tmp_path).model_copy(update={"types": {"pump": kind.model_copy(update={"work": (work,)})}})
    known = Known(hours_run={"P-0": 495.0}, pace={"P-0": 1.0})
    assert [t.due_h for t in problem(found, known, 1).tasks] == [5]
    yesterday = replace(known, orders=(done("Overhaul", 1.0),))
    assert problem(found, yesterday, 1).tasks == ()
    cancelled = replace(done("Overhaul", 1.0), state=OrderState.CANCELLED)
    assert len(problem(found, replace(known, orders=(cancelled,)), 1).tasks) == 1


def test_a_renewed_part_is_young_again(tmp_path: Path) -> None:
    renewed = '[[type.pump.component]]\nname = "bearing"\nlife_h = 1000\nshape = 3\nrenewed_by = "Overhaul"'
    found = settings(tmp_path, renewed)
    known = Known(hours_run={"P-0": 900.0}, pace={"P-0": 1.0})
    (old,) = problem(found, known, 1).tasks
    assert old.failure is not None
    assert old.failure[-1] > 0.3
    young = problem(found, replace(known, orders=(done("Overhaul", 2.0),)), 1).tasks
    assert all(t.failure is not None and t.failure[-1] < 0.05 for t in young)


def test_what_the_scene_does_not_have_is_said(tmp_path: Path) -> None:
    found = settings(tmp_path, '[[group]]\npath = "Lines"\neur_per_h = 5\n[type.pomp]\nfailure_eur = 1')
    orders = (Order("WO-7", "P-0", "Paint it", "corrective", OrderState.APPROVED, "", START_NS, START_NS),)
    finder = Finder([asset(0)], found, Known(orders=orders, now_ns=START_NS), Hours(START_NS, WEEK, "UTC"))
    tasks = finder.problem().tasks
    said = " ".join(finder.notes)
    assert 'group "Lines", type "pomp"' in said
    assert "WO-7 names no skill; it is planned for Mechanics." in said
    assert next(t.skill for t in tasks if t.name == "WO-7") == "mechanic"
    assert compiled(finder.problem())


def test_low_demand_of_the_order_book_is_cheap_and_on_the_chart(tmp_path: Path) -> None:
    found = settings(tmp_path)
    hours = Hours(START_NS, WEEK, "UTC")
    share = np.full(WEEK, np.nan)
    share[:48] = np.repeat([1.0, 0.25], 24)
    booked = {"Line": share}
    assert problem(found, Known(booked=booked)).loss["Line"][[0, 23, 24, 47, 48]].tolist() == [100, 100, 25, 25, 100]
    (low,) = low_demand(found, hours, booked)
    assert (low.start_ns - START_NS, low.end_ns - START_NS) == (24 * HOUR_NS, 48 * HOUR_NS)
    assert low.reason == "low demand: the order book needs 25 % of these hours"
    assert book_said(booked, hours)[0].startswith("The order book reaches 2.0 d into the plan")
    assert book_said({}, hours) == book_said({"Line": np.ones(WEEK)}, hours) == ()


def mistake(folder: Path, text: str) -> DataError:
    """What is said of a maintenance.toml."""
    (folder / "maintenance.toml").write_text(text)
    with pytest.raises(DataError) as caught:
        read_settings(folder)
    return caught.value


CREW = """[[crew]]
name = "M"
skills = ["mechanic"]
eur_per_h = 5
shift = [{ days = ["Mon"], hours = [6, 14], people = 2 }]
"""
WORK = '[[type.pump.work]]\ntitle = "x"\nskill = "mechanic"\nduration_h = 1\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("format = 1\ncolour = 3", 2, '"colour" is not known here'),
        ("format = 1\n\n[[part]]\nname = 'a'\nstock = -1\nlead_days = 1\neur = 1", 5, "greater than or equal to 0"),
        ("format = 1\n[[part]]\nname = 'a'\nstock = 1\nlead_days = inf\neur = 1", 5, "finite"),
        ("format = 1\n[[part]]\nname = 'a'\nlead_days = 1\neur = 1", 2, '"part.0.stock" is missing'),
        (CREW + "[[crew]]" + CREW.partition("]]")[2], 6, 'the crew "M" is there twice'),
        (CREW + WORK + 'tools = ["Crane"]', 10, 'there is no tool "Crane"'),
        (CREW + WORK + 'part = "Seal"', 10, 'there is no part "Seal"'),
        (CREW + WORK.replace('"mechanic"', '"mechanic + wizard"'), 8, 'no crew has the skill "mechanic + wizard"'),
        (CREW + WORK + "people = 3", 10, "no crew with its skill has so many"),
        (CREW + WORK + "lock_out_h = 1\nstops = false", 6, "what is locked out stands"),
        (CREW + WORK + WORK, 11, 'the work "x" is there twice'),
        (CREW + "[[type.pump.component]]\nname = 'b'\nlife_h = 5\nrenewed_by = 'y'", 9, "not listed as work"),
        (CREW.replace("[6, 14]", "[22, 6]"), 5, "write a night shift as two"),
        ('[[group]]\npath = "X"\neur_per_h = 1\n[[stop]]\ngroup = "X"\nday = "Mon"', 4, "either day and hours"),
        ('[[stop]]\ngroup = "X"\nday = "Mon"\nhours = [0, 4]', 2, "not listed"),
        ("format = 1\nzone = [", 2, "not valid TOML"),
    ],
)
def test_each_mistake_is_a_sentence_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    error = mistake(tmp_path, text)
    assert said in error.text
    assert error.where == f"maintenance.toml:{line}"
    assert error.remedy


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((0.35, 0.25, 0.39), "8 h (6 to 9 h)"),
        ((1.75, 1.45, 2.05), "42 h (35 to 49 h)"),
        ((2.1, 1.5, 2.8), "2.1 d (1.5 to 2.8 d)"),
        ((40.0, 30.4, 61.0), "40 d (30 to 61 d)"),
        ((0.04, 0.03, 0.05), "58 min (43 to 72 min)"),
    ],
)
def test_why_a_job_is_due_is_said_in_one_unit(days: tuple[float, float, float], said: str) -> None:
    assert spans_said(*days) == said
