"""Lines without chance, whose every moment can be worked out by hand."""

from typing import Any

import numpy as np
import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.indicators import Indicators
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.replication import Outcome, replicate
from twinviewer.simulation.tables import build

HOUR, DAY = 3600.0, 86_400.0


def simulate(horizon_s: float, **tables: Any) -> Outcome:
    """One replication of a line given by its tables; saturated at its first station where no source is named."""
    tables.setdefault("source", {"s": {"feeds": next(iter(tables["station"]))}})
    return replicate(build(parse_line(tables), horizon_s), 1, 0)


def test_a_shift_freezes_work_and_goes_on_where_it_stopped():
    o = simulate(
        2 * DAY,
        station={"a": {"time": "50 min", "calendar": "day"}},
        calendar={"day": {"week": {"all": ["08:00-10:00"]}}},
    )
    # two hours a day: 50, 100 min; the third part is 20 min in at 10:00 and ends at 08:30 of the next day
    assert o.done[0] == 4
    assert o.time_s[0, r.OFF] == 2 * DAY - 4 * HOUR
    assert o.time_s[0, r.RUNNING] == 4 * HOUR


def test_a_night_shift_and_an_exception():
    calendar = {"week": {"mon": ["22:00-02:00"]}, "exceptions": [{"date": "2026-01-07", "windows": ["10:00-11:00"]}]}
    o = simulate(
        7 * DAY,
        model={"start": "2026-01-05T00:00:00"},
        station={"a": {"time": "1 h", "calendar": "n"}},
        calendar={"n": calendar},
    )
    assert o.done[0] == 5


def test_setups_between_products():
    o = simulate(
        1000.0,
        product={"A": {}, "B": {}},
        station={"a": {"time": "10 s", "setup": {"default": "100 s", "A>B": "40 s"}}},
        source={"s": {"feeds": "a", "lots": [{"product": "A", "quantity": 5}, {"product": "B", "quantity": 5}]}},
    )
    # 50 A, 40 setup, 50 B, 100 setup = 240 s a round
    assert o.time_s[0, r.SETTING_UP] == 4 * 140
    assert o.done.tolist() == [24, 20]


def test_orders_by_priority():
    orders = [
        {"id": "late", "product": "A", "quantity": 3},
        {"id": "first", "product": "A", "quantity": 2, "priority": 1},
    ]
    tables = build(
        parse_line(
            {
                "product": {"A": {}},
                "station": {"a": {"time": "10 s"}, "b": {"time": "1 s"}},
                "source": {"s": {"feeds": "a", "policy": "orders"}},
                "order": orders,
            }
        ),
        1000.0,
    )
    o = replicate(tables, 1, 0)
    assert dict(zip(tables.order_names, o.order_done_s.tolist(), strict=True)) == {"first": 21.0, "late": 51.0}
    assert o.entered == 5


def test_transport_takes_time_and_room():
    o = simulate(
        100.0,
        station={"a": {"time": "10 s"}, "b": {"time": "10 s"}},
        buffer={"a>b": {"capacity": 2, "transport": {"speed_m_s": 0.5, "length_m": 12.5}}},
    )
    # two parts fit on the belt; they reach b at 35, 45, 60, 70, 85 and 95, and a waits 5 s for every second one
    assert o.done[0] == 5
    assert o.time_s[0, r.BLOCKED] == 15


def test_material_runs_out_and_comes_late():
    o = simulate(
        1000.0,
        station={"a": {"time": "10 s", "consumes": {"m": 2}}},
        material={"m": {"initial": 10, "supply": {"every": "500 s", "quantity": 8, "delay": "50 s"}}},
    )
    assert o.done[0] == 9
    assert o.time_s[0, r.WAITING_MATERIAL] == pytest.approx(1000 - 90)


def test_a_member_of_the_crew_at_a_time():
    o = simulate(
        100.0,
        station={"a": {"time": "10 s", "machines": 2, "operators": {"crew": "people"}}},
        crew={"people": {"size": 1}},
    )
    assert o.done[0] == 10
    assert o.time_s[:, r.WAITING_OPERATOR].sum() == 100


def test_planned_stops_and_scenario_failures():
    line = parse_line(
        {
            "station": {"a": {"time": "10 s", "maintenance": [{"every": "100 s", "duration": "20 s"}]}},
            "source": {"s": {"feeds": "a"}},
        }
    )
    o = replicate(build(line, 400.0, ((215.0, 30.0, "a", 1, False),)), 1, 0)
    assert o.time_s[0, r.MAINTAINED] == 60 + 25  # it stands already when it should fail: until 245 s then
    assert o.time_s[0, r.DOWN] == 0
    assert o.time_s[0].sum() == 400


def test_energy_and_peak():
    o = simulate(2 * HOUR, station={"a": {"time": "10 s", "power": {"run": 12.0, "idle": 2.0}}})
    assert o.energy_kwh[0] == pytest.approx(24)
    assert o.peak_kw == pytest.approx(12)
    short = simulate(600.0, station={"a": {"time": "10 s", "power": {"run": 12.0}}})
    assert short.peak_kw == pytest.approx(12)  # of less than a quarter of an hour: of what there was


def test_rework_does_not_lock_up_a_full_line():
    quality = {"yield": 0.7, "rework": {"to": "a", "share": 1.0, "max": 3}}
    stations = {"a": {"time": "10 s", "buffer": 1}, "b": {"time": "10 s", "buffer": 1, "quality": quality}}
    o = simulate(DAY, station=stations)
    assert o.done[0] > 0.6 * DAY / 10 * 0.7


