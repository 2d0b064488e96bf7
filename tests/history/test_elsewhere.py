"""A recording without twinviewer, and far away: plain pandas by the folder's own text, and object stores."""

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.__main__ import main
from twinviewer.history import query
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.history.retention import Retention
from twinviewer.model.alarm import Alarm, AlarmEvent, AlarmState

SCENE = make_scene(2)
POWER, VIBRATION = SCENE.tag("M-0.Power"), SCENE.tag("M-1.Vibration")
ALARM = Alarm("M-0:fault", "M-0", "M-0.State", 1, "Fault", AlarmState.UNACKNOWLEDGED, True, START_NS, START_NS)
END_NS = START_NS + 7200 * NS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hours, of which the last minutes are not compacted: numbers, texts, bad values, an alarm, a note."""
    place = tmp_path_factory.mktemp("elsewhere") / "recording"
    clock = Clock()
    recorder = Recorder(place, SCENE, clock=clock, threads=False, unbroken=True, retention=Retention(raw_days=30))
    recorder.event(AlarmEvent(START_NS + NS, "raised", ALARM))
    recorder.action({"what": "acknowledge", "key": ALARM.key, "by": "eva", "reason": "seen"})
    recorder.note(START_NS + 60 * NS, "look at this", "eva", "M-0")
    for m in range(120):
        clock.now_ns = START_NS + m * 60 * NS
        recorder.tap(batch(clock.now_ns, [POWER.index], [m / 10]))
        recorder.tap(
            batch(clock.now_ns + NS, [VIBRATION.index], [np.nan], 0x808C0000 if m % 9 == 0 else 0, text={0: f"p{m}"})
        )
        recorder.flush()
    recorder.compact()
    recorder.close(compact=False)
    return place


def by_the_text(folder: Path, heading: str) -> str:
    """The lines that the folder's text gives under a heading."""
    text = (folder / "README.txt").read_text()
    found = re.search(rf"^{heading}:\n((?:    .*\n|\n)+)", text, re.MULTILINE)
    assert found is not None, heading
    return textwrap.dedent(found[1])


def alone(code: str, folder: Path) -> Any:
    """What code prints as JSON, in a Python that has no twinviewer."""
    code = f"import sys; sys.modules['twinviewer'] = None\n{code}"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_pandas_reads_the_folder_with_the_lines_of_its_text(folder: Path) -> None:
    code = by_the_text(folder, "With pandas") + textwrap.dedent(f"""
        import json
        own = samples[samples.name == {POWER.name!r}].sort_values("time")
        other = samples[samples.name == {VIBRATION.name!r}].sort_values("time")
        alarms = pandas.concat(pandas.read_json(p, lines=True) for p in __import__("pathlib").Path("alarms").iterdir())
        print(json.dumps({{
            "values": own.value.tolist(), "first": own.time.iloc[0].value, "unit": own.unit.iloc[0],
            "text": other.text.tolist()[:3], "bad": (other.status >= 2**31).sum().item(),
            "nan": bool(other.value.isna().all()),
            "live": [len(live), live.value.tolist()[-1:]], "what": alarms.what.tolist(),
        }}))
    """)
    told = alone(code, folder)
    compacted = len(told["values"])
    assert 50 < compacted < 120
    assert told["values"] == [m / 10 for m in range(compacted)]
    assert told["first"] == START_NS
    assert told["unit"] == POWER.unit
    assert told["text"] == ["p0", "p1", "p2"]
    assert told["bad"] == len(range(0, compacted, 9))
    assert told["nan"]
    assert told["live"][0] == 2 * (120 - compacted), "what is not compacted yet is there too"
    assert told["what"] == ["standing", "raised"]


def test_duckdb_reads_it_with_the_lines_of_its_text(folder: Path) -> None:
    statement = by_the_text(folder, "With DuckDB").replace("PUMP-1.Power", POWER.name)
    rows = alone(
        f"import duckdb, json; print(json.dumps([r[2] for r in duckdb.sql({statement!r}).fetchall()]))", folder
    )
    assert len(rows) > 50
    assert rows == [m / 10 for m in range(len(rows))]


def test_the_text_names_every_file_and_every_column(folder: Path) -> None:
    text = (folder / "README.txt").read_text()
    for path in folder.iterdir():
        assert path.name in text or path.name == "README.txt", path.name
    for table in ("samples", "moments", "minutes", "states", "keyframes"):
        for name in pq.read_schema(next((folder / table).iterdir())).names:
            assert re.search(rf"\b{name}\b", text), (table, name)
    (stream,) = (folder / "live").iterdir()
    with pa.ipc.open_stream(stream.read_bytes()) as reader:
        assert set(reader.schema.names) <= set(re.findall(r"\w+", text))


class Store(MemoryFileSystem):
    """An object store: no folders, no mapping into memory, under the address that DuckDB would like to serve itself."""

    protocol = ("s3", "s3a")
    store: dict[str, Any] = {}  # noqa: RUF012  (as its parent has it)
    pseudo_dirs: list[str] = [""]  # noqa: RUF012
    root_marker = ""

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + str(path).removeprefix("s3://").strip("/")

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """There are none."""

    mkdir = makedirs


@pytest.fixture
def far(folder: Path) -> Iterator[str]:
    """The same recording in the object store."""
    fsspec.register_implementation("s3", Store, clobber=True)
    store = Store(skip_instance_cache=True)
    for path in folder.rglob("*"):
        if path.is_file():
            store.pipe_file(f"s3://plant/line-1/{path.relative_to(folder).as_posix()}", path.read_bytes())
    yield "s3://plant/line-1"
    Store.store.clear()
    fsspec.register_implementation("s3", "s3fs.S3FileSystem", clobber=True)


def test_an_object_store_answers_as_the_folder_does(folder: Path, far: str) -> None:
    near, there = Recording.open(folder, SCENE), Recording.open(far, SCENE)
    for look in (
        lambda r: r.span(),
        lambda r: repr(r.at(START_NS + 3000 * NS).text),
        lambda r: np.nan_to_num(r.at(END_NS).value, nan=-1).tolist(),
        lambda r: np.nan_to_num(r.series(POWER.name, START_NS, END_NS, 1000).low, nan=-1).tolist(),
        lambda r: np.nan_to_num(r.series(POWER.name, START_NS, END_NS, 30).high, nan=-1).tolist(),
        lambda r: r.minutes([POWER.index], START_NS, END_NS)["mean"].tolist(),
        lambda r: repr(r.alarms_at(END_NS)),
        lambda r: (r.diary.actions(0, END_NS), r.diary.notes()),
        lambda r: rows_of(r, None),
        lambda r: rows_of(r, 300 * NS),
    ):
        assert look(near) == look(there)
    near.close()
    there.close()


def rows_of(recording: Recording, every_ns: int | None) -> list[dict[str, Any]]:
    """All of a query."""
    with query.answer(recording, "M-0.Power,M-1.*", START_NS, END_NS, every_ns) as relation:
        return query.as_table(relation).to_pylist()


def test_the_query_command_takes_an_address(far: str, tmp_path: Path) -> None:
    times = ["--from", "2027-01-15T08:00:00Z", "--to", "2027-01-15T10:00:00Z"]
    assert main(["query", far, "--tags", POWER.name, *times, "-o", str(tmp_path / "x.parquet")]) == 0
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column_names == ["time", "tag", "value", "quality"]
    assert table["value"].to_pylist() == [m / 10 for m in range(120)]
    assert main(["query", "s3://plant/nothing"]) == 2
