"""Numbers that no line can have end in a sentence that names them, not in a run that goes wrong."""

import copy
from typing import Any

import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.replication import replicate
from twinviewer.simulation.runs import run
from twinviewer.simulation.tables import build

LINE: dict[str, Any] = {
    "product": {"A": {}},
    "station": {"a": {"time": "10 s", "consumes": {"m": 1}}, "b": {"time": "5 s"}},
    "material": {"m": {"supply": {"every": "1 h", "quantity": 500}}},
    "crew": {"c": {}},
    "source": {"s": {"feeds": "a", "policy": "orders"}},
    "order": [{"id": "1", "product": "A", "quantity": 3, "due": "1 h"}],
}
INF, NAN = float("inf"), float("nan")


def changed(path: str, value: Any) -> dict[str, Any]:
    """The line with one value, in tables that need not be there yet."""
    tables = copy.deepcopy(LINE)
    place: Any = tables
    *steps, last = path.split("/")
    for step in steps:
        place = place.setdefault(step, {})
    place[last] = value
    return tables


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *((f"station/a/{key}", x) for key in ("speed", "time", "setup") for x in (INF, NAN)),
        *(("station/a/power", {"run": x}) for x in (INF, NAN)),
        *(("station/a/maintenance", [{"at": x, "duration": "1 h"}]) for x in ("-5 h", INF, NAN, "1e400 h")),
        *(("station/a/maintenance", [{"every": x, "duration": "1 h"}]) for x in (0, INF, NAN)),
        *(("station/a/maintenance", [{"at": "1 h", "duration": x}]) for x in ("-2 h", INF, NAN)),
        ("station/a/maintenance", [{"duration": "1 h"}]),
        *(("material/m/supply/late", x) for x in ("-5 h", INF, NAN)),
        ("material/m/supply/quantity", INF),
        ("material/m/initial", NAN),
        *(("buffer", {"a>b": {"transport": {"time": x}}}) for x in ("-5 s", INF, NAN)),
        *(("model/warmup", x) for x in ("-5 h", INF, NAN)),
        *(("model/horizon", x) for x in (NAN, INF, 1e300)),
        ("model/start", "0001-01-01T00:00:00"),
        ("model/start", "9999-12-31T00:00:00"),
        *(("source/s/demand", {"percent": x}) for x in (INF, 1e12)),
        ("source/s/demand", {"percent": 120, "from": NAN}),
        ("crew/c/size", 2**40),
        ("station/a/operators", {"crew": "c", "n": 2**40}),
        *(("station/a/failure", {"mtbf": x, "mttr": "1 min"}) for x in (0, "constant(0 s)", INF)),
        ("station/b/buffer", 2**40),
        ("station/a/batch", 2**40),
        ("station/a/quality", {"yield": 0.5, "rework": {"to": "a", "max": 2**40}}),
        ("source/s/lots", [{"product": "A", "quantity": 1_000_000}] * 50),
        *(
            ("station/a/time", text)
            for text in (
                "98 s * 1..2",
                "98 s * 1e400",
                "weibull(mean=5 s, shape=0.001)",
                "lognormal(5 s, cv=1e200)",
                "lognormal(5 s, cv=nan)",
                "erlang(5 s, k=1e300)",
                "erlang(5 s, k=inf)",
                "normal(5 s, cv=nan)",
                "normal(5 s, cv=-1)",
            )
        ),
    ],
)
def test_is_told(path: str, value: Any) -> None:
    tables = changed(path, value)
    horizon_s = None if path == "model/horizon" else 7200.0
    with pytest.raises(LineError) as error:
        run(parse_line(tables), (), horizon_s, 1, threads=1)
    assert error.value.where
    assert error.value.remedy


def test_infinity_is_called_by_its_name() -> None:
    with pytest.raises(LineError, match="finite"):
        parse_line(changed("station/a/maintenance", [{"at": INF, "duration": "1 h"}]))


def test_the_line_itself_runs() -> None:
    assert replicate(build(parse_line(LINE), 7200.0), 1, 0).done[0] == 3