def test_a_loop_that_takes_no_time_is_told():
    with pytest.raises(LineError, match="without time"):
        simulate(10.0, station={"a": {"time": "0 s"}})


def test_a_queue_without_bounds_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("twinviewer.simulation.tables.MOST_PARTS", 8192)
    with pytest.raises(LineError, match="wait in this line"):
        simulate(DAY, station={"a": {"time": "10 s"}}, source={"s": {"feeds": "a", "policy": "exponential(1 s)"}})


@pytest.mark.parametrize(
    "tables",
    [
        {"station": {"a": {"time": "1 s", "next": "nowhere"}}},
        {"station": {"a": {"time": "1 s", "next": [{"to": "out", "share": 0.5}]}}},
        {"station": {"a": {"time": "1 s", "calendar": "none"}}},
        {"station": {"a": {"time": "1 s", "failure": {"mtbf": "1 h", "mttr": "1 s", "crew": "none"}}}},
        {"station": {"a": {"time": "1 s", "power": {"sleep": 1.0}}}},
        {"station": {"a": {"time": {"X": "1 s"}}}},
        {"station": {"a": {"time": "1 s", "colour": "red"}}},
        {
            "station": {"a": {"time": "1 s"}},
            "calendar": {"c": {"week": {"noday": ["06:00-07:00"]}}},
            "crew": {"p": {"calendar": "c"}},
        },
        {"station": {"a": {"time": "1 s"}}, "source": {}},
        {"station": {"a": {"time": "1 s"}}, "source": {"s": {"feeds": "a", "policy": "sometimes"}}},
        {"station": {"a": {"time": "1 s"}}, "buffer": {"x>a": {"capacity": 1}}},
    ],
)
def test_what_is_wrong_in_a_line_is_told(tables):
    with pytest.raises(LineError) as error:
        simulate(10.0, **tables)
    assert error.value.remedy


def test_lead_times_are_those_of_good_parts():
    o = simulate(1005.0, station={"a": {"time": "10 s"}, "b": {"time": "7 s"}})
    assert o.lead_s == pytest.approx(17)
    assert np.isfinite(o.lead_sd_s)


def test_families_of_products_need_no_setup_within_them():
    products = {"A": {"family": "steel"}, "B": {"family": "steel"}, "C": {"family": "brass"}, "D": {}}
    setup = {"default": "100 s", "steel>brass": "40 s", "A>C": "7 s", "brass>D": "20 s"}
    lots = [{"product": p, "quantity": 1} for p in "ABCDABAC"]
    o = simulate(
        8 * 10.0 + 40 + 20 + 100 + 7,
        product=products,
        station={"a": {"time": "10 s", "setup": setup}},
        source={"s": {"feeds": "a", "lots": lots}},
    )
    # A B -40- C -20- D -100- A B A -7- C: two changes within steel either way cost nothing
    assert o.done.tolist() == [3, 2, 2, 1]
    assert o.time_s[0, r.SETTING_UP] == 167
    with pytest.raises(LineError, match='no product or family "iron"'):
        simulate(10.0, product=products, station={"a": {"time": "10 s", "setup": {"iron>steel": "1 s"}}})


def test_a_starved_machine_draws_what_is_written_for_it():
    power = {"idle": 2.0, "starved": 0.5, "run": 4.0}
    station = {"time": "10 s", "power": power, "consumes": {"m": 1}}
    o = simulate(
        300.0,
        station={"a": station},
        source={"s": {"feeds": "a", "policy": "100 s"}},
        material={"m": {"initial": 1}},
    )
    # starved until 100 s, working until 110 s, starved until 200 s, then without material
    assert o.energy_kwh[0] * 3600 == pytest.approx(190 * 0.5 + 10 * 4 + 100 * 2)


def test_energy_costs_what_its_hour_and_its_highest_quarter_cost():
    line = parse_line(
        {
            "model": {"start": "2026-03-02T05:20:00"},  # a Monday
            "calendar": {
                "day": {"week": {"mon-fri": ["06:00-22:00"]}},
                "noon": {"week": {"all": ["12:00-13:00"]}},
            },
            "station": {"a": {"time": "10 s", "power": {"run": 12.0}}},
            "source": {"s": {"feeds": "a"}},
            "energy": {
                "per_kwh": 0.10,
                "bands": [{"calendar": "day", "per_kwh": 0.30}, {"calendar": "noon", "per_kwh": 0.50}],
                "per_peak_kw": 4.0,
            },
        }
    )
    tables = build(line, 24 * HOUR)
    o = replicate(tables, 1, 0)
    assert o.quarters_kwh.sum() == pytest.approx(o.energy_kwh.sum())
    indicators = Indicators.of(tables, line)
    cost = indicators.row(o)[indicators.names.index("cost")]
    assert cost == pytest.approx(12 * (8 * 0.10 + 15 * 0.30 + 1 * 0.50) + 12 * 4.0)


def test_a_tariff_of_a_calendar_that_is_not_there_is_refused():
    line = parse_line(
        {
            "station": {"a": {"time": "10 s"}},
            "source": {"s": {"feeds": "a"}},
            "energy": {"bands": [{"calendar": "day", "per_kwh": 0.3}]},
        }
    )
    with pytest.raises(LineError, match='no calendar "day"'):
        build(line, HOUR)
