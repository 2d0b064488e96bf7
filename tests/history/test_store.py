"""Nothing that was tapped is lost or changed, compacted or not, torn or whole."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch, record
from twinviewer.history.compact import tag_groups
from twinviewer.history.layout import GROUP_ROWS, LIVE, RAW, SAMPLES
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.history.retention import Retention, apply_retention, doomed
from twinviewer.history.stream import read_stream
from twinviewer.model.errors import RecordingError
from twinviewer.model.notice import Notice
from twinviewer.model.sample import SampleBatch

SCENE = make_scene(3)
TAGS = len(SCENE.tags)
Told = tuple[int, int, float, int, int, int, str | None]


def told(batches: list[SampleBatch]) -> list[Told]:
    """Every sample as a tuple, in the order of tag and arrival."""
    found: list[Told] = []
    for b in batches:
        for k in range(len(b)):
            value = -1.0 if np.isnan(b.value[k]) else float(b.value[k])
            stamps = int(b.source_ns[k]), int(b.server_ns[k])
            found.append((int(b.slot[k]), b.received_ns, value, int(b.status[k]), *stamps, b.text.get(k)))
    return sorted(found, key=lambda t: t[:2])  # stable: equal tags and moments keep their order


def read(recording: Recording) -> list[Told]:
    found: list[Told] = []
    for rows in recording.batches(0, 2**62):
        for k in range(len(rows)):
            value = -1.0 if np.isnan(rows.value[k]) else float(rows.value[k])
            stamps = int(rows.source[k]), int(rows.server[k])
            found.append((int(rows.tag[k]), int(rows.time[k]), value, int(rows.status[k]), *stamps, rows.text(k)))
    return sorted(found, key=lambda t: t[:2])


@st.composite
def tapped(draw: st.DrawFn) -> list[SampleBatch]:
    """Batches over some hours, with texts, bad values and pauses."""
    time_ns, found = START_NS, []
    for _ in range(draw(st.integers(1, 25))):
        time_ns += draw(st.sampled_from([0, 1, 250_000_000, NS, 7 * NS, 61 * NS, 1500 * NS]))
        n = draw(st.integers(1, 6))
        slots = draw(st.lists(st.integers(0, TAGS - 1), min_size=n, max_size=n))
        values = draw(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=n, max_size=n))
        text = draw(st.dictionaries(st.integers(0, n - 1), st.sampled_from(["", "Housing", "Ü 1", "x" * 90])))
        status = draw(st.sampled_from([0, 0, 0x40900000, 0x808C0000]))
        found.append(batch(time_ns, slots, values, status, draw(st.sampled_from([0, 1, 5_000_000, -NS])), text))
    return found


@settings(max_examples=30)
@given(tapped(), st.booleans(), st.sampled_from([3, 20, 524_288]))
def test_every_sample_comes_back(
    tmp_path_factory: pytest.TempPathFactory, batches: list[SampleBatch], compact: bool, slice_rows: int
) -> None:
    folder = tmp_path_factory.mktemp("recording")
    record(folder, SCENE, batches, compact=compact, slice_rows=slice_rows)
    recording = Recording.open(folder, SCENE)
    assert read(recording) == told(batches)
    assert bool(list((folder / LIVE).iterdir())) is not compact
    for time_ns in {b.received_ns + d for b in batches for d in (-1, 0, 1)}:
        now = recording.at(time_ns)
        newest = {slot: t for t in told(batches) if t[1] <= time_ns for slot in (t[0],)}
        for tag in range(TAGS):
            expected = newest.get(tag)
            assert now.received_ns[tag] == (expected[1] if expected else 0)
            if expected:
                assert (now.source_ns[tag], now.server_ns[tag]) == expected[4:6]
                assert now.text.get(tag) == expected[6]
                assert now.value[tag] == expected[2] or (np.isnan(now.value[tag]) and expected[2] == -1.0)
    recording.close()


def test_compacted_hours_are_sorted_by_tag_and_moment_within_each_slice(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    batches = [batch(START_NS + k * NS, rng.permutation(TAGS).tolist(), rng.random(TAGS).tolist()) for k in range(300)]
    record(tmp_path, SCENE, batches, slice_rows=1000)
    (path,) = (tmp_path / SAMPLES).iterdir()
    table = pq.read_table(path)
    moment, tag = table["moment"].to_numpy(), table["tag"].to_numpy()
    number = moment >> 24
    assert len(np.unique(number)) > 1
    order = np.lexsort((moment, tag, number))
    assert (order == np.arange(len(order))).all()


@given(st.lists(st.integers(1, 3 * GROUP_ROWS), min_size=1, max_size=9))
def test_row_groups_hold_whole_tags_and_every_row(sizes: list[int]) -> None:
    tag = np.repeat(np.arange(len(sizes)), sizes)
    groups = list(tag_groups(tag))
    assert [a for a, _ in groups] == [0, *(b for _, b in groups[:-1])]
    assert groups[-1][1] == len(tag)
    for first, last in groups:
        assert first == 0 or tag[first] != tag[first - 1]
        assert last - first < GROUP_ROWS + max(sizes)


def test_a_stream_cut_anywhere_keeps_every_whole_batch(tmp_path: Path) -> None:
    batches = [batch(START_NS + k * NS, [0, 1, 2], [k, k + 0.5, -k]) for k in range(12)]
    record(tmp_path, SCENE, batches, compact=False)
    (path,) = (tmp_path / LIVE).iterdir()
    whole = path.read_bytes()
    counts = []
    for size in range(0, len(whole), 37):
        path.write_bytes(whole[:size])
        with path.open("rb") as file:
            taken = read_stream(file)
        count = len(taken.rows) if taken else 0
        assert count % 3 == 0
        if taken:
            assert taken.rows.value.tolist() == [v for b in batches for v in b.value][:count]
        counts.append(count)
    assert counts == sorted(counts)
    assert counts[-1] >= 33


def test_a_recording_goes_on_where_a_killed_one_stopped(tmp_path: Path) -> None:
    first = [batch(START_NS + k * NS, [0, 1], [k, k]) for k in range(5)]
    record(tmp_path, SCENE, first, compact=False)
    (path,) = (tmp_path / LIVE).iterdir()
    path.write_bytes(path.read_bytes()[:-60])
    second = [batch(START_NS + (60 + k) * NS, [0], [100 + k]) for k in range(3)]
    record(tmp_path, SCENE, second)
    recording = Recording.open(tmp_path, SCENE)
    found = read(recording)
    assert [t for t in found if t[1] >= START_NS + 60 * NS] == told(second)
    assert len(found) >= len(told(second)) + 8
    assert recording.at(START_NS + 70 * NS).value[0] == 102
    assert not recording.recorded_at(START_NS + 40 * NS)
    assert recording.connection_at(START_NS + 40 * NS).why
    recording.close()


def test_tags_keep_their_numbers_when_the_scene_grows(tmp_path: Path) -> None:
    record(tmp_path, make_scene(1), [batch(START_NS, [0, 1], [1, 2])])
    other = make_scene(2, ("Power", "State"))
    record(tmp_path, other, [batch(START_NS + NS, [0, 3], [7, 8])])
    recording = Recording.open(tmp_path, other)
    now = recording.at(START_NS + NS)
    assert now.value[other.tag("M-0.Power").index] == 7
    assert now.value[other.tag("M-1.State").index] == 8
    assert recording.samples(["M-0.State"], 0, START_NS + NS).value.tolist() == [1]
    recording.close()


def test_a_second_recorder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    one = Recorder(tmp_path, SCENE, threads=False)
    with pytest.raises(RecordingError, match="another recorder") as caught:
        Recorder(tmp_path, SCENE, threads=False)
    assert caught.value.remedy
    one.close()
    Recorder(tmp_path, SCENE, threads=False).close()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(RecordingError, match="something else"):
        Recorder(tmp_path, SCENE, threads=False)
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="not a recording"):
        Recording.open(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(RecordingError, match="manifest"):
        Recording.open(tmp_path)


def test_a_damaged_hour_is_named(tmp_path: Path) -> None:
    record(tmp_path, SCENE, [batch(START_NS, [0], [1])])
    (path,) = (tmp_path / SAMPLES).iterdir()
    path.write_bytes(path.read_bytes()[:50])
    recording = Recording.open(tmp_path, SCENE)
    with pytest.raises(RecordingError) as caught:
        recording.at(START_NS)
    assert path.name in caught.value.where
    recording.close()


def test_a_clock_set_back_is_told_and_keeps_both_stretches(tmp_path: Path) -> None:
    notices: list[Notice] = []
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), notify=notices.append, threads=False)
    for time_ns, value in ((START_NS, 1), (START_NS + 600 * NS, 2), (START_NS + 300 * NS, 3)):
        recorder.tap(batch(time_ns, [0], [value]))
        recorder.flush()
    recorder.close(compact=True)
    assert [n.level for n in notices] == ["warning"]
    recording = Recording.open(tmp_path, SCENE)
    assert recording.samples(["M-0.State"], 0, 2**62).value.tolist() == [1, 3, 2]
    assert [recording.at(START_NS + s * NS).value[0] for s in (10, 299, 310, 700)] == [1, 1, 3, 2]
    recording.close()


def test_slips_of_the_clock_below_a_second_are_levelled(tmp_path: Path) -> None:
    record(tmp_path, SCENE, [batch(START_NS + NS, [0], [1]), batch(START_NS + NS - 1000, [0], [2])])
    recording = Recording.open(tmp_path, SCENE)
    assert recording.at(START_NS + NS).value[0] == 2
    recording.close()


def test_retention_deletes_the_oldest_raw_hours_and_keeps_their_aggregates(tmp_path: Path) -> None:
    record(tmp_path, SCENE, [batch(START_NS + h * 3600 * NS, [0, 2], [h, h]) for h in range(5)])
    now_ns = START_NS + 5 * 3600 * NS
    assert not apply_retention(tmp_path, Retention(), now_ns).files
    plan = doomed(tmp_path, Retention(raw_days=3 / 24), now_ns)
    assert len(list((tmp_path / SAMPLES).iterdir())) == 5, "a plan deletes nothing"
    assert apply_retention(tmp_path, Retention(raw_days=3 / 24), now_ns) == plan
    assert len(plan.hours) == 2
    size = sum(p.stat().st_size for n in (*RAW, LIVE) for p in (tmp_path / n).iterdir())
    assert not apply_retention(tmp_path, Retention(raw_gb=size / 1e9), now_ns).files
    assert len(apply_retention(tmp_path, Retention(raw_gb=(size - 1) / 1e9), now_ns).hours) == 1
    assert len(list((tmp_path / SAMPLES).iterdir())) == 2
    recording = Recording.open(tmp_path, SCENE)
    seen = recording.minutes([2], START_NS, now_ns)
    assert seen["last"].tolist() == [0, 1, 2, 3, 4]
    assert recording.at(now_ns).value[0] == 4
    recording.close()
