"""The shift's indicators at any recorded moment are those of a report until then; a live session goes on from there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.factory import CONNECTED, make_scene, snapshot
from tests.history.made import START_NS, batch, record
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.kpi.live import KpiTracker
from twinviewer.kpi.reading import read_shift
from twinviewer.kpi.report import shift_report
from twinviewer.kpi.shifts import shift_of
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import Kpi
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, Quality
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import Scene
from twinviewer.states.evaluator import Evaluator

NS = 1_000_000_000
MINUTE = 60 * NS
TAGS = range(10)
BEGIN_NS, END_NS = shift_of(START_NS)
FIRST_NS = BEGIN_NS + 30 * MINUTE
MINUTES = 90
CYCLE_S = 40


def state_at(second: int) -> int:
    """Ten minutes of fault, then setup, else running."""
    return 6 if 1200 <= second < 1800 else 3 if 3000 <= second < 3300 else 1


def good_at(second: int) -> float:
    """One part each cycle while it runs; the counter is set back after an hour."""
    runs = sum(state_at(s) == 1 for s in range(0, second + 1, 10)) * 10 // CYCLE_S
    before = sum(state_at(s) == 1 for s in range(0, 3600, 10)) * 10 // CYCLE_S
    return float(100 + runs if second < 3600 else runs - before)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene(2)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Path:
    """An hour and a half of one machine, every ten seconds, from half an hour into the shift."""
    folder = tmp_path_factory.mktemp("rec")
    seconds = range(0, MINUTES * 60, 10)
    record(
        folder / "r",
        scene,
        [
            batch(FIRST_NS + s * NS, TAGS, [state_at(s), 1.0 + (s > 2400) * 4, 3.0, good_at(s), 33.0] * 2)
            for s in seconds
        ],
    )
    return folder / "r"


@pytest.fixture
def recording(recorded: Path, scene: Scene) -> Iterator[Recording]:
    one = Recording.open(recorded, scene)
    yield one
    one.close()


def show(tracker: KpiTracker, scene: Scene, recording: Recording, time_ns: int) -> dict[str, Kpi]:
    """One frame of a replay."""
    tags, assets = Evaluator(scene).evaluate(recording.at(time_ns), time_ns, CONNECTED)
    tracker.update(tags, assets, time_ns, 0)
    return {k.key: k for k in tracker.all()}


@pytest.mark.parametrize("second", [600, 1500, 3005, 3650, 5200])
def test_a_moment_of_a_replay_says_what_a_report_until_then_says(
    recording: Recording, scene: Scene, second: int
) -> None:
    time_ns = FIRST_NS + second * NS
    tracker = KpiTracker(scene, replaying=True)
    show(tracker, scene, recording, time_ns)
    assert tracker.wanted == (BEGIN_NS, END_NS)
    tracker.take(read_shift(recording, scene, BEGIN_NS, END_NS))
    assert tracker.wanted is None
    shown = show(tracker, scene, recording, time_ns)
    report = {k.key: k for k in shift_report(recording, scene, BEGIN_NS, time_ns).kpis}
    assert len(report) == 10
    for key, figure in report.items():
        assert shown[key].value == pytest.approx(figure.value, rel=0.01, abs=1e-6, nan_ok=True), key
        assert shown[key].formula == figure.formula
    assert shown["oee"].value == pytest.approx(report["oee.Line A"].value, rel=0.01)


def test_scrubbing_there_and_back_gives_the_same(recording: Recording, scene: Scene) -> None:
    tracker = KpiTracker(scene, replaying=True)
    show(tracker, scene, recording, FIRST_NS + 600 * NS)
    tracker.take(read_shift(recording, scene, BEGIN_NS, END_NS))
    moments = [600, 5000, 1300, 600]
    seen = [show(tracker, scene, recording, FIRST_NS + s * NS) for s in moments]
    for key in ("oee", "rate.Line A", "mttr.Line A", "energy_per_part"):
        assert seen[0][key].value == pytest.approx(seen[3][key].value, nan_ok=True)
    assert seen[2]["mttr.Line A"].value == pytest.approx(100 / 60, rel=0.01)
    assert seen[1]["mtbf.Line A"].inputs["failures"] == 1


def test_the_recent_past_of_a_tile_is_that_of_the_recording(recording: Recording, scene: Scene) -> None:
    tracker = KpiTracker(scene, replaying=True)
    now = FIRST_NS + 4000 * NS
    show(tracker, scene, recording, now)
    tracker.take(read_shift(recording, scene, BEGIN_NS, END_NS))
    shown = show(tracker, scene, recording, now)
    for key, low, high in (("power", 6.0, 6.0), ("oee", 20, 80), ("rate.Line A", 0, 95), ("vibration", 1.0, 5.0)):
        series = shown[key].series
        assert series is not None
        times, values = series
        assert times[-1] <= now < times[-1] + MINUTE
        assert len(times) == 60
        known = values[np.isfinite(values)]
        assert known.min() >= low - 1e-6
        assert known.max() <= high + 1e-6


def test_what_nobody_recorded_is_no_zero_on_a_tile(recording: Recording, scene: Scene) -> None:
    past = read_shift(recording, scene, BEGIN_NS, END_NS)
    lines = KpiTracker(scene)._lines
    for key in ("alarms", "rate.Line A"):
        values = past.series(key, lines)
        assert values is not None
        assert np.isnan(values[past.grid < FIRST_NS]).all()
        assert np.isfinite(values[past.grid > FIRST_NS + MINUTE]).all()
        unknown = replace(past, since_ns=0, _series={}).series(key, lines)
        assert unknown is not None
        assert np.isnan(unknown).all()


def live(scene: Scene, tracker: KpiTracker, seconds: range, evaluator: Evaluator) -> dict[str, Kpi]:
    for s in seconds:
        now = FIRST_NS + s * NS
        shot = snapshot(scene, now, State=state_at(s), GoodCount=good_at(s), Power=3.0)
        tags, assets = evaluator.evaluate(shot, now, CONNECTED)
        tracker.update(tags, assets, now, 0)
    return {k.key: k for k in tracker.all()}


def test_a_session_goes_on_from_what_was_recorded_before_it(recording: Recording, scene: Scene) -> None:
    tracker, evaluator = KpiTracker(scene), Evaluator(scene)
    alone = live(scene, tracker, range(MINUTES * 60, MINUTES * 60 + 10, 2), evaluator)
    assert np.isnan(alone["oee"].value)
    assert alone["oee"].note.startswith("counting since ")
    assert tracker.wanted == (BEGIN_NS, FIRST_NS + MINUTES * MINUTE)
    tracker.take(read_shift(recording, scene, BEGIN_NS, FIRST_NS + MINUTES * MINUTE))
    assert tracker.wanted is None
    joined = live(scene, tracker, range(MINUTES * 60 + 10, MINUTES * 60 + 600, 2), evaluator)
    report = {k.key: k for k in shift_report(recording, scene, BEGIN_NS, FIRST_NS + MINUTES * MINUTE).kpis}
    before = report["oee.Line A"].inputs
    after = joined["oee.Line A"].inputs
    assert after["GQ"] - before["GQ"] == pytest.approx(600 / CYCLE_S, abs=1)
    assert after["PBT_s"] - before["PBT_s"] == pytest.approx(600, abs=15)
    assert joined["oee"].series is not None
    assert len(joined["oee"].series[0]) > 50  # the hour before is on the tile
    assert joined["rate.Line A"].value == pytest.approx(90, rel=0.1)


def test_a_shift_without_a_recording_says_so(tmp_path: Path, scene: Scene) -> None:
    record(tmp_path / "r", scene, [batch(END_NS + 60 * NS, TAGS, [1, 1, 3, 0, 33] * 2)])
    recording = Recording.open(tmp_path / "r", scene)
    past = read_shift(recording, scene, BEGIN_NS, END_NS)
    recording.close()
    tracker = KpiTracker(scene, replaying=True)
    tags, assets = Evaluator(scene).evaluate(snapshot(scene, FIRST_NS), FIRST_NS, CONNECTED)
    tracker.update(tags, assets, FIRST_NS, 0)
    tracker.take(past)
    kpis = {k.key: k for k in tracker.update(tags, assets, FIRST_NS, 0)}
    assert kpis["oee"].note == "nothing was recorded of this shift"
    assert np.isnan(kpis["oee"].value)
    assert assets.quality[0] == Quality.GOOD


def test_another_shift_begins_at_nothing(scene: Scene) -> None:
    tracker, evaluator = KpiTracker(scene), Evaluator(scene)
    live(scene, tracker, range(0, 400, 4), evaluator)
    begins = shift_of(END_NS)
    assert begins[0] == END_NS
    shot = snapshot(scene, END_NS + NS)
    tags, assets = evaluator.evaluate(shot, END_NS + NS, CONNECTED)
    kpis = {k.key: k for k in tracker.update(tags, assets, END_NS + NS, 0)}
    assert np.isnan(kpis["oee"].value)
    assert kpis["oee"].note.startswith("since ")


MOMENTS = (600, 896, 1840, 2300, 2756, 3300, 3596)


class Watched:
    """A window that looks from the beginning while a recorder writes what it sees, every four seconds."""

    def __init__(self, folder: Path, scene: Scene) -> None:
        self.scene, self.now_ns = scene, FIRST_NS
        self.tracker, self.evaluator = KpiTracker(scene), Evaluator(scene)
        self.recorder = Recorder(folder, scene, clock=lambda: self.now_ns, threads=False)
        self.shown: dict[int, dict[str, float]] = {}

    def run(self, seconds: range, link: Link, *, deaf: bool = False, state_bad: bool = False) -> None:
        connection = Connection(link, since_ns=self.now_ns)
        self.recorder.connection(connection, FIRST_NS + seconds[0] * NS)
        for s in seconds[::4]:
            self.now_ns = FIRST_NS + s * NS
            self.recorder.flush()
            good = float(s // CYCLE_S)  # the plant goes on working, seen or not
            shot = snapshot(self.scene, self.now_ns, State=1, GoodCount=good, Power=3.0)
            if state_bad:
                shot.status[0::5] = STATUS_BAD_SENSOR_FAILURE
            if deaf and s % 60 == 56:  # the last of a minute
                shot.status[3::5] = STATUS_BAD_SENSOR_FAILURE
                shot.value[3::5] = 0.0  # some servers send zero with a bad status
            if link is Link.CONNECTED:
                columns = (shot.value[:10], shot.status[:10], shot.source_ns[:10], shot.server_ns[:10])
                self.recorder.tap(SampleBatch(np.arange(10, dtype=np.int32), *columns, self.now_ns, {}))
            tags, assets = self.evaluator.evaluate(shot, self.now_ns, connection)
            self.tracker.update(tags, assets, self.now_ns, 0)
            if s in MOMENTS:
                self.shown[self.now_ns] = {k.key: k.value for k in self.tracker.all()}


def test_live_and_replay_say_the_same_and_parts_without_their_time_swell_nothing(tmp_path: Path, scene: Scene) -> None:
    seen = Watched(tmp_path, scene)
    seen.run(range(0, 900), Link.CONNECTED)
    seen.run(range(900, 1800), Link.LOST)
    seen.run(range(1800, 2400), Link.CONNECTED)
    seen.run(range(2400, 2700), Link.CONNECTED, state_bad=True)
    seen.run(range(2700, 3600), Link.CONNECTED, deaf=True)
    seen.recorder.flush()
    seen.recorder.close()
    recording = Recording.open(tmp_path, scene)
    replay = KpiTracker(scene, replaying=True)
    show(replay, scene, recording, FIRST_NS)
    replay.take(read_shift(recording, scene, BEGIN_NS, END_NS))
    for second in MOMENTS:
        time_ns = FIRST_NS + second * NS
        replayed = show(replay, scene, recording, time_ns)
        report = {k.key: k for k in shift_report(recording, scene, BEGIN_NS, time_ns).kpis}
        for key in ("oee.Line A", "availability.Line A", "effectiveness.Line A", "throughput.Line A", "mtbf.Line A"):
            live = seen.shown[time_ns][key]
            assert replayed[key].value == pytest.approx(live, rel=0.03, nan_ok=True), (key, second)
            assert report[key].value == pytest.approx(live, rel=0.03, nan_ok=True), (key, second)
        assert replayed["oee"].value == pytest.approx(seen.shown[time_ns]["oee"], rel=0.03)
        assert seen.shown[time_ns]["effectiveness.Line A"] == pytest.approx(100 * 30 / CYCLE_S, rel=0.06)
        assert seen.shown[time_ns]["throughput.Line A"] == pytest.approx(3600 / CYCLE_S, rel=0.06)
    recording.close()
