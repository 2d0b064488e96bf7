"""Work orders keep their record, refuse what their life does not know, and travel as CSV and iCalendar unharmed."""

import math
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinviewer.maintenance.orders.calendar_file import icalendar
from twinviewer.maintenance.orders.connector import CsvConnector, csv_text, parsed
from twinviewer.maintenance.orders.indicators import indicators, prediction_right
from twinviewer.maintenance.orders.model import (
    Check,
    Decision,
    Feedback,
    Order,
    OrderState,
    beside_of,
    beside_text,
    may_become,
)
from twinviewer.maintenance.orders.store import OrderStore
from twinviewer.maintenance.plan_results import PlannedJob
from twinviewer.model.errors import DataError

DAY = 86_400_000_000_000


def order(number: str = "", **values: object) -> Order:
    """A proposed work order on CMP-321."""
    base = Order(
        number, "CMP-321", "Replace the bearings", "predictive", OrderState.PROPOSED, "vibration", 10 * DAY, 10 * DAY
    )
    return replace(base, **values)  # type: ignore[arg-type]


def test_a_work_order_lives_and_its_record_says_who_when_and_why(tmp_path: Path) -> None:
    with OrderStore(tmp_path / "orders.sqlite") as store:
        made = store.add(order(checks=(Check("Lock out"),)), "planner", "card accepted")
        assert made.number == "WO-00001"
        store.become(made.number, OrderState.APPROVED, "chief", "worth it", 11 * DAY)
        store.become(made.number, OrderState.SCHEDULED, "planner", "Saturday", 11 * DAY, start_ns=13 * DAY, crew="A")
        store.become(made.number, OrderState.IN_PROGRESS, "mechanic", "begun", 13 * DAY)
        said = Feedback("pitting", "replaced", ("bearing",), 5.0, 1.0, True)
        store.become(made.number, OrderState.DONE, "mechanic", "finished", 13 * DAY + DAY // 4, feedback=said)
    with OrderStore(tmp_path / "orders.sqlite") as store:
        kept = store.order("WO-00001")
        assert (kept.state, kept.feedback, kept.crew) == (OrderState.DONE, said, "A")
        assert (kept.begun_ns, kept.ended_ns) == (13 * DAY, 13 * DAY + DAY // 4)
        assert kept.checks == (Check("Lock out"),)
        assert math.isnan(kept.predicted_rul_days)
        record = store.changes("WO-00001")
        states = [(c.before, c.after, c.by) for c in record if c.what == "state"]
        assert states[0] == ("", "proposed", "planner")
        assert states[-1] == ("in_progress", "done", "mechanic")
        assert all(c.why and c.at_ns for c in record)


@pytest.mark.parametrize("state", list(OrderState))
def test_only_the_ways_of_its_life_are_open(tmp_path: Path, state: OrderState) -> None:
    with OrderStore(tmp_path / "orders.sqlite") as store:
        for wanted in OrderState:
            made = store.add(order(state=state), "a", "b")
            if wanted in may_become(state):
                assert store.become(made.number, wanted, "a", "b", 1).state is wanted
            else:
                with pytest.raises(DataError, match="cannot become"):
                    store.become(made.number, wanted, "a", "b", 1)
                assert repr(store.order(made.number)) == repr(made)


def test_a_refused_change_leaves_nothing_behind(tmp_path: Path) -> None:
    with OrderStore(tmp_path / "orders.sqlite") as store:
        store.add(order("X-1"), "a", "b")
        with pytest.raises(DataError, match="already"):
            store.add(order("X-1"), "a", "b")
        with pytest.raises(DataError, match="no field"):
            store.change("X-1", "a", "b", 1, colour="red")
        with pytest.raises(DataError, match="no such work order"):
            store.order("X-2")
        assert len(store.changes()) == 1


def test_two_programs_may_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "orders.sqlite"
    with OrderStore(path) as one, OrderStore(path) as other:
        numbers = {s.add(order(), "a", "b").number for s in (one, other) * 5}
        assert len(numbers) == 10
        assert repr(one.orders()) == repr(other.orders())
        assert sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_what_is_no_file_of_work_orders_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"not a database at all, but a text of some length " * 50)
    before = path.read_bytes()
    with pytest.raises(DataError, match="no work orders"):
        OrderStore(path)
    assert path.read_bytes() == before
    with OrderStore(tmp_path / "new") as store:
        store._db.execute("PRAGMA user_version = 99")
    with pytest.raises(DataError, match="format 99"):
        OrderStore(tmp_path / "new")


def test_a_table_is_taken_in_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    with OrderStore(tmp_path / "orders.sqlite") as store:
        with pytest.raises(DataError, match="already"):
            store.take_in([order("X-1"), order("X-2"), order("X-1")], "a", "b")
        assert store.orders() == store.changes() == ()
        assert store.take_in([order("X-1")], "a", "b") == (1, 0)
        assert store.take_in([order("X-1", reason="other"), order("X-2")], "a", "b") == (1, 0)
        assert [(o.number, o.reason) for o in store.orders()] == [("X-1", "vibration"), ("X-2", "vibration")]


def test_decisions_need_reasons_and_are_kept(tmp_path: Path) -> None:
    with OrderStore(tmp_path / "orders.sqlite") as store:
        decision = Decision("CMP-321", 5, 4, "rejected", "coupling was loose", "mechanic", "VIB")
        store.decide(decision)
        assert store.decisions("CMP-321") == (decision,)
        with pytest.raises(DataError, match="needs a reason"):
            store.decide(replace(decision, reason=" "))
        with pytest.raises(DataError, match="no decision"):
            store.decide(replace(decision, what="ignored"))


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(str.strip).filter(bool)


@settings(max_examples=60, deadline=None)
@given(words, words, st.sampled_from(OrderState), st.integers(0, 10**9), st.floats(0.1, 99), st.booleans())
def test_csv_brings_back_what_was_written(
    title: str, why: str, state: OrderState, time_s: int, hours: float, stops: bool
) -> None:
    made = replace(
        order("N-1", reason=why, state=state),
        title=title,
        start_ns=time_s * 10**9,
        duration_h=hours,
        stops=stops,
        people=3,
    )
    if not title.startswith("'") and not why.startswith("'"):
        (back,) = parsed(csv_text([made]), "x")
        assert repr(back) == repr(made)


def test_spreadsheets_do_not_run_what_a_title_says() -> None:
    text = csv_text([replace(order("N-1"), title="=HYPERLINK(1)")])
    assert "'=HYPERLINK" in text
    assert parsed(text, "x")[0].title == "=HYPERLINK(1)"


def test_wrong_csv_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("number,asset_id,title,start\nA,B,C,2026-01-01T06:00\n")
    with pytest.raises(DataError, match="time zone") as caught:
        CsvConnector(path).fetch()
    assert caught.value.where.endswith("in.csv:2")
    path.write_text("number,asset_id,title\nA,B,C\nA,B,D\n")
    with pytest.raises(DataError, match="twice") as caught:
        CsvConnector(path).fetch()
    assert caught.value.where.endswith("in.csv:3")
    path.write_text("number,asset\nA,B\n")
    with pytest.raises(DataError, match='no column "asset_id"'):
        CsvConnector(path).fetch()


def test_calendars_hold_every_job_with_a_start() -> None:
    long = "Ölwechsel; prüfen, " * 12
    job = PlannedJob(
        "WO-1", "A-1", long, "preventive", 10 * DAY, 10 * DAY + DAY // 12, "Crew", 2, "due", "", 0, 0, True, False
    )
    text = icalendar([job, replace(job, work_order="WO-2", start_ns=0, end_ns=0)], 9 * DAY)
    assert text.count("BEGIN:VEVENT") == 1
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "DTSTART:19700111T000000Z" in unfolded
    assert long.replace(";", "\\;").replace(",", "\\,") in unfolded


def test_indicators_follow_their_definitions() -> None:
    done = {"state": OrderState.DONE, "begun_ns": 20 * DAY, "ended_ns": 20 * DAY + DAY // 6}
    repairs = [order(str(k), kind="corrective", **done) for k in range(2)]
    kept = order("p", kind="preventive", due_ns=21 * DAY, **done)
    late = order("q", kind="preventive", due_ns=15 * DAY, **done)
    open_ = order("o", duration_h=10.0, people=2)
    told = order("t", feedback=Feedback("", "", (), 3.0, 1.0), start_ns=20 * DAY, **done)
    found = indicators([*repairs, kept, late, open_, told], 30 * DAY, running_h=1000.0, weekly_work_h=80.0)
    assert found.mtbf_h == 500
    assert found.mttr_h == pytest.approx(4)
    assert found.pm_compliance == 0.5
    assert found.schedule_compliance == 1
    assert found.backlog_weeks == 0.25
    assert found.wrench_time == 0.75


def test_predictions_are_held_against_what_happened() -> None:
    failed = order(
        "a", begun_ns=15 * DAY, failed=True, predicted_rul_days=7.0, predicted_low_days=4.0, predicted_high_days=9.0
    )
    assert prediction_right(failed) is True
    assert prediction_right(replace(failed, predicted_low_days=6.0)) is False
    assert prediction_right(order("b")) is None
    assert indicators([failed], 30 * DAY).mean_error_days == pytest.approx(2.0)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.text(min_size=1, max_size=40))
def test_a_calendar_says_what_was_written_by_the_rules_of_its_format(title: str, reason: str) -> None:
    job = PlannedJob("WO-1", "A-1", title, "legal", 10 * DAY, 11 * DAY, "Crew", 2, reason, "", 0, 0, True, False)
    text = icalendar([job], 9 * DAY)
    assert text.endswith("\r\n")
    lines = text[:-2].split("\r\n")
    assert all(len(line.encode()) <= 75 and "\n" not in line and "\r" not in line for line in lines)
    assert not any(c != "\t" and (c < " " or c == "\x7f") for line in lines for c in line)
    whole: list[str] = []
    for line in lines:  # RFC 5545 3.1: a line that begins with a space goes on from the one before
        if line.startswith(" "):
            whole[-1] += line[1:]
        else:
            whole.append(line)
    said = dict(line.split(":", 1) for line in whole)
    assert [said[k] for k in ("BEGIN", "DTSTART", "DTEND", "UID")] == [
        "VEVENT", "19700111T000000Z", "19700112T000000Z", "WO-1@twinviewer",
    ]  # fmt: skip
    plain = "".join(
        c for c in title.replace("\r\n", "\n").replace("\r", "\n") if c in "\n\t" or (c >= " " and c != "\x7f")
    )
    assert unescaped(said["SUMMARY"]) == f"A-1: {plain}"


def unescaped(text: str) -> str:
    """A TEXT value by RFC 5545 3.3.11."""
    return re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], text)


