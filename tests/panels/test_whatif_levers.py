"""Every lever that the flow model knows has a control that works by mouse and keyboard, and that the engine takes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from twinviewer.panels._kit import style
from twinviewer.panels._whatif_answers import controls_of, flow_of
from twinviewer.panels._whatif_dated import SpikeRow, StopsRow
from twinviewer.panels._whatif_files import kept_of, scenario_of
from twinviewer.panels._whatif_levers import ALL, Levers
from twinviewer.panels._whatif_model import Control, Kept
from twinviewer.panels._whatif_rows import ListRow, SliderRow
from twinviewer.panels._whatif_week import _dragged, days_of, groups_of, minutes, words
from twinviewer.simulation.lever_patches import MAKERS
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.scenario import applied

TABLES: Mapping[str, Any] = {
    "calendar": {"two": {"week": {"mon-fri": ["06:00-14:00", "14:30-22:00"]}}},
    "crew": {"people": {"size": 3, "calendar": "two"}},
    "product": {"A": {"route": ["cut", "mill"]}},
    "station": {
        "cut": {
            "time": "50 s", "machines": 2, "assets": ["CNC-102", "CNC-103"], "setup": "5 min",
            "maintenance": [{"at": "10 h", "duration": "30 min"}], "consumes": {"steel": 1},
        },
        "mill": {
            "time": "40 s", "buffer": 4,
            "setpoint": {"name": "Feed", "unit": "%", "at": 100, "low": 80, "high": 120, "speed_slope": 0.01},
        },
    },
    "material": {"steel": {"initial": 9, "supply": {"every": "8 h", "quantity": 400}}},
    "source": {"s": {"feeds": "cut", "policy": "orders"},
               "t": {"feeds": "cut", "lots": [{"product": "A", "quantity": 9}]}},
    "order": [{"id": f"PO-{k}", "product": "A", "quantity": 50, "due": f"{k} h"} for k in range(1, 5)],
}  # fmt: skip


@pytest.fixture
def levers(qtbot: QtBot, qapp: QApplication) -> Levers:
    style.install(qapp, "dark")
    widget = Levers()
    qtbot.addWidget(widget)
    widget.resize(420, 1800)
    widget.show_controls(controls_of(parse_line(TABLES)))
    widget.which.setCurrentText(ALL)
    widget.show()
    qtbot.waitExposed(widget)
    qtbot.waitUntil(lambda: all(name in widget._rows for name in widget.shown))  # of many, some at a time
    return widget


def drag(qtbot: QtBot, widget: QWidget, *way: QPoint) -> None:
    """Press at the first point, move over the others, let go at the last."""
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=way[0])
    for point in way[1:]:
        qtbot.mouseMove(widget, point)
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=way[-1])


def test_every_lever_of_the_model_has_a_control_and_the_engine_takes_what_it_says(levers: Levers) -> None:
    line = parse_line(TABLES)
    moved = [name for shown in levers.shown for name in levers.of_row(shown).ids]
    assert {name.partition(".")[0] for name in moved} == set(MAKERS)
    for name in levers.shown:
        item = levers.of_row(name)
        assert item.isVisible()
        if isinstance(item, SliderRow):
            end = 0 if item.slider.value() == item.slider.maximum() else item.slider.maximum()
            item.slider.setValue(end)
        elif isinstance(item, StopsRow):
            item.days.setFocus()
            QApplication.sendEvent(item.days, _key(Qt.Key.Key_Right))
        elif isinstance(item, ListRow):
            item.put(list(reversed(item.value)))
            item.moved.emit()
        else:
            item.week.setFocus()  # type: ignore[attr-defined]
            item.week.chosen = ("mon-fri", 1)  # type: ignore[attr-defined]
            QApplication.sendEvent(item.week, _key(Qt.Key.Key_Delete))  # type: ignore[attr-defined]
        assert name in levers.settings, name
    kept = Kept("all of them", dict(levers.settings))
    for name, value in kept.levers.items():
        if name != "machines.cut":  # both machines out: nothing would be left to fail
            assert applied(line, scenario_of(Kept(name, {name: value}))) != (line, ()), name
    again = kept_of(scenario_of(kept), None)
    assert again.levers == kept.levers  # the failure of the second machine, an event in the file, comes back as a lever
    assert again.events == ()


def _key(key: Qt.Key) -> Any:
    from PySide6.QtGui import QKeyEvent

    return QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)


def test_failure_of_each_machine_is_a_lever_named_after_its_asset(levers: Levers) -> None:
    labels = [c.label for c in controls_of(parse_line(TABLES)) if c.group == "Failures"]
    assert labels == [f"Failure of {a} now, for" for a in ("CNC-102", "CNC-103", "mill")]
    scenario = scenario_of(Kept("x", {"failure.cut#2": 2.5}))
    assert [(e.station, e.machine, e.down_s, e.planned) for e in scenario.events] == [("cut", 2, 9000.0, False)]


def test_an_order_is_dragged_by_mouse_and_moved_by_keys(levers: Levers, qtbot: QtBot) -> None:
    row = levers.of_row("sequence")
    assert isinstance(row, ListRow)
    assert row.list.item(0).text() == "PO-1   A × 50, due after 1 h"  # a number says nothing to a person
    told: list[bool] = []
    levers.moved.connect(told.append)
    view = row.list
    at = [view.visualItemRect(view.item(k)).center() for k in range(4)]
    drag(qtbot, view.viewport(), at[0], at[1], at[2])
    assert row.value == ["PO-2", "PO-3", "PO-1", "PO-4"]
    assert told == [True, True, False]  # while it is held, numbers follow; let go, they settle
    assert levers.settings["sequence"] == row.value
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert row.value == ["PO-1", "PO-2", "PO-3", "PO-4"]
    assert "sequence" not in levers.settings


def test_shifts_are_drawn_moved_and_taken_away_and_a_break_is_moved_as_one(levers: Levers, qtbot: QtBot) -> None:
    row = levers.of_row("shifts.two")
    week = row.week  # type: ignore[attr-defined]
    assert list(week.value) == ["mon-fri", "sat-sun"]

    def at(group: str, minute: int) -> QPoint:
        top = week.box(group, (0, 60)).center().y()
        return QPointF(week._x(minute), top).toPoint()

    drag(qtbot, week, at("mon-fri", 14 * 60 + 15), at("mon-fri", 13 * 60 + 15))  # the break, an hour earlier
    assert row.value == {"mon-fri": ["06:00-13:00", "13:30-22:00"]}
    drag(qtbot, week, at("sat-sun", 6 * 60), at("sat-sun", 10 * 60), at("sat-sun", 12 * 60))  # an extra shift
    assert row.value["sat-sun"] == ["06:00-12:00"]
    drag(qtbot, week, at("sat-sun", 9 * 60), at("sat-sun", 11 * 60))  # the whole of it
    assert row.value["sat-sun"] == ["08:00-14:00"]
    drag(qtbot, week, at("mon-fri", 22 * 60), at("mon-fri", 24 * 60))  # its end
    assert row.value["mon-fri"] == ["06:00-13:00", "13:30-24:00"]
    drag(qtbot, week, at("mon-fri", 23 * 60), at("mon-fri", 8 * 60))  # over the other shift: refused
    assert row.value["mon-fri"][0] == "06:00-13:00"
    assert all(minutes(w)[0] < minutes(w)[1] for w in row.value["mon-fri"])
    assert row.fields["sat-sun"].text() == "08:00-14:00"  # type: ignore[attr-defined]
    qtbot.mouseClick(week, Qt.MouseButton.LeftButton, pos=at("sat-sun", 10 * 60))
    qtbot.keyClick(week, Qt.Key.Key_Right)
    assert row.value["sat-sun"] == ["08:15-14:15"]
    qtbot.keyClick(week, Qt.Key.Key_Delete)
    assert "sat-sun" not in row.value
    line, _ = applied(parse_line(TABLES), scenario_of(Kept("x", {"shifts.two": row.value})))
    assert line.calendar["two"].week["mon-fri"] == tuple(row.value["mon-fri"])


@pytest.mark.parametrize(
    ("what", "k", "by", "after"),
    [
        ("move", 1, 120, ["06:00-14:00", "00:00-02:00"]),  # never: it would run past midnight and be two
        ("begin", 0, -60, ["05:00-14:00", "22:00-24:00"]),
        ("end", 0, 600, None),
        ("begin", 0, 8 * 60, None),
    ],
)
def test_a_drag_that_makes_no_sense_changes_nothing(what: str, k: int, by: int, after: list[str] | None) -> None:
    found = _dragged(what, [minutes("06:00-14:00"), minutes("22:00-24:00")], k, 0, by)
    if what == "move":
        assert found is None
    else:
        assert (None if found is None else [words(w) for w in found]) == after


def test_days_and_windows_are_read_as_people_write_them() -> None:
    assert days_of("fri-mon") == {"fri", "sat", "sun", "mon"}
    assert groups_of({"mon,wed": (), "fri": ()}) == ["mon,wed", "fri", "tue", "thu", "sat", "sun"]
    assert groups_of({"all": ()}) == ["all"]
    assert words(minutes("22:00-06:00")) == "22:00-06:00"
    for wrong in ("6-14", "24:00-25:00", "06:00-06:00", "06:70-08:00", ""):
        with pytest.raises(ValueError, match=r".*"):
            minutes(wrong)


def test_a_week_that_cannot_be_drawn_is_left_as_text(qtbot: QtBot, qapp: QApplication) -> None:
    from twinviewer.panels._whatif_calendar import CalendarRow

    row = CalendarRow(Control("shifts.x", "Shifts", "x", "calendar", {"all": ["all day"]}))
    qtbot.addWidget(row)
    row.show()
    assert not row.week.isVisible()
    assert row.fields["all"].text() == "all day"
    assert not row.changes


def test_the_flow_has_ranks_and_lanes() -> None:
    flow = flow_of(parse_line(TABLES))
    assert [(s.name, s.machines, s.rank, s.lane) for s in flow.stations] == [("cut", 2, 0, 0.0), ("mill", 1, 1, 0.0)]
    assert {(x.before, x.after, x.capacity) for x in flow.links} == {
        ("", "cut", None), ("cut", "mill", 4), ("mill", "", None),
    }  # fmt: skip


def test_changed_levers_stand_first_and_words_find_the_others(levers: Levers, qtbot: QtBot) -> None:
    fields: Callable[[], list[str]] = lambda: levers.shown  # noqa: E731
    levers.of_row("supplier.steel").slider.setValue(3)  # type: ignore[attr-defined]
    levers.which.setCurrentIndex(0)
    assert fields()[0] == "supplier.steel"
    levers.look_for("Feed of mill")
    assert fields() == ["setpoint.mill"]
    levers.select("CNC-103")
    levers.look_for("")
    levers.which.setCurrentIndex(1)
    assert "failure.cut#2" in fields()
    assert "failure.cut" not in fields()


def test_a_planned_stop_is_dragged_on_its_day_and_moved_by_keys(levers: Levers, qtbot: QtBot) -> None:
    row = levers.of_row("maintenance.cut")
    assert isinstance(row, StopsRow)
    levers.begin(datetime(2026, 11, 21, 8, 0), True)
    assert row.was.text() == "Sat 21 Nov 18:00–18:30"
    days = row.days
    told: list[bool] = []
    levers.moved.connect(told.append)

    def at(day: int, hour: float) -> QPoint:
        return QPointF(days._x(hour * 3600), 14 + 20 * day + 10).toPoint()

    drag(qtbot, days, at(0, 18.2), at(0, 20.2), at(1, 4.2))  # to the next morning
    assert row.value == levers.settings["maintenance.cut"] == 10.0
    assert row.was.text() == "Sun 22 Nov 04:00–04:30, was Sat 21 Nov 18:00"
    assert told == [True, True, False]
    drag(qtbot, days, at(1, 4.2), at(0, 1.0))  # before the run begins nothing can be done
    assert row.value == -10.0
    assert days.stretches == [(0.0, 1800.0)]
    days.setFocus()
    qtbot.keyClick(days, Qt.Key.Key_Down)
    qtbot.keyClick(days, Qt.Key.Key_Right)
    assert row.value == 15.0
    row.number.setValue(0.0)
    assert "maintenance.cut" not in levers.settings
    drag(qtbot, days, at(0, 12.0), at(1, 12.0))  # free time: nothing to take hold of
    assert row.value == 0.0


def test_the_time_of_a_spike_of_demand_is_drawn_and_moved(levers: Levers, qtbot: QtBot) -> None:
    spike = Control("demand_spike", "Demand", "Demand for a time", "slider", 100.0, "%", 0, 300, 5)
    begin = Control("demand_from", "Demand", "from", "slider", 0.0, "h", 0, 48, 1)
    end = Control("demand_to", "Demand", "until", "slider", 48.0, "h", 0, 48, 1)
    levers.show_controls((spike, begin, end))
    levers.which.setCurrentText(ALL)
    assert levers.shown == ["demand_spike"]  # one control for all three
    levers.look_for("until")
    assert levers.shown == ["demand_spike"]
    levers.look_for("")
    row = levers.of_row("demand_spike")
    assert isinstance(row, SpikeRow)
    levers.begin(datetime(2026, 11, 21, 8, 10), True)
    days = row.days

    def at(day: int, hour: float) -> QPoint:
        return QPointF(days._x(hour * 3600), 14 + 20 * day + 10).toPoint()

    drag(qtbot, days, at(0, 12.0), at(0, 15.0), at(0, 18.0))
    assert levers.settings == {}  # at 100 % its time means nothing, and it says so
    assert row.words.text() == "Sat 21 Nov 12:00 – Sat 21 Nov 18:00 (100 % is no change: move the slider)"
    row.slider.setValue(30)
    assert levers.settings == {"demand_spike": 150.0, "demand_from": 3.8333, "demand_to": 9.8333}
    drag(qtbot, days, at(0, 18.0), at(0, 20.0))  # its end
    drag(qtbot, days, at(0, 15.0), at(1, 15.0))  # all of it, a day later
    assert row.words.text() == "Sun 22 Nov 12:00 – Sun 22 Nov 20:00 at 150 %"
    kept = dict(levers.settings)
    drag(qtbot, days, at(0, 22.0), at(0, 22.0))  # too short to be a time
    assert levers.settings == kept
    levers.put({})
    assert row.value == 100.0
    levers.put(kept)
    assert row.words.text() == "Sun 22 Nov 12:00 – Sun 22 Nov 20:00 at 150 %"
    assert row.changes == kept


def test_overtime_is_offered_where_a_day_has_an_evening_left() -> None:
    tables = {"calendar": {"night": {"week": {"all": ["00:00-24:00"]}}, "day": {"week": {"all": ["06:00-14:00"]}}},
              "station": {"a": {"time": "9 s"}}}  # fmt: skip
    names = [c.id for c in controls_of(parse_line(tables)) if c.group == "Shifts"]
    assert names == ["shifts.night", "shifts.day", "overtime.day"]


def test_stops_that_repeat_are_moved_together() -> None:
    tables = {"station": {"a": {"time": "9 s", "maintenance": [{"every": "40 h", "duration": "1 h"}]}}}
    control = next(c for c in controls_of(parse_line(tables)) if c.id == "maintenance.a")
    assert [begin / 3600 for begin, _ in control.stretches] == [40, 80, 120, 160]
    assert {end - begin for begin, end in control.stretches} == {3600.0}
