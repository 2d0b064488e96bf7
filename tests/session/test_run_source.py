"""A simulated run as a source: states, queues and power at every moment, a clock, a past; the plant waits aside."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.factory import make_scene, scene_of
from twinviewer.model.errors import TwinError
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.session import NoSource, Past, Seekable, Session, Shares
from twinviewer.session.run_source import Queue, Run, RunSource, Track

NS = 1_000_000_000
START = 1_700_000_000 * NS


def a_run(asset: str) -> Run:
    kw = np.arange(9, dtype=float)
    track = Track(asset, np.array([0.0, 10.0, 30.0]), np.array([2, 7, 5], np.uint8), kw)
    queue = Queue(asset, "mill", np.array([0.0, 20.0]), np.array([0, 3]), 8)
    return Run("no oven", START, 60.0, (track,), (queue,), (asset,))


def test_every_moment_shows_what_the_run_did_then_and_what_is_not_simulated_is_unknown() -> None:
    scene = make_scene()
    asset = next(a for a in scene.assets if any(scene.tags[t].role == "state" for t in a.tags))
    session = Session(scene, NoSource(len(scene.tags)))
    source = RunSource(a_run(asset.asset_id), scene)
    session.look_at(source)
    for at_s, state, words in ((5.0, State.RUNNING, "Bottleneck"), (15.0, State.FAULT, "Bottleneck")):
        source.seek(START + round(at_s * NS))
        frame = session.tick(1)
        assert frame.source == "simulation"
        assert frame.now_ns == START + round(at_s * NS)
        assert frame.assets.state[asset.index] == state
        assert frame.remarks == {asset.index: words}
    source.seek(START + 25 * NS)
    frame = session.tick(1)
    assert frame.remarks == {asset.index: "Bottleneck · 3 of 8 waiting"}
    others = [a.index for a in scene.assets if a is not asset and a.tags]
    assert all(frame.assets.quality[k] >= Quality.STALE for k in others)
    assert session.can_go_live
    session.go_live()
    assert session.tick(2).source == "none"
    session.close()


@pytest.mark.parametrize(
    "changes", [{"states": {"-1": State.RUNNING}}, {"states": {"Auto": State.RUNNING}, "is_text": True}]
)
def test_states_are_shown_by_whatever_numbers_or_words_the_scene_has(changes: dict[str, Any]) -> None:
    plain = make_scene(1)
    scene = scene_of(list(plain.assets), [replace(t, **changes) if t.key == "State" else t for t in plain.tags])
    session = Session(scene, NoSource(len(scene.tags)))
    session.look_at(RunSource(a_run(scene.assets[0].asset_id), scene))
    assert session.tick(1).assets.state[0] == State.RUNNING
    session.close()


def test_it_plays_stops_at_its_end_and_repeats() -> None:
    scene = make_scene()
    source = RunSource(a_run(scene.assets[0].asset_id), scene)
    assert isinstance(source, Seekable)
    assert isinstance(source, Past)
    assert isinstance(source, Shares)
    source.play(10.0)
    source.poll(0)
    source.poll(2 * NS)
    assert source.at_ns == START + 20 * NS
    source.poll(100 * NS)
    assert (source.at_ns, source.speed) == (START + 60 * NS, 0.0)
    source.loop = (START + 10 * NS, START + 20 * NS)
    source.seek(START + 15 * NS)
    source.play(1.0)
    source.poll(0)
    source.poll(6 * NS)
    assert source.at_ns == START + 10 * NS
    source.seek(0)
    assert source.at_ns == START
    with pytest.raises(TwinError):
        source.command("acknowledge", key="x")


@pytest.mark.parametrize("begins_s", [None, 20.0])
def test_a_machine_waits_for_parts_until_it_first_does_something(begins_s: float | None) -> None:
    scene = make_scene()
    asset = scene.assets[0].asset_id
    times, states = ([], []) if begins_s is None else ([begins_s], [State.RUNNING])
    track = Track(asset, np.array(times, float), np.array(states, np.uint8), np.zeros(9))
    source = RunSource(Run("", START, 60.0, (track,), (), ()), scene)
    times_ns, counts = source.shares(START, START + 60 * NS)
    assert counts[times_ns < START + 20 * NS, State.STARVED].all()
    bands = source.bands(asset, START, START + 60 * NS)
    assert (bands[0].start_ns, bands[0].state) == (START, State.STARVED)
    assert bands[-1].end_ns == START + 60 * NS
    source.poll(0)  # and it can be shown


def test_its_past_is_bands_and_shares() -> None:
    scene = make_scene()
    asset = scene.assets[0].asset_id
    source = RunSource(a_run(asset), scene)
    bands = source.bands(asset, START + 5 * NS, START + 99 * NS)
    assert [(b.start_ns - START, b.end_ns - START, b.state) for b in bands] == [
        (5 * NS, 10 * NS, State.RUNNING), (10 * NS, 30 * NS, State.FAULT), (30 * NS, 60 * NS, State.BLOCKED),
    ]  # fmt: skip
    time, counts = source.shares(START, START + 60 * NS)
    assert (counts.sum(1) == 1).all()
    share = counts[:, State.FAULT].mean()
    assert share == pytest.approx(20 / 60, abs=0.01)
    assert time[0] == START
    assert source.bands("nobody", START, START + NS) == []
    assert source.shares(0, 1)[0].size == 0
    assert source.marks(0, 2**62) == ()


def test_what_a_scene_does_not_have_is_passed_over() -> None:
    scene = make_scene()
    run = a_run("nobody")
    polled = RunSource(replace(run, bottleneck=("nobody",)), scene).poll(0)
    assert polled.remarks == {}
    assert not np.isfinite(polled.snapshot.value).any()
