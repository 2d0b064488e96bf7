"""The tag table: what is read is what was written, by one writer and many readers, whatever happens."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tags.writer import batch
from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import DataError
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, STATUS_UNCERTAIN_LAST_USABLE
from twinviewer.model.sample import SampleBatch
from twinviewer.tags import table as module
from twinviewer.tags.layout import blocks_of
from twinviewer.tags.table import TagTable

ROOT = Path(__file__).resolve().parents[2]


def one(slot: int, value: float, text: str | None = None, status: int = 0) -> SampleBatch:
    """A batch of one sample."""
    zero = np.zeros(1, np.int64)
    texts = {} if text is None else {0: text}
    return SampleBatch(np.array([slot]), np.array([value]), np.array([status], np.uint32), zero + 5, zero + 6, 7, texts)


@contextmanager
def writing(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that writes to the table flat out."""
    command = [sys.executable, "-m", "tests.tags.writer", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "READY\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_new_table_knows_nothing():
    snapshot = TagTable.in_memory(3).read()
    assert np.isnan(snapshot.value).all()
    assert not snapshot.received_ns.any()
    assert not snapshot.text


@given(st.lists(st.tuples(st.integers(0, 1300), st.floats(allow_nan=False)), max_size=50))
def test_the_last_sample_of_a_tag_stays(samples: list[tuple[int, float]]):
    table = TagTable.in_memory(1301)
    n = len(samples)
    slots = np.array([s for s, _ in samples], np.int32)
    times = np.arange(n, dtype=np.int64)
    table.write(SampleBatch(slots, np.array([v for _, v in samples]), np.zeros(n, np.uint32), times, times, 9))
    snapshot = table.read()
    expected = {slot: (value, k) for k, (slot, value) in enumerate(samples)}
    for slot, (value, k) in expected.items():
        assert (snapshot.value[slot], snapshot.source_ns[slot], snapshot.received_ns[slot]) == (value, k, 9)
    assert np.count_nonzero(snapshot.received_ns) == len(expected)


def test_text_stands_until_a_number_or_another_text_comes():
    table = TagTable.in_memory(4)
    table.write(one(2, np.nan, "Gehäuse"))
    assert table.read().text == {2: "Gehäuse"}
    table.write(one(2, np.nan, "Welle"))
    assert table.read().text == {2: "Welle"}
    table.write(one(2, 4.0))
    assert table.read().text == {}


def test_a_snapshot_travels_to_another_process():
    table = TagTable.in_memory(4)
    table.write(one(2, np.nan, "Welle"))
    there = pickle.loads(pickle.dumps(table.read()))
    assert there.text == {2: "Welle"}
    assert np.array_equal(there.value, table.read().value, equal_nan=True)


def test_of_several_texts_in_a_batch_the_last_stays():
    table = TagTable.in_memory(2)
    slots, zero = np.array([1, 1, 0, 0]), np.zeros(4, np.int64)
    status = np.zeros(4, np.uint32)
    table.write(
        SampleBatch(slots, np.array([np.nan, np.nan, np.nan, 3.0]), status, zero, zero, 1, {0: "a", 1: "b", 2: "c"})
    )
    assert table.read().text == {1: "b"}


@given(st.text(max_size=90))
def test_long_texts_end_in_an_ellipsis_and_stay_valid(text: str):
    table = TagTable.in_memory(1)
    table.write(one(0, np.nan, text))
    got = table.read().text[0]
    plain = text.replace("\0", " ").encode(errors="replace").decode()
    assert got == plain.rstrip("\0") or (got.endswith("…") and plain.startswith(got[:-1]))


def test_after_a_loss_good_values_are_uncertain_and_bad_ones_stay_bad():
    table = TagTable.in_memory(1200)
    table.write(one(0, 1.5))
    table.write(one(1100, 2.5, status=STATUS_BAD_SENSOR_FAILURE))
    table.mark_last_usable()
    snapshot = table.read()
    assert snapshot.status[[0, 1, 1100]].tolist() == [STATUS_UNCERTAIN_LAST_USABLE, 0, STATUS_BAD_SENSOR_FAILURE]
    assert snapshot.value[[0, 1100]].tolist() == [1.5, 2.5]
    assert snapshot.received_ns[[0, 1, 1100]].tolist() == [7, 0, 7]


def test_a_slot_outside_is_refused_and_nothing_is_written():
    table = TagTable.in_memory(3)
    with pytest.raises(IndexError):
        table.write(one(3, 1.0))
    with pytest.raises(IndexError):
        table.write(one(-1, 1.0))
    assert not table.read().received_ns.any()


def test_a_batch_of_the_wrong_shape_does_not_lock_the_table():
    table = TagTable.in_memory(3)
    good = one(0, 1.0)
    broken = SampleBatch(good.slot, np.zeros(2), good.status, good.source_ns, good.server_ns, 8)
    with pytest.raises(ValueError, match="shape"):
        table.write(broken)
    table.write(one(0, 2.0))
    assert table.read().value[0] == 2.0


def test_two_tables_on_one_file_share_samples_connection_and_heartbeat(tmp_path: Path):
    writer = TagTable.create(tmp_path / "t", 700, "key")
    reader = TagTable.open(tmp_path / "t", "key")
    writer.write(one(600, 3.25, "x"))
    connection = Connection(Link.DEGRADED, "3 Tags fehlen – größer", 5, "opc.tcp://a", "None", 10, clock_skew_s=0.25)
    writer.set_connection(connection)
    writer.beat(123)
    assert reader.read().text == {600: "x"}
    assert reader.connection() == connection
    assert reader.heartbeat_ns == 123
    writer.close()
    reader.close()


def test_a_reason_of_any_length_fits(tmp_path: Path):
    table = TagTable.in_memory(1)
    table.set_connection(Connection(Link.REFUSED, "ä" * 20_000))
    assert table.connection().link is Link.REFUSED
    assert table.connection().why.startswith("äää")


def test_only_the_owner_may_read_the_file(tmp_path: Path):
    TagTable.create(tmp_path / "t", 1, "key").close()
    if os.name == "posix":
        assert (tmp_path / "t").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"x" * 20_000, b"TWVTAGS\0" + b"\7" * 20_000])
