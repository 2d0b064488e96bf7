"""Assembly from several materials, made or delivered; batches; people who set up."""

from typing import Any

import numpy as np
import pytest

from tests.simulation.lines import agrees, mean
from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.lint import check_line
from twinviewer.simulation.replication import Outcome, replicate
from twinviewer.simulation.runs import run
from twinviewer.simulation.tables import build


def simulate(horizon_s: float, number: int = 0, **tables: Any) -> Outcome:
    return replicate(build(parse_line(tables), horizon_s), 1, number)


def test_a_station_waits_for_the_scarcest_of_its_materials():
    o = simulate(
        3600.0,
        material={"screw": {"initial": 100}, "plate": {"initial": 12}, "glue": {"initial": 9.5}},
        station={"a": {"time": "60 s", "consumes": {"screw": 8, "plate": 1, "glue": 0.5}}},
        source={"s": {"feeds": "a"}},
    )
    assert o.done.sum() == 12
    assert o.time_s[0, r.WAITING_MATERIAL] == pytest.approx(3600 - 720)


def assembly(room: float | None, frame: str, wheel: str, build_: str) -> dict[str, Any]:
    """Frames and wheels are made for stock with so much room; a bicycle is one frame and two wheels."""
    product = {"frame": {"route": ["weld", "material.frames"]}, "wheel": {"route": ["spoke", "material.wheels"]}}
    product["bicycle"] = {"route": ["assemble"]}
    return {
        "product": product,
        "material": {"frames": {"capacity": room}, "wheels": {"capacity": room}},
        "station": {
            "weld": {"time": frame},
            "spoke": {"time": wheel},
            "assemble": {"time": build_, "consumes": {"frames": 1, "wheels": 2}},
        },
        "source": {
            "f": {"feeds": "weld", "lots": [{"product": "frame", "quantity": 1}]},
            "w": {"feeds": "spoke", "lots": [{"product": "wheel", "quantity": 1}]},
            "b": {"feeds": "assemble", "lots": [{"product": "bicycle", "quantity": 1}]},
        },
    }


def test_an_assembly_is_paced_by_its_slowest_part_and_full_stock_blocks():
    tables = assembly(2, "30 s", "40 s", "20 s")
    assert not [f for f in check_line(parse_line(tables)) if f.level in ("error", "warning")]
    o = simulate(8000.0, **tables)
    assert o.done.tolist() == [0, 0, 98 + 1]  # a pair of wheels every 80 s, the first at 80, each built 20 s later
    assert o.time_s[0, r.BLOCKED] > 4000  # the welder waits for room
    assert o.entered == o.completed_all + o.wip_at_end


def test_nothing_is_lost_in_a_random_assembly():
    times = ("exponential(30 s)", "lognormal(15 s, cv=0.5)", "exponential(25 s)")
    for number in range(5):
        o = simulate(20_000.0, number, **assembly(3, *times))
        assert o.entered == o.completed_all + o.wip_at_end
        frames = o.good[0]
        assert 0 <= frames - o.done[2] <= 3 + 2  # in stock, in work
        np.testing.assert_allclose(o.time_s.sum(1), 20_000, rtol=1e-9)


def test_two_suppliers_and_an_assembler_against_the_exact_chain():
    """Exponential times, room for one piece each."""
    made, used = (1.0, 1.3), 0.9
    # 2: one in stock, one blocked; the assembler (w) is never idle while there is one of each
    states = [(a, b, w) for a in range(3) for b in range(3) for w in (0, 1) if w or not (a and b)]
    row = {s: k for k, s in enumerate(states)}

    def settled(a: int, b: int, w: int) -> tuple[int, int, int]:
        return (a - 1, b - 1, 1) if not w and a and b else (a, b, w)

    q = np.zeros((len(states), len(states)))
    for a, b, w in states:
        if a < 2:
            q[row[a, b, w], row[settled(a + 1, b, w)]] += made[0]
        if b < 2:
            q[row[a, b, w], row[settled(a, b + 1, w)]] += made[1]
        if w:
            q[row[a, b, w], row[settled(a, b, 0)]] += used
    np.fill_diagonal(q, 0)
    np.fill_diagonal(q, -q.sum(1))
    pi = np.linalg.lstsq(np.vstack([q.T, np.ones(len(q))]), np.append(np.zeros(len(q)), 1), rcond=None)[0]
    exact = used * sum(pi[row[s]] for s in states if s[2])
    tables = assembly(
        1, f"exponential({1 / made[0]!r} s)", f"exponential({1 / made[1]!r} s)", f"exponential({1 / used!r} s)"
    )
    tables["station"]["assemble"]["consumes"] = {"frames": 1, "wheels": 1}
    built = build(parse_line(tables), 20_000.0)
    found = [replicate(built, 1, k, 400.0, profile=False) for k in range(12)]
    assert agrees(mean([o.done[2] / o.span_s for o in found]), exact, 0.004)