def test_another_system_tells_what_has_changed_there(tmp_path: Path) -> None:
    told = Feedback("=worn", "replaced", ("seal", "bearing"), 4.0, 0.5, False)
    with OrderStore(tmp_path / "orders.sqlite") as store:
        mine = store.add(order(checks=(Check("Lock out"),)), "planner", "card accepted")
        there = replace(mine, state=OrderState.DONE, feedback=told, begun_ns=12 * DAY, ended_ns=13 * DAY, checks=())
        (same,) = parsed(csv_text([there]), "cmms.csv")
        assert same.feedback == told
        assert store.take_in([same], "sync", "cmms", update=True) == (0, 0)  # it did not change later than here
        (later,) = parsed(csv_text([replace(there, changed_ns=14 * DAY)]), "cmms.csv")
        assert store.take_in([later], "sync", "cmms") == (0, 0)
        assert store.take_in([later], "sync", "cmms", update=True) == (0, 1)
        kept = store.order(mine.number)
        assert (kept.state, kept.feedback, kept.checks) == (OrderState.DONE, told, (Check("Lock out"),))
        states = [(c.before, c.after, c.by, c.at_ns) for c in store.changes() if c.what == "state"]
        assert states[-1] == ("proposed", "done", "sync", 14 * DAY)


def test_no_change_without_a_reason(tmp_path: Path) -> None:
    with OrderStore(tmp_path / "orders.sqlite") as store:
        made = store.add(order(), "planner", "card accepted")
        with pytest.raises(DataError, match="needs a reason"):
            store.become(made.number, OrderState.APPROVED, "chief", "  ", 11 * DAY)
        assert store.order(made.number).state is OrderState.PROPOSED


