"""Values are written into a flow model's file as a person laid it out: nothing else of it changes."""

import stat
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinviewer.model.errors import LineError
from twinviewer.simulation.line_edit import changed_text
from twinviewer.simulation.line_file import calibrated_file
from twinviewer.simulation.reading import load_line

TEXT = """\
#:schema line.schema.json
# A line as a person keeps it.
format = 1

[station.saw]                 # the old one
time = "50 s"                 # by the stop-watch
failure = { mtbf = "4 h", clock = "operating" , mttr = "10 min" }
quality = {}

[ station . "mill 2" ]
time = { A = "40 s", "B#2" = 'lognormal(60 s, cv=0.2)' }
power.run = 20  # kW
maintenance = [
  { every = "40 h", duration = "30 min" },   # a [list] = { of } tables
]

[station."mill 2".failure]
mtbf = "9 h"
# the crew's own figures
mttr = "7 min"

[source.s]
feeds = "saw"
policy = \"\"\"saturated\"\"\""""
CHANGES = {
    'station."saw".time': "lognormal(51 s, cv=0.1)",
    'station."saw".failure.mtbf': "exponential(5 h)",
    'station."saw".quality.yield': 0.98,
    'station."mill 2".failure.mttr': "8 min",
    'station."mill 2".power.idle': 4.5,
    'station."mill 2".setup': "3 min",
    'station."saw".power.run': 11.0,
    'source."s".takt': "55 s",
}


def test_values_change_where_they_stand_and_all_else_stays() -> None:
    text = changed_text(TEXT, CHANGES, "line.toml")
    found = tomllib.loads(text)
    saw, mill = found["station"]["saw"], found["station"]["mill 2"]
    assert saw["failure"] == {"mtbf": "exponential(5 h)", "clock": "operating", "mttr": "10 min"}
    assert saw["quality"] == {"yield": 0.98}
    assert saw["power"] == {"run": 11.0}
    assert mill["failure"] == {"mtbf": "9 h", "mttr": "8 min"}
    assert mill["power"] == {"run": 20, "idle": 4.5}
    assert mill["time"] == {"A": "40 s", "B#2": "lognormal(60 s, cv=0.2)"}
    assert (mill["setup"], found["source"]["s"]["takt"]) == ("3 min", "55 s")
    assert 'time = "lognormal(51 s, cv=0.1)"                 # by the stop-watch' in text
    assert '# the crew\'s own figures\nmttr = "8 min"' in text
    old, new = TEXT.splitlines(), text.splitlines()
    changed = [line for line in old if line not in new]
    assert len(changed) == 4  # the values; what was added stands on lines of its own
    assert [line for line in new if line in old] == [line for line in old if line in new]


def test_line_ends_stay_as_they_are() -> None:
    text = changed_text(TEXT.replace("\n", "\r\n"), CHANGES, "line.toml")
    assert text.replace("\r\n", "\n") == changed_text(TEXT, CHANGES, "line.toml")
    assert text.count("\n") == text.count("\r\n")


_NAMES = st.text(st.characters(codec="utf-8", exclude_characters='"\\', exclude_categories=["C", "Z"]), min_size=1)
_VALUES = st.one_of(st.floats(-9, 9), st.text(max_size=9), st.lists(st.integers(0, 9), max_size=2))


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=4), _NAMES, _VALUES, st.booleans(), st.booleans())
def test_any_value_of_any_table_can_be_set(table: dict, name: str, value: object, inline: bool, remark: bool) -> None:
    from twinviewer.simulation.toml_text import toml_key, toml_value

    end = "  # } = ] \" '\n" if remark else "\n"
    pairs = [f"{toml_key(k)} = {toml_value(v)}" for k, v in table.items()]
    body = f"[station]\na = {{ {', '.join(pairs)} }}{end}" if inline else f"[station.a]{end}" + end.join([*pairs, ""])
    key = next(iter(table)) if remark else name
    found = tomllib.loads(changed_text(f"{body}[source.s]\n", {f'station."a"."{key}"': value}, "x"))
    assert found == {"station": {"a": {**tomllib.loads(body)["station"]["a"], key: value}}, "source": {"s": {}}}


def test_what_cannot_be_written_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(LineError, match="as it is laid out") as told:
        changed_text("[station.a]\nfailure = 3\n", {'station."a".failure.mtbf': "4 h"}, "line.toml")
    assert 'mtbf = "4 h"' in told.value.remedy
    file = tmp_path / "line.toml"
    file.write_text('[station.a]\ntime = "1 s"\n[source.s]\nfeeds = "a"\n', encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(LineError, match="yield"):
        calibrated_file(tmp_path, {'station."a".quality.yield': 1.7}, "record")
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["line.toml"]


def test_a_calibrated_file_keeps_comments_rights_and_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "line.toml"
    file.write_text(
        f'{TEXT}\n[product.A]\n[product.B]\nroute = ["saw", "mill 2", "mill 2"]\n[tables]\norders = "orders.csv"\n',
        encoding="utf-8",
    )
    (tmp_path / "orders.csv").write_text("id,product,quantity\n1,A,5\n", encoding="utf-8")
    if sys.platform != "win32":
        file.chmod(0o664)
    before = file.read_text(encoding="utf-8")
    other = tmp_path / "elsewhere"
    other.mkdir()
    calibrated_file(tmp_path, {'station."saw".time': "53 s"}, "record", other)  # the orders' file does not lie there
    assert load_line(other).order == load_line(tmp_path).order
    assert load_line(other).station["saw"].time == "53 s"
    if sys.platform != "win32":
        (usual := other / "usual").touch()
        assert (other / "line.toml").stat().st_mode == usual.stat().st_mode  # others may read what is shared
    assert calibrated_file(tmp_path, {'station."saw".time': "51 s"}, "record") == file
    assert calibrated_file(tmp_path, {'station."saw".time': "52 s"}, "record 2") == file
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[:3] == [
        "#:schema line.schema.json", "# Calibrated from record 2: 1 figure.", "# A line as a person keeps it.",
    ]  # fmt: skip
    assert [line for line in before.splitlines() if line not in lines] == [
        'time = "50 s"                 # by the stop-watch'
    ]
    assert '"51 s"' in (tmp_path / "line.toml.before").read_text(encoding="utf-8")
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o664
