"""A session shows what its source knows, and nothing of the source before."""

import numpy as np
import pytest

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, snapshot
from twinviewer.model.notice import Notice
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, Quality
from twinviewer.model.state import State
from twinviewer.session import Event, Polled, Session, TrendBuffer
from twinviewer.states.evaluator import Evaluator


class Canned:
    """A source that says what it is told."""

    name = "live"

    def __init__(self, scene, **values: float) -> None:
        self.scene, self.values, self.closed = scene, values, False
        self.notices: list[Notice] = []

    def poll(self, now_ns: int) -> Polled:
        notices, self.notices = self.notices, []
        return Polled(now_ns, snapshot(self.scene, now_ns, **self.values), CONNECTED, notices=notices)

    def command(self, name: str, **arguments: object) -> None:
        raise AssertionError(name)

    def close(self) -> None:
        self.closed = True


def test_without_a_source_everything_is_unknown() -> None:
    session = Session(make_scene())
    frame = session.tick(NOW_NS)
    assert frame.source == "none"
    assert set(frame.assets.quality) == {Quality.UNKNOWN}


def test_a_tick_evaluates_the_newest_values_and_passes_notices_on_once() -> None:
    scene = make_scene()
    source = Canned(scene, State=6)
    session = Session(scene, source)
    heard: list[str] = []
    session.notice.connect(lambda n: heard.append(n.text))
    source.notices = [Notice("warning", "the collector was restarted")]
    assert set(session.tick(NOW_NS).assets.state) == {State.FAULT}
    source.values = {"State": 1.0}
    assert set(session.tick(NOW_NS + SECOND_NS).assets.state) == {State.RUNNING}
    assert heard == ["the collector was restarted"]


def test_another_source_closes_the_old_one_and_forgets_what_it_said() -> None:
    scene = make_scene()
    first = Canned(scene, Power=9.0)
    session = Session(scene, first)
    session.tick(NOW_NS)
    session.set_source(Canned(scene))
    assert first.closed
    assert len(session.trends.series(2, 3600, NOW_NS).time_ns) == 0


def test_selection_and_mode_tell_of_real_changes_only() -> None:
    session = Session(make_scene())
    heard: list[object] = []
    session.selection_changed.connect(heard.append)
    session.mode_changed.connect(heard.append)
    session.select("M-1")
    session.select("M-1")
    session.set_mode("status")
    session.set_mode("energy")
    assert heard == ["M-1", "energy"]


def test_what_the_scene_does_not_have_is_said_and_not_selected() -> None:
    session = Session(make_scene())
    said: list[str] = []
    flown: list[str] = []
    session.notice.connect(lambda notice: said.append(notice.text))
    session.fly_requested.connect(flown.append)
    session.select("M-0")
    session.fly_to("ROB-99")  # a note or an alarm of before the scene was changed
    assert (session.selection, flown) == ("M-0", [])
    assert said == ["ROB-99 is not in this scene."]
    session.fly_to("M-1")
    assert flown == ["M-1"]


def test_a_listener_that_fails_does_not_silence_the_others() -> None:
    event: Event[int] = Event()
    heard: list[int] = []

    def broken(_: int) -> None:
        raise ValueError("broken")

    event.connect(broken)
    stop = event.connect(heard.append)
    with pytest.raises(ValueError, match="broken"):
        event.emit(1)
    stop()
    with pytest.raises(ValueError, match="broken"):
        event.emit(2)
    assert heard == [1]


@pytest.mark.parametrize("value", [1e300, -1e300])
def test_a_value_beyond_all_measure_is_a_gap_in_its_trend(value: float) -> None:
    """Some devices send the largest number there is where they mean none."""
    scene = make_scene(1)
    trends = TrendBuffer(len(scene.tags))
    for k, power in enumerate((5.0, value, 6.0)):
        now = NOW_NS + k * SECOND_NS
        trends.add(now, Evaluator(scene).evaluate(snapshot(scene, now, Power=power), now, CONNECTED)[0])
    seen = trends.series(2, 3600, NOW_NS + 2 * SECOND_NS)
    assert np.isnan(seen.low).tolist() == np.isnan(seen.high).tolist() == [False, True, False]


def test_trends_keep_extremes_and_draw_gaps_where_values_were_bad() -> None:
    scene = make_scene(1)
    evaluator, trends = Evaluator(scene), TrendBuffer(len(scene.tags))
    for k in range(120):
        now = NOW_NS + k * SECOND_NS
        shot = snapshot(scene, now, Power=float(k % 7))
        if 40 <= k < 50:
            shot.status[2] = STATUS_BAD_SENSOR_FAILURE
        trends.add(now, evaluator.evaluate(shot, now, CONNECTED)[0])
    end = NOW_NS + 119 * SECOND_NS
    fine = trends.series(2, 3600, end)
    assert len(fine.time_ns) == 120
    assert np.isnan(fine.low).sum() == 10
    assert (fine.quality[40:50] == Quality.BAD).all()
    coarse = trends.series(2, 86400, end)
    assert np.nanmax(coarse.high) == 6
    assert np.nanmin(coarse.low) == 0
    assert (np.diff(coarse.time_ns) > 0).all()