@pytest.mark.parametrize(("number", "lacks"), [(1, ("tools", "lock_out_h", "also")), (2, ("also",))])
def test_a_file_of_a_format_before_is_kept_and_learns_of_the_rest(
    tmp_path: Path, number: int, lacks: tuple[str, ...]
) -> None:
    path = tmp_path / "orders.sqlite"
    with OrderStore(path) as store:
        store.add(order(checks=(Check("Lock out"),)), "planner", "card accepted")
    with sqlite3.connect(path) as old:
        for column in lacks:
            old.execute(f"ALTER TABLE orders DROP COLUMN {column}")
        old.execute(f"PRAGMA user_version = {number}")
    old.close()
    with OrderStore(path) as store:
        kept = store.order("WO-00001")
        assert (kept.tools, kept.lock_out_h, kept.also, kept.checks) == ("", 0.0, "", (Check("Lock out"),))
        store.change("WO-00001", "planner", "needs it", 12 * DAY, tools="Crane", also="2 × electrician")
    with OrderStore(path) as store:
        assert store.order("WO-00001").tools == "Crane"
        assert store.order("WO-00001").everybody == 3


def test_who_works_beside_is_read_as_people_write_it() -> None:
    pairs = (("electrician", 1), ("mechanic + controls", 2))
    assert beside_text(pairs) == "electrician, 2 × mechanic + controls"
    assert beside_of(beside_text(pairs)) == pairs
    assert beside_of(" 2x electrician ,3 fitter, 3D printing,, 0 × cook") == (
        ("electrician", 2), ("fitter", 3), ("3D printing", 1), ("cook", 1),
    )  # fmt: skip
    assert beside_of("") == ()


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("duration_h", "nan", "duration_h is nan"),
        ("duration_h", "-3", "must be from 0.01 to 10000"),
        ("duration_h", "1e9", "must be from"),
        ("people", "0", "people is 0"),
        ("people", "2.5", "2.5 is no whole number"),
        ("people", "two", '"two" is no number'),
        ("duration_h", "1;5", '"1;5" is no number'),
        ("state", "waiting", "the states are proposed, approved,"),
        ("title_2", "x,y", "more cells than the header"),
        ("title_2", '"never closed', "unexpected end of data"),
        ("kind", "urgent", '"urgent" is no kind of work'),
        ("lock_out_h", "inf", "lock_out_h is inf"),
        ("start", "9999-12-31T23:59:59+00:00", "lies outside of the years"),
        ("due", "0001-01-01T00:00:00+00:00", "lies outside of the years"),
    ],
)
def test_figures_that_no_plan_could_use_are_refused(column: str, cell: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        parsed(f"number,asset_id,title,{column}\nA,B,C,{cell}\n", "in.csv")
    assert said in caught.value.text
    assert caught.value.where == "in.csv:2"


@pytest.mark.parametrize("mark", [";", "\t"])
def test_tables_of_other_spreadsheets_have_other_marks_between_their_cells(mark: str) -> None:
    text = f"number{mark}asset_id{mark}title{mark}due\nX-1{mark}CMP-321{mark}Oil, filter{mark}2026-11-24T06:00:00Z\n"
    (found,) = parsed(text, "in.csv")
    assert (found.number, found.title, found.due_ns) == ("X-1", "Oil, filter", 1_795_500_000 * 10**9)


@pytest.mark.parametrize("change", ["state = 'waiting'", "checks = '[{'", "duration_h = NULL, feedback = '[]'"])
def test_a_row_that_another_program_has_broken_is_named(tmp_path: Path, change: str) -> None:
    with OrderStore(tmp_path / "orders.sqlite") as store:
        store.add(order(), "a", "b")
        store._db.execute(f"UPDATE orders SET {change}")
        with pytest.raises(DataError) as caught:
            store.orders()
    assert caught.value.where == "WO-00001"
    assert "cannot be read" in caught.value.text
