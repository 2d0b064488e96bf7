"""A flow model's file: what is wrong is told with file, line and key; large tables lie beside it as CSV."""

import random
import re
from pathlib import Path

import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.line_file import line_text
from twinviewer.simulation.places import line_number
from twinviewer.simulation.quantities import distribution
from twinviewer.simulation.reading import load_line
from twinviewer.simulation.runs import run

GOOD = '[station.a]\ntime = "5 s"\n[source.s]\nfeeds = "a"\n'


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ('[station.a]\ntme = "5 s"\n', "line 2, station.a.tme", 'Did you mean "time"?'),
        ("[station.a]\nbuffer = 3\n", "line 1, station.a.time", "is missing"),
        ('[station.a]\ntime = "gamma(5 s, 2)"\n[source.s]\nfeeds = "a"\n', "line 2, station.a.time", "Known are"),
        (GOOD + 'policy = "poisson"\n', "line 5, source.s.policy", '"exponential(60 s)"'),
        (GOOD + 'policy = "0 s"\n', "line 5, source.s.policy", "time between arrivals is zero"),
        (GOOD + '[model]\nhorizon = "soon"\n', "line 6, model.horizon", "not a span of time"),
        (GOOD + '[model]\nhorizon = "-1 h"\n', "line 6, model.horizon", "more than zero"),
        (
            '[station."CNC 1"]\ntime = "5 s"\nnext = "b"\n[source.s]\nfeeds = "CNC 1"\n',
            "line 3, station.CNC 1.next",
            'no station "b"',
        ),
        ('[station.a]\ntime = "5 s"\noperators = "x"\n', "line 3, station.a.operators", "crew, n"),
        ('[station.a]\ntime = "5 s"\nquality = { yield = 1.3 }\n', "line 3, station.a.quality.yield", "more than 1"),
        ('[station.a]\ntime = "5 s"\nfailure = { mtbf = "9 h" }\n', "line 3, station.a.failure.mttr", "missing"),
        ('[station.a]\ntime = "empirical()"\n[source.s]\nfeeds = "a"\n', "line 2, station.a.time", "file=cycles.csv"),
        ('[station.a]\ntime = "1e-9 s"\n[source.s]\nfeeds = "a"\n', "line 2, station.a.time", "within the horizon"),
        (GOOD + 'policy = "exponential(1e-9 s)"\n', "line 5, source.s.policy", "within the horizon"),
        (
            '[station.a]\ntime = "5 s"\nfailure = { mtbf = "1e-9 s", mttr = "1e-9 s" }\n[source.s]\nfeeds = "a"\n',
            "line 3, station.a.failure.mtbf",
            "within the horizon",
        ),
        ("[station.a\n", "line.toml", "at line 1"),
        ("", "station", '"station" is missing'),
        ("station = 5\n", "line 1, station", "not a table"),
        (
            GOOD + 'policy = "orders"\n[[order]]\nid = "1"\nproduct = "part"\nquantity = 2\n'
            '[[order]]\nid = "1"\nproduct = "part"\nquantity = 2\n',
            "line 7, order.1",
            "there twice",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, where, says):
    file = tmp_path / "line.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LineError) as found:
        load_line(file)
    error = found.value
    assert error.where.startswith(str(file))
    assert where in error.where
    assert says in f"{error.text} {error.remedy}"
    assert error.remedy


def test_an_order_is_found_by_its_id():
    text = '[[order]]\nid = "A"\nproduct = "x"\n\n[[order]]\nid = "B"\nquantity = 3\ndue = "soon"\n'
    assert line_number(text, ("order", "B", "due")) == 8
    assert line_number(text, ("order", "A", "due")) == 2
    assert line_number(text, ("order", "1", "quantity")) == 7
    assert line_number(text, ("station", "a")) is None


def test_friendly_spellings():
    tables = {
        "calendar": {"c": {"week": {"Monday-Friday": "06:00-14:00"}}},
        "product": {"X": {}},
        "station": {"a": {"time": "1 min", "calendar": "c"}},
        "source": {"s": {"feeds": "a", "policy": "orders"}},
        "order": [{"id": 7, "product": "X", "quantity": 30, "due": "2026-01-05T06:30"}],
    }
    result = run(parse_line(tables), (), 86400.0, 2)
    assert result.baseline.kpis["completion_h.7"].mean == pytest.approx(6.5)
    assert result.baseline.kpis["late.7"].mean == 0