def test_a_foreign_file_is_refused_in_a_sentence(tmp_path: Path, content: bytes):
    path = tmp_path / "t"
    path.write_bytes(content)
    with pytest.raises(DataError, match="tag table"):
        TagTable.open(path, "key")


def test_a_table_of_another_scene_a_cut_one_and_a_second_one_are_refused(tmp_path: Path):
    path = tmp_path / "t"
    TagTable.create(path, 10, "key").close()
    with pytest.raises(DataError, match="another state of the scene"):
        TagTable.open(path, "other")
    with pytest.raises(DataError, match="cannot be made"):
        TagTable.create(path, 10, "key")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="not a tag table"):
        TagTable.open(path, "key")


def test_no_sample_is_ever_torn_under_a_writer_in_another_process(tmp_path: Path):
    path = tmp_path / "t"
    table = TagTable.create(path, 5000, "key")
    with writing(path):
        changes = _read_and_compare(table, reads=400)
    assert changes > 20, "the writer wrote meanwhile"
    table.close()


def _read_and_compare(table: TagTable, reads: int) -> int:
    """Every column of every row names the same number; returns how often a read showed something new."""
    changes, newest = 0, 0
    for _ in range(reads):
        s = table.read()
        seen = s.received_ns > 0
        for column in (s.value, s.status, s.source_ns, s.server_ns):
            np.testing.assert_array_equal(column[seen].astype(np.int64), s.received_ns[seen])
        assert all(text == f"{s.received_ns[row]} " * 4 for row, text in s.text.items())
        assert set(np.flatnonzero(seen & (np.arange(table.n) % 7 == 0)).tolist()) == set(s.text)
        changes += int(s.received_ns.max()) > newest
        newest = int(s.received_ns.max())
    return changes


def test_a_sample_that_is_written_between_two_columns_of_a_read_is_read_whole(tmp_path: Path):
    path = tmp_path / "t"
    slots = np.arange(1500, dtype=np.int32)
    table = TagTable.create(path, 1500, "key")
    table.write(batch(slots, 4))
    reader = TagTable.open(path, "key")
    late = [batch(slots, 5)]

    class Column(np.ndarray):
        """A column before which something is written, once."""

        def copy(self, order: Any = "C") -> Any:
            while late:
                table.write(late.pop())
            return np.asarray(self).copy()

    reader._column["status"] = reader._column["status"].view(Column)
    seen = reader.read()
    assert not late
    for column in (seen.value, seen.status, seen.source_ns, seen.server_ns, seen.received_ns):
        assert set(column.tolist()) == {5}
    reader.close()
    table.close()


def test_a_writer_that_dies_while_writing_does_not_stop_the_readers(tmp_path: Path):
    table = TagTable.create(tmp_path / "t", 1500, "key")
    table.write(batch(np.arange(1500, dtype=np.int32), 4))
    table.read()
    table._counter[1] += np.uint64(1)  # as a killed writer leaves it
    table._column["value"][600] = 99.0
    snapshot = table.read()
    assert snapshot.value[600] == 4.0
    assert snapshot.text[602] == "4 4 4 4 "
    fresh = TagTable.open(tmp_path / "t", "key")
    assert fresh.read().received_ns[[0, 600, 1499]].tolist() == [4, 0, 4]
    table.close()
    fresh.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_killed_at_a_random_moment_the_table_still_reads_whole(tmp_path: Path):
    path = tmp_path / "t"
    table = TagTable.create(path, 5000, "key")
    table.read()
    with writing(path) as process:
        time.sleep(0.05)
        process.kill()
    _read_and_compare(table, reads=2)
    table.close()


def test_a_writer_that_hangs_in_the_middle_of_everything_holds_a_reader_only_once(monkeypatch: pytest.MonkeyPatch):
    slept: list[float] = []
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: sum(slept), sleep=slept.append))
    table = TagTable.in_memory(50_000)
    zero = np.zeros(50_000, np.int64)
    table.write(SampleBatch(np.arange(50_000, dtype=np.int32), zero + 1.0, zero.astype(np.uint32), zero, zero, 1))
    table.read()
    with table._writing(np.arange(blocks_of(50_000))):
        table._column["value"][:] = 2.0
        assert (table.read().value == 1.0).all()
    assert sum(slept) < 0.03  # not 20 ms for each of its 98 blocks
    table.close()


def test_a_connection_with_endless_words_stays_inside_its_place():
    table = TagTable.in_memory(3)
    table.write(
        SampleBatch(np.arange(3, dtype=np.int32), np.ones(3), np.zeros(3, np.uint32), *[np.ones(3, np.int64)] * 2, 1)
    )
    table.set_connection(Connection(Link.REFUSED, "𝕏" * 9000, 5, "opc.tcp://" + "é" * 9000, "s" * 9000, lost=7))
    told = table.connection()
    assert (told.link, told.since_ns, told.lost) == (Link.REFUSED, 5, 7)
    assert told.why.startswith("𝕏𝕏")
    assert (table.read().value == 1.0).all()
    table.close()
