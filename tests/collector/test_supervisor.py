"""The supervisor over feeds that do what we want: states, totals, pauses."""

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from twinviewer.collector import supervisor as module
from twinviewer.collector.supervisor import Supervisor
from twinviewer.feeds.source import FeedSink, FeedSource, Refused
from twinviewer.model.alarm import AlarmEvent
from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import FeedLost
from twinviewer.model.sample import SampleBatch

SOURCE = FeedSource("test://here")
Script = Sequence[Callable[[FeedSink], object]]


class Target:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Connection] = []
        self.losses = 0
        self.batches = 0

    def samples(self, batch: SampleBatch) -> None:
        self.batches += 1

    def connection(self, connection: Connection) -> None:
        self.told.append(connection)

    def event(self, event: AlarmEvent) -> None:
        pass

    def lost(self) -> None:
        self.losses += 1

    @property
    def links(self) -> list[str]:
        """The links, repetitions left out."""
        names = [c.link.name for c in self.told]
        return [name for i, name in enumerate(names) if i == 0 or name != names[i - 1]]


def batch(n: int) -> SampleBatch:
    """n samples."""
    zeros = np.zeros(n, np.int64)
    return SampleBatch(zeros.astype(np.int32), zeros.astype(float), zeros.astype(np.uint32), zeros, zeros, 1)


def up(put: FeedSink) -> None:
    put.connection(Connection(Link.CONNECTING, "opening"))
    put.connection(Connection(Link.CONNECTED, security="None"))
    put.samples(batch(3))
    put.connection(Connection(Link.CONNECTED, security="None", lost=2))


