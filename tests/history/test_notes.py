"""A note's correction and its withdrawal are lines of their own: nothing is taken out, the last word holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.history.capsule import make_capsule, open_capsule
from twinviewer.history.layout import NOTES
from twinviewer.history.notes import change_line, key_of, note_line, settled
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.model.errors import TwinError
from twinviewer.model.note import Note
from twinviewer.session.replay import ReplaySource

SCENE = make_scene(1)
FIRST = note_line(START_NS + NS, "here", "eva", "M-0")
KEY = key_of(FIRST)


def change(text: str, by: str, at_s: int, withdrawn: bool = False, corrects: str = KEY) -> dict[str, Any]:
    return change_line(START_NS + NS, text, by, "M-0", corrects, withdrawn, START_NS + at_s * NS)


def test_a_note_of_before_corrections_is_what_it_was() -> None:
    assert settled([FIRST]) == [Note(START_NS + NS, "M-0", "here", "eva", KEY, "here")]
    assert settled([{"time_ns": 5}])[0].text == ""


def test_the_last_line_holds_and_who_pinned_it_stays() -> None:
    late, early = change("third", "ann", 20), change("there", "bob", 90)  # bob's clock was ahead
    (note,) = settled([FIRST, early, late])
    assert (note.text, note.by, note.changed_by, note.changed_ns) == ("third", "eva", "ann", START_NS + 20 * NS)
    assert (note.first_text, note.key, note.withdrawn) == ("here", KEY, False)
    (note,) = settled([FIRST, early, change("wrong machine", "ann", 95, withdrawn=True)])
    assert (note.text, note.why, note.withdrawn) == ("there", "wrong machine", True)
    (note,) = settled([FIRST, change("wrong", "ann", 9, withdrawn=True), change("right after all", "eva", 12)])
    assert (note.text, note.withdrawn, note.why) == ("right after all", False, "")


def test_a_correction_whose_note_is_missing_is_not_lost() -> None:
    assert [n.text for n in settled([change("alone", "ann", 5)])] == ["alone"]


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@given(st.lists(st.dictionaries(st.sampled_from(["text", "by", "asset", "corrects", "withdrawn", "at_ns"]), _SCALARS)))
def test_whatever_stands_in_the_file_gives_notes(lines: list[dict[str, Any]]) -> None:
    notes = settled({**line, "time_ns": START_NS + k} for k, line in enumerate(lines))
    assert len(notes) == len({n.key for n in notes}) <= len(lines)
    assert all(isinstance(word, str) for n in notes for word in (n.text, n.by, n.asset_id, n.why))


def test_a_recorder_and_a_replay_keep_both_and_a_capsule_carries_them(tmp_path: Path) -> None:
    clock, folder = Clock(), tmp_path / "recording"
    recorder = Recorder(folder, SCENE, clock=clock, threads=False)
    for s in range(0, 60, 5):
        clock.now_ns = START_NS + s * NS
        recorder.tap(batch(clock.now_ns, [0], [1.0]))
    recorder.note(START_NS + NS, "here", "eva", "M-0")
    clock.now_ns = START_NS + 3600 * NS
    recorder.note(START_NS + NS, "there", "bob", "M-0", KEY)
    recorder.close(compact=True)
    source = ReplaySource(Recording.open(folder, SCENE), SCENE)
    source.poll(START_NS + 7200 * NS)
    source.command("note", text="no", by="ann", asset="M-0", time_ns=START_NS + NS, corrects=KEY, withdrawn=True)
    wanted = Note(START_NS + NS, "M-0", "there", "eva", KEY, "here", "ann", START_NS + 7200 * NS, True, "no")
    assert source.notes(0, 2**62) == [wanted]
    assert [json.loads(line)["text"] for line in (folder / NOTES).read_text().splitlines()] == ["here", "there", "no"]
    make_capsule(SCENE, source.recording, START_NS, START_NS + 50 * NS, tmp_path / "x.twin")
    source.close()
    capsule = open_capsule(tmp_path / "x.twin")
    packed = Recording.open(capsule.recording, SCENE)
    assert packed.diary.settled_notes() == [wanted]
    packed.close()
    capsule.close()


def test_nothing_else_can_be_done_to_the_past(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), threads=False)
    recorder.tap(batch(START_NS, [0], [1.0]))
    recorder.close(compact=True)
    source = ReplaySource(Recording.open(tmp_path, SCENE), SCENE)
    with pytest.raises(TwinError, match="nothing can be done in the past"):
        source.command("acknowledge", key="x", by="ann")
    source.close()
