"""A window knows what its collector records into, and a collector that is started again goes on recording there."""

from pathlib import Path

import psutil

from tests.collector.test_link import connected, pid_of, polled, window
from tests.feeds.servers import ServerProcess, until
from twinviewer.history.recording import Recording
from twinviewer.scene.scene import Scene


def samples(folder: Path) -> int:
    """How many samples of one tag are recorded."""
    recording = Recording.open(folder)
    try:
        return len(recording.samples(["M-0.State"], 0, 2**62))
    finally:
        recording.close()


def test_a_killed_collector_is_replaced_by_one_that_records_into_the_same_folder(
    server: ServerProcess, scene: Scene, tmp_path: Path
):
    folder = tmp_path / "recording"
    with window(scene, server.url, record=folder) as link:
        until(connected(link))
        until(polled(link, lambda: link.recording == folder))
        until(polled(link, lambda: samples(folder) > 0))
        before, first = samples(folder), pid_of(link)
        psutil.Process(first).kill()
        until(polled(link, lambda: not link.alive))
        assert link.recording == folder  # what was recorded can be looked at meanwhile
        until(connected(link))
        assert pid_of(link) != first
        assert link.recording == folder
        until(polled(link, lambda: samples(folder) > before))
        last = psutil.Process(pid_of(link))
    assert not last.is_running()


def test_recording_begins_while_running_with_what_is_known_and_every_window_is_told(
    server: ServerProcess, scene: Scene, tmp_path: Path
):
    folder = tmp_path / "later"
    with window(scene, server.url) as one, window(scene, server.url) as two:
        until(connected(one))
        until(connected(two))
        assert one.recording is None
        one.send("record", folder=str(folder), by="ada")
        until(polled(one, lambda: one.recording == folder))
        until(polled(two, lambda: two.recording == folder))
        until(polled(one, lambda: any(n.key == "record" and n.level == "info" for n in one.notices)))
        until(lambda: samples(folder) > 0)
        one.send("note", text="look here", by="ada", asset="M-1", time_ns=5)
        until(lambda: bool(_notes(folder)))
        assert [(n["time_ns"], n["asset"], n["text"]) for n in _notes(folder)] == [(5, "M-1", "look here")]
        two.send("record", folder=str(tmp_path / "other"), by="bob")
        until(polled(two, lambda: any("already" in n.text for n in two.notices)))
        assert two.recorded.since_ns > 0
        two.send("stop_recording", by="bob")
        until(polled(one, lambda: one.recording is None))
        until(polled(two, lambda: any("no longer recorded" in n.text for n in two.notices)))
        assert _last_action(folder) == ("stop_recording", "bob")
        with window(scene, server.url) as three:
            until(connected(three))
            assert three.recording is None
        one.send("record", folder=str(folder), by="ada")  # nobody holds the folder any more
        until(polled(one, lambda: one.recording == folder))


def _last_action(folder: Path) -> tuple[str, str]:
    recording = Recording.open(folder)
    try:
        last = recording.diary.actions(0, 2**62)[-1]
    finally:
        recording.close()
    return last["what"], last["by"]


def test_a_stopped_recording_is_not_begun_again_by_a_window_that_once_wanted_it(
    server: ServerProcess, scene: Scene, tmp_path: Path
):
    folder = tmp_path / "recording"
    with window(scene, server.url, record=folder) as link:
        until(connected(link))
        until(polled(link, lambda: link.recording == folder))
        link.send("stop_recording", by="ada")
        until(polled(link, lambda: any("no longer recorded" in n.text for n in link.notices)))
        psutil.Process(pid_of(link)).kill()  # neither by the collector that follows
        until(polled(link, lambda: not link.alive))
        until(connected(link))
        link.send("note", text="lost", by="ada")
        until(polled(link, lambda: any("nothing is recorded" in n.text for n in link.notices)))
        assert link.recording is None


def _notes(folder: Path) -> list[dict]:
    recording = Recording.open(folder)
    try:
        return recording.diary.notes()
    finally:
        recording.close()


def test_the_plant_is_shown_also_where_nothing_can_be_recorded(server: ServerProcess, scene: Scene, tmp_path: Path):
    folder = tmp_path / "something"
    folder.mkdir()
    (folder / "manifest.json").write_text("no manifest")
    with window(scene, server.url, record=folder) as link:
        until(connected(link))
        until(polled(link, lambda: any(n.level == "error" and "recorded" in n.text for n in link.notices)))
        assert link.recording is None


def test_without_a_recording_a_note_is_refused_rather_than_lost(server: ServerProcess, scene: Scene):
    with window(scene, server.url) as link:
        until(connected(link))
        link.send("note", text="nobody keeps this", by="ada")
        until(polled(link, lambda: any("would be lost" in n.text for n in link.notices)))
