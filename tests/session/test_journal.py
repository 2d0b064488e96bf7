"""The journal holds what changed, when it changed, and claims nothing about times at which nobody looked."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, snapshot
from twinviewer.model.alarm import SERVER, Alarm, AlarmState, JoinedAlarm
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import Frame
from twinviewer.model.state import State
from twinviewer.session.journal import GAP_NS, PER_ASSET, Journal, neighbours
from twinviewer.states.evaluator import Evaluator

SCENE = make_scene(n=2)
STATES = st.sampled_from([1.0, 2.0, 4.0, 6.0])


def frame(
    evaluator: Evaluator,
    at_s: float,
    state: float,
    alarms: tuple[Alarm, ...] = (),
    connection: Connection = CONNECTED,
) -> Frame:
    now = NOW_NS + int(at_s * SECOND_NS)
    tags, assets = evaluator.evaluate(snapshot(SCENE, now, State=state), now, connection, alarms)
    return Frame(now, "live", connection, tags, assets, alarms)


def bands(journal: Journal) -> list[tuple[float, float, State]]:
    found = journal.bands("M-0", 0, 2**62)
    return [((b.start_ns - NOW_NS) / SECOND_NS, (b.end_ns - NOW_NS) / SECOND_NS, b.state) for b in found]


def alarm(state: AlarmState, *, active: bool = True, at_s: float = 0.0, by: str = "") -> Alarm:
    at = NOW_NS + int(at_s * SECOND_NS)
    return Alarm("M-0.Vibration:high", "M-0", "M-0.Vibration", 2, "too much", state, active, NOW_NS, at, by=by)


@given(st.lists(STATES, min_size=1, max_size=30))
def test_bands_cover_what_was_seen_without_hole_or_overlap(values: list[float]) -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    for i, value in enumerate(values):
        journal.add(frame(evaluator, i, value))
    found = bands(journal)
    assert journal.seen() == (NOW_NS, NOW_NS + (len(values) - 1) * SECOND_NS)
    if len(values) > 1:
        assert found[0][0] == 0.0
        assert found[-1][1] == len(values) - 1
    for (_, end, before), (start, _, after) in pairwise(found):
        assert end == start
        assert before is not after


def test_a_lost_connection_is_a_band_without_data() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    journal.add(frame(evaluator, 0, 1.0))
    journal.add(frame(evaluator, 5, 1.0, connection=Connection(Link.LOST)))
    journal.add(frame(evaluator, 9, 1.0))
    journal.add(frame(evaluator, 12, 1.0))
    assert bands(journal) == [(0, 5, State.RUNNING), (5, 9, State.UNKNOWN), (9, 12, State.RUNNING)]


def test_a_pause_in_looking_is_not_filled_in() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    journal.add(frame(evaluator, 0, 1.0))
    journal.add(frame(evaluator, 1, 1.0))
    late = 1 + 2 * GAP_NS / SECOND_NS
    journal.add(frame(evaluator, late, 1.0))
    journal.add(frame(evaluator, late + 1, 1.0))
    assert bands(journal) == [(0, 1, State.RUNNING), (1, late, State.UNKNOWN), (late, late + 1, State.RUNNING)]
    times, counts = journal.shares(0, 2**62)
    assert counts[np.searchsorted(times, NOW_NS + 2 * SECOND_NS) - 1].sum() == 0


def test_a_jump_back_in_time_empties_it() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    journal.add(frame(evaluator, 100, 1.0))
    evaluator.reset()
    journal.add(frame(evaluator, 10, 6.0))
    assert journal.seen() == (NOW_NS + 10 * SECOND_NS, NOW_NS + 10 * SECOND_NS)
    assert bands(journal) == []


def test_memory_is_bounded() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    for i in range(PER_ASSET + 100):
        journal.add(frame(evaluator, i, 1.0 + i % 2))
    assert len(bands(journal)) <= PER_ASSET


def test_an_alarm_is_marked_once_and_its_life_is_told() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    raised = alarm(AlarmState.UNACKNOWLEDGED)
    for i in range(3):
        journal.add(frame(evaluator, i, 1.0, (raised,)))
    journal.add(frame(evaluator, 4, 1.0, (alarm(AlarmState.ACKNOWLEDGED, at_s=4, by="ada"),)))
    journal.add(frame(evaluator, 6, 1.0))
    again = replace(raised, since_ns=NOW_NS + 8 * SECOND_NS)
    journal.add(frame(evaluator, 8, 1.0, (again,)))
    assert [(m.time_ns - NOW_NS) // SECOND_NS for m in journal.marks(0, 2**62)] == [0, 8]
    told = [c.text for c in journal.changes(["M-0"], 2**62)]
    assert told == ["too much", "too much: acknowledged by ada", "too much: over", "too much"]


def test_what_is_told_in_one_line_from_now_on_is_not_over_and_not_raised_again() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    ours = alarm(AlarmState.UNACKNOWLEDGED)
    theirs = replace(ours, key="server:x", message="the server's words", source=SERVER)
    line = JoinedAlarm(*(getattr(ours, f.name) for f in fields(ours)), parts=(ours, theirs))
    for at_s, alarms in enumerate(((theirs,), (line,), (theirs,), ())):
        journal.add(frame(evaluator, at_s, 1.0, alarms))
    told = [c.text for c in journal.changes(["M-0"], 2**62)]
    assert told == ["the server's words", "too much", "the server's words: over"]
    assert len(journal.marks(0, 2**62)) == 2


def test_changes_are_of_the_assets_asked_for_and_not_of_later() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    for i, value in enumerate((1.0, 6.0, 1.0)):
        journal.add(frame(evaluator, i * 10, value))
    assert [c.text for c in journal.changes(["M-1"], 2**62)] == ["Running → Fault", "Fault → Running"]
    assert [c.text for c in journal.changes(["M-1"], NOW_NS + 15 * SECOND_NS)] == ["Running → Fault"]
    assert journal.changes(["nobody"], 2**62) == []


def test_the_first_values_are_no_change_but_a_silence_is() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    lost = Connection(Link.LOST)
    for i, (state, link) in enumerate(((1.0, lost), (1.0, CONNECTED), (1.0, lost), (1.0, CONNECTED))):
        journal.add(frame(evaluator, i, state, connection=link))
    assert [c.text for c in journal.changes(["M-0"], 2**62)] == ["Running → No data", "No data → Running"]


def test_shares_count_every_watched_asset() -> None:
    journal, evaluator = Journal(SCENE.assets), Evaluator(SCENE)
    for i in range(0, 60, 5):
        journal.add(frame(evaluator, i, 1.0))
    times, counts = journal.shares(NOW_NS, 2**62)
    assert len(times) == 6
    assert (counts.sum(axis=1) == 2).all()
    assert (counts[:, State.RUNNING] == 2).all()


def test_neighbours_are_what_feeds_what_is_fed_and_the_owner() -> None:
    flow = (("A", "B"), ("B", "C"), ("X", "B"))
    assert neighbours(flow, "B") == ["A", "X", "C"]
    assert neighbours(flow, "C", {"C": "A"}) == ["B", "A"]