def play(
    monkeypatch: pytest.MonkeyPatch, *attempts: Script, jitter: float = 1.0
) -> tuple[Target, Supervisor, list[float | None]]:
    """Run the attempts one after the other: each a list of steps, the last step raising or ending."""
    left = list(attempts)
    waits: list[float | None] = []
    done = asyncio.Event()

    async def run(source: FeedSource, tags: object, put: FeedSink) -> None:
        if not left:
            done.set()
            await asyncio.sleep(3600)
        for step in left.pop(0):
            step(put)

    async def wait(self: Supervisor, seconds: float | None) -> None:
        waits.append(seconds)

    monkeypatch.setattr(module, "feed_of", lambda url: SimpleNamespace(run=run))
    monkeypatch.setattr(Supervisor, "_wait", wait)
    target = Target()

    async def main() -> Supervisor:
        ticks = iter(range(10**6))
        made = Supervisor(SOURCE, (), target, clock_ns=lambda: next(ticks), jitter=lambda: jitter)
        task = asyncio.create_task(made.run())
        await asyncio.wait_for(done.wait(), 5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return made

    return target, asyncio.run(main()), waits


def fail(error: Exception) -> Callable[[FeedSink], None]:
    """A step that raises."""

    def act(put: FeedSink) -> None:
        raise error

    return act


def test_before_the_first_connection_it_is_connecting_with_the_reason(monkeypatch: pytest.MonkeyPatch):
    target, made, _ = play(monkeypatch, [fail(FeedLost("nobody"))], [fail(FeedLost("nobody"))])
    assert target.links == ["CONNECTING"]
    assert made.now.why == "nobody"
    assert target.losses == 0


def test_after_one_it_is_lost_since_the_loss_whatever_attempts_do(monkeypatch: pytest.MonkeyPatch):
    def opening(put: FeedSink) -> None:
        put.connection(Connection(Link.CONNECTING, "opening"))

    broke = fail(FeedLost("broke"))
    target, _, _ = play(monkeypatch, [up, broke], [opening, broke], [opening, broke])
    assert target.links == ["CONNECTING", "CONNECTED", "LOST"]
    assert len({c.since_ns for c in target.told if c.link is Link.LOST}) == 1
    assert target.losses == 1


def test_values_that_came_before_the_line_broke_are_not_left_as_good(monkeypatch: pytest.MonkeyPatch):
    opening: Script = [lambda put: put.connection(Connection(Link.CONNECTING, "subscribing"))]
    first = [*opening, lambda put: put.samples(batch(3)), fail(FeedLost("cut off"))]
    target, _, _ = play(monkeypatch, first, [*opening, fail(FeedLost("nobody there"))])
    assert target.losses == 1  # of the first attempt, which never counted as connected


def test_totals_go_on_over_reconnections(monkeypatch: pytest.MonkeyPatch):
    _, made, _ = play(monkeypatch, [up, fail(FeedLost("x"))], [up, fail(FeedLost("x"))], [up, fail(FeedLost("x"))])
    assert (made.now.samples, made.now.lost, made.now.reconnects) == (9, 6, 2)
    assert made.now.url == SOURCE.url


def test_pauses_grow_to_five_seconds(monkeypatch: pytest.MonkeyPatch):
    _, _, waits = play(monkeypatch, *[[fail(FeedLost("x"))] for _ in range(8)])
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


def test_chance_halves_a_pause_at_most_so_that_many_collectors_do_not_come_at_once(monkeypatch: pytest.MonkeyPatch):
    attempts = [[fail(FeedLost("x"))] for _ in range(3)]
    assert play(monkeypatch, *attempts, jitter=0.0)[2] == [0.125, 0.25, 0.5]
    assert play(monkeypatch, *attempts, jitter=0.5)[2] == [0.1875, 0.375, 0.75]


@pytest.mark.parametrize(("steady_s", "after"), [(-1.0, [0.25, 0.5]), (3600.0, [1.0, 2.0])])
def test_only_a_connection_that_held_starts_the_pauses_over(
    monkeypatch: pytest.MonkeyPatch, steady_s: float, after: list[float]
):
    monkeypatch.setattr(module, "_STEADY_S", steady_s)
    broke = fail(FeedLost("x"))
    _, _, waits = play(monkeypatch, [broke], [broke], [up, broke], [broke])
    assert waits == [0.25, 0.5, *after]


def test_a_refusal_waits_for_a_person_or_for_its_own_time(monkeypatch: pytest.MonkeyPatch):
    target, _, waits = play(
        monkeypatch,
        [fail(Refused("no", "", "Do this."))],
        [fail(Refused("not yet", retry_s=5))],
        [fail(FeedLost("broke"))],
    )
    assert waits[:2] == [None, 5]
    assert target.links == ["CONNECTING", "REFUSED", "CONNECTING"]
    assert any(c.why == "no. Do this." for c in target.told)


def test_a_fault_of_ours_is_said_and_tried_again(monkeypatch: pytest.MonkeyPatch):
    target, made, _ = play(monkeypatch, [up, fail(KeyError("oops"))], [up, fail(FeedLost("x"))])
    assert any("internal error: KeyError" in c.why for c in target.told)
    assert made.now.reconnects == 1


def test_degraded_passes_with_its_reason(monkeypatch: pytest.MonkeyPatch):
    def degraded(put: FeedSink) -> None:
        put.connection(Connection(Link.DEGRADED, "3 of 9 tags", bad_items=3))

    target, _, _ = play(monkeypatch, [degraded, fail(FeedLost("x"))])
    assert Connection(Link.DEGRADED, "3 of 9 tags", 1, SOURCE.url, bad_items=3) in target.told


def test_dropped_samples_are_shown(monkeypatch: pytest.MonkeyPatch):
    _, made, _ = play(monkeypatch, [up, lambda put: put.dropped(7), up, fail(FeedLost("x"))])  # type: ignore[attr-defined]
    assert made.now.dropped == 7


def test_what_is_being_done_is_said_until_it_fails(monkeypatch: pytest.MonkeyPatch):
    def doing(*words: str) -> Script:
        return [lambda put, w=w: put.connection(Connection(Link.CONNECTING, w)) for w in words]

    first = [*doing("opening", "subscribing"), fail(FeedLost("nobody"))]
    target, _, _ = play(monkeypatch, first, [*doing("opening"), up, fail(FeedLost("broke"))])
    told = list(dict.fromkeys(c.why for c in target.told))
    assert told == ["", "opening", "subscribing", "nobody", "broke"]


def test_what_a_person_chose_is_used_at_once_and_is_no_loss(monkeypatch: pytest.MonkeyPatch):
    other = FeedSource("test://there")
    used: list[FeedSource] = []

    async def main() -> tuple[Target, Supervisor]:
        async def run(source: FeedSource, tags: object, put: FeedSink) -> None:
            used.append(source)
            up(put)
            await asyncio.sleep(3600)

        monkeypatch.setattr(module, "feed_of", lambda url: SimpleNamespace(run=run))
        target = Target()
        made = Supervisor(SOURCE, (), target)
        task = asyncio.create_task(made.run())
        while not used:
            await asyncio.sleep(0)
        made.use(other)
        while len(used) < 2:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 5)
        assert task.cancelled()
        return target, made

    target, made = asyncio.run(main())
    assert used == [SOURCE, other]
    assert target.links == ["CONNECTING", "CONNECTED", "CONNECTING", "CONNECTED"]
    assert target.losses == 1, "what came the other way counts as good no longer"
    assert made.now.reconnects == 0