def test_a_batch_is_worked_on_together():
    tables = {"station": {"oven": {"time": "300 s", "batch": 4}}, "source": {"s": {"feeds": "oven", "policy": "60 s"}}}
    o = simulate(3700.0, **tables)
    assert o.done.sum() == 4 * 11  # full at 240 s, then every 300 s
    assert o.time_s[0, r.RUNNING] == pytest.approx(3700 - 240)
    assert o.planned_s[0] == pytest.approx(44 * 75)


def test_a_batch_may_start_with_fewer():
    station = {"oven": {"time": "300 s", "batch": {"size": 4, "least": 2}}}
    o = simulate(1e5, station=station, source={"s": {"feeds": "oven", "policy": "1000 s"}})
    assert o.done.sum() == 98  # pairs: the 100th part comes as the run ends
    assert o.lead_s == pytest.approx((1300 + 300) / 2)


def test_a_batch_leaves_part_by_part_where_there_is_little_room():
    o = simulate(
        10_000.0,
        station={"oven": {"time": "100 s", "batch": 5}, "pack": {"time": "30 s", "buffer": 1}},
        source={"s": {"feeds": "oven"}},
    )
    assert o.done.sum() == pytest.approx((10_000 - 100) / 190 * 5, abs=5)  # two leave at once, the rest every 30 s
    assert o.time_s[0, r.BLOCKED] > 3000
    assert o.entered == o.completed_all + o.wip_at_end


@pytest.mark.parametrize("batch", [0, {"size": 3, "least": 4}, 6])
def test_a_batch_that_cannot_be_is_told(batch):
    tables = {"station": {"a": {"time": "1 s", "batch": batch, "buffer": 5}}, "source": {"s": {"feeds": "a"}}}
    with pytest.raises(LineError):
        build(parse_line(tables), 100.0)


def test_one_setter_for_two_machines():
    """Both change product after each part; operators stay, and the only setter goes from one to the other."""
    line = {
        "product": {"A": {}, "B": {}},
        "crew": {"setters": {"size": 1}},
        "station": {"m": {"machines": 2, "time": "10 s", "setup": "40 s", "setup_crew": "setters"}},
        "source": {"s": {"feeds": "m", "lots": [{"product": "A", "quantity": 2}, {"product": "B", "quantity": 2}]}},
    }
    o = simulate(10_000.0, **line)
    assert o.crew_busy[0] == pytest.approx(1, abs=0.01)
    assert o.done.sum() == pytest.approx(10_000 / 40, abs=3)
    assert o.time_s[:, r.WAITING_OPERATOR].sum() > 5000
    line["crew"] = {"setters": {"size": 2}}
    assert simulate(10_000.0, **line).done.sum() == pytest.approx(2 * 10_000 / 50, abs=4)


def test_a_material_that_is_not_there_is_told():
    tables = {"station": {"a": {"time": "1 s", "next": "material.nothing"}}, "source": {"s": {"feeds": "a"}}}
    with pytest.raises(LineError, match='no material "nothing"'):
        build(parse_line(tables), 100.0)


def test_what_becomes_a_material_fills_its_order_and_costs_its_material():
    line = parse_line(
        {
            "model": {"warmup": "0 s"},
            "product": {"frame": {"route": ["weld", "material.frames"], "material_cost": 2.0}},
            "material": {"frames": {}},
            "station": {"weld": {"time": "10 s"}, "build": {"time": "5 s", "consumes": {"frames": 1}}},
            "source": {"s": {"feeds": "weld", "policy": "orders"}},
            "order": [{"id": "1", "product": "frame", "quantity": 4, "due": "50 s"}],
        }
    )
    kpis = run(line, (), 1000.0, 1, threads=1).baseline.kpis
    assert kpis["completion_h.1"].mean == pytest.approx(40 / 3600)
    assert kpis["late.1"].mean == 0
    assert kpis["cost"].mean == pytest.approx(8.0)