def test_tables_beside_the_model(tmp_path):
    (tmp_path / "line.toml").write_text(
        '[tables]\norders = "o.csv"\nroutes = "r.csv"\nsetups = "s.csv"\nshifts = "t.csv"\n'
        '[product.A]\n[station.saw]\ntime = "10 s"\ncalendar = "day"\n[station.mill]\ntime = "10 s"\n'
        '[source.s]\nfeeds = "saw"\npolicy = "orders"\n',
        encoding="utf-8",
    )
    (tmp_path / "o.csv").write_text("id;product;quantity;due;priority\nP1;A;3;8 h;2\nP2;B;4;2026-01-06T12:00;1\n")
    (tmp_path / "r.csv").write_text("\ufeffproduct,route\nA,saw > mill\nB,saw\n", encoding="utf-8")
    (tmp_path / "s.csv").write_text("station,from,to,time\nmill,A,B,2 min\nmill,default,default,60\n")
    (tmp_path / "t.csv").write_text(
        "calendar,day,from,to\nday,mon-fri,06:00,14:00\nday,mon-fri,15:00,18:00\nday,2026-01-06,,\n"
    )
    line = load_line(tmp_path)
    assert [(o.id, o.quantity, o.priority) for o in line.order] == [("P1", 3, 2), ("P2", 4, 1)]
    assert line.product["A"].route == ("saw", "mill")
    assert line.station["mill"].setup == {"A>B": "2 min", "default": "60"}
    assert line.calendar["day"].week["mon-fri"] == ("06:00-14:00", "15:00-18:00")
    assert line.calendar["day"].exceptions[0].windows == ()
    (tmp_path / "whole.toml").write_text(line_text(line), encoding="utf-8")
    assert load_line(tmp_path / "whole.toml") == line


def test_a_setup_matrix(tmp_path):
    (tmp_path / "line.toml").write_text('[tables]\nsetups = "s.csv"\n[product.A]\n[product.B]\n' + GOOD)
    (tmp_path / "s.csv").write_text("station,from,A,B\na,A,,90\na,B,30,\n")
    assert load_line(tmp_path).station["a"].setup == {"A>B": "90", "B>A": "30"}


@pytest.mark.parametrize(
    ("table", "text", "where"),
    [
        ("orders", "id,product\n1,A\n", "line 1"),
        ("orders", "id,product,quantity\n1,part,many\n", "line 2"),
        ("orders", "id,product,quantity\n\n1,part,many\n", "line 3"),
        ("orders", f'id,product,quantity\n"{"x" * 200_000}",part,3\n', "line 2"),
        ("orders", "id,product,quantity\n1,part,3,4\n", "line 2"),
        ("setups", "station,from,to,time\nx,A,B,3\n", "line 2"),
        ("orders", None, "t.csv"),
    ],
)
def test_what_is_wrong_in_a_table_is_told(tmp_path, table, text, where):
    (tmp_path / "line.toml").write_text(f'[tables]\n{table} = "t.csv"\n' + GOOD)
    if text is not None:
        (tmp_path / "t.csv").write_text(text)
    with pytest.raises(LineError) as found:
        load_line(tmp_path)
    assert where in found.value.where
    assert "t.csv" in found.value.where


def test_observed_times_from_a_file(tmp_path: Path):
    g = random.Random(1)
    times = [g.lognormvariate(4, 0.3) for _ in range(3000)]
    (tmp_path / "c.csv").write_text("n,mill\n" + "\n".join(f"{k},{t!r}" for k, t in enumerate(times)) + "\n")
    (tmp_path / "line.toml").write_text(GOOD.replace('"5 s"', '"empirical(file=c.csv, column=mill) * 2"'))
    found = distribution(str(load_line(tmp_path).station["a"].time))
    assert found.mean == pytest.approx(2 * sum(times) / len(times), rel=1e-3)
    (tmp_path / "line.toml").write_text(GOOD.replace('"5 s"', '"empirical(file=c.csv, column=saw)"'))
    with pytest.raises(LineError, match='no column "saw"'):
        load_line(tmp_path)


def test_the_whole_horizon_is_measured_after_the_warm_up():
    tables = {"station": {"a": {"time": "30 s", "power": {"idle": 2, "run": 10}}}}
    tables["source"] = {"s": {"feeds": "a", "policy": "1 min"}}
    result = run(parse_line(tables), (), 86400.0, 2)
    assert result.warmup_s > 0
    assert result.baseline.kpis["good"].mean == 1440
    assert result.baseline.kpis["energy_kwh"].mean == pytest.approx(24 * 6)


def test_times_of_the_line_count_from_the_end_of_the_warm_up():
    tables = {
        "model": {"warmup": "90 min", "start": "2026-01-05T06:00"},
        "calendar": {"day": {"week": {"mon": "06:00-08:00"}}},
        "station": {"a": {"time": "1 min", "calendar": "day", "maintenance": [{"at": "30 min", "duration": "15 min"}]}},
        "source": {"s": {"feeds": "a"}},
    }
    assert run(parse_line(tables), (), 4 * 3600.0, 1).baseline.kpis["good"].mean == pytest.approx(105, abs=1)


def test_a_line_that_never_settles_says_so():
    tables = {"station": {"a": {"time": "2 s"}}, "source": {"s": {"feeds": "a", "policy": "exponential(1 s)"}}}
    assert any("does not settle" in n for n in run(parse_line(tables), (), 3600.0, 2).notes)


def test_the_models_of_the_documentation_run(tmp_path):
    text = (Path(__file__).resolve().parents[2] / "docs" / "what-if.md").read_text(encoding="utf-8")
    models = [m for m in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[station." in m]
    assert len(models) >= 2
    for model in models:
        (tmp_path / "line.toml").write_text(model, encoding="utf-8")
        result = run(load_line(tmp_path), (), 86_400.0, 2)
        assert result.baseline.kpis["good"].mean > 100
