"""Windows and the collector process: one for all of them, and what happens when it dies."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.feeds.servers import ROOT, ServerProcess, python_server, until
from twinviewer.collector import link as link_module
from twinviewer.collector import places, protocol
from twinviewer.collector.line import Line, LineError
from twinviewer.collector.link import CollectorLink, attach
from twinviewer.feeds.options import FeedOptions
from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.model.connection import Link
from twinviewer.model.errors import FeedError
from twinviewer.model.quality import Quality, quality_of
from twinviewer.scene.scene import Scene

NONE = FeedOptions(security="none")
MAY_WRITE = replace(NONE, allow_write=True)


@contextlib.contextmanager
def window(
    scene: Scene,
    url: str,
    options: FeedOptions = NONE,
    *,
    linger_s: float = 0.2,
    record: Path | None = None,
    chosen: bool = False,
) -> Iterator[CollectorLink]:
    """A window's link; at the end the collector is gone too."""
    link = attach(scene.path, scene, url, options, linger_s=linger_s, record=record, chosen=chosen)
    pids = set()
    try:
        yield link
    finally:
        if link._line is not None:
            pids.add(link._line.ready.pid)
        if link._child is not None:
            pids.add(link._child._process.pid)
        link.close()
        psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=5)


def polled(link: CollectorLink, holds: Callable[[], object]) -> Callable[[], object]:
    """As a window's timer does: poll, then look."""

    def look() -> object:
        link.poll()
        return holds()

    return look


def connected(link: CollectorLink) -> Callable[[], object]:
    """Whether values arrive."""
    return polled(
        link,
        lambda: link.alive and link.table.connection().link is Link.CONNECTED and link.table.connection().samples >= 6,
    )


def pid_of(link: CollectorLink) -> int:
    """The collector's process."""
    assert link._line is not None
    return link._line.ready.pid


def test_two_windows_share_one_collector_and_its_alarms(server: ServerProcess, scene: Scene):
    with window(scene, server.url) as one, window(scene, server.url) as two:
        assert one.table.connection().link is Link.CONNECTING
        until(connected(one))
        until(connected(two))
        assert pid_of(one) == pid_of(two)
        server.command("set M-0.State 6")
        until(polled(one, lambda: any(a.key == "M-0:fault" for a in one.alarms)))
        one.send("acknowledge", key="M-0:fault", by="anna")
        until(polled(two, lambda: any(a.state is AlarmState.ACKNOWLEDGED and a.by == "anna" for a in two.alarms)))
        two.send("shelve", key="M-0:fault", by="bob", reason="", until_ns=time.time_ns() + 10**12)
        until(polled(two, lambda: two.notices))
        assert "only with a reason" in two.notices[0].text
        two.send("dance")
        until(polled(two, lambda: len(two.notices) == 2))
        assert "does not know this command" in two.notices[1].text
        one.poll()
        assert one.notices == [], "what one window did wrong is not another's business"
        server.command("set M-0.State 1")
        snapshot = two.table.read()
        assert snapshot.text[scene.tag("M-1.Product").index] == "A"
        pid = pid_of(one)
        one.close()
        time.sleep(0.5)
        assert psutil.pid_exists(pid), "somebody still looks"
    until(lambda: not psutil.pid_exists(pid), 5)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (MAY_WRITE, NONE, "not allowed from this window"),
        (NONE, MAY_WRITE, "its collector was started without --allow-write"),
        (MAY_WRITE, MAY_WRITE, "the scene lets nobody set this value"),
    ],
)
def test_a_window_writes_only_where_it_and_the_collector_have_leave(
    server: ServerProcess, scene: Scene, first: FeedOptions, second: FeedOptions, says: str
):
    with window(scene, server.url, first) as one:
        until(connected(one))
        with window(scene, server.url, second) as two:
            until(connected(two))
            assert pid_of(one) == pid_of(two)
            two.send("write", tag="M-0.Vibration", value=2.0, by="bob", reason="a try", approved_by="anna")
            until(polled(two, lambda: two.notices))
            assert says in two.notices[0].text


def test_a_killed_collector_is_said_once_started_again_and_said_to_run(server: ServerProcess, scene: Scene):
    with window(scene, server.url) as link:
        until(connected(link))
        before = pid_of(link)
        os.kill(before, signal.SIGKILL)
        until(polled(link, lambda: not link.alive), 5)
        assert [n.level for n in link.notices] == ["error"]
        assert "started again" in link.notices[0].remedy
        assert link.table.read().value[0] == 1.0, "the last values are still there"
        with pytest.raises(FeedError, match="does not answer"):
            link.send("note", text="x", by="anna")
        until(connected(link))
        assert pid_of(link) != before
        assert [(n.level, n.key) for n in link.notices] == [("error", "collector"), ("info", "collector")]
        assert not list(link._folder.glob(f"tags-{before}-*")), "nothing is left of the old one"


def test_a_collector_that_hangs_is_noticed_ended_and_replaced(
    server: ServerProcess, scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(link_module, "HUNG_S", 3.0)
    with window(scene, server.url) as link:
        until(connected(link))
        before = pid_of(link)
        os.kill(before, signal.SIGSTOP)
        try:
            stopped = time.monotonic()
            until(polled(link, lambda: not link.alive), 5)
            assert time.monotonic() - stopped > 1.0, "a hiccup is no death"
            until(connected(link))
            assert pid_of(link) != before
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(before, signal.SIGKILL)
        assert [n.level for n in link.notices] == ["error", "info"]


def test_a_pause_is_not_a_death(server: ServerProcess, scene: Scene):
    with window(scene, server.url) as link:
        until(connected(link))
        time.sleep(2.5)  # a window that was busy
        link.poll()
        assert link.alive
        os.kill(pid_of(link), signal.SIGSTOP)
        try:
            until(polled(link, lambda: not link.alive), 5)
        finally:
            os.kill(pid_of(link), signal.SIGCONT)
        until(polled(link, lambda: link.alive), 5)
        assert [n.text for n in link.notices] == ["The collector does not answer.", "The collector answers again."]


def test_when_a_window_vanishes_the_collector_waits_for_it_to_come_back(server: ServerProcess, scene: Scene):
    with window(scene, server.url, linger_s=1.5) as link:
        until(connected(link))
        pid = pid_of(link)
        assert link._line is not None
        link._line.close()  # as a crashed process leaves it
        link._line = None
        time.sleep(0.5)
        with window(scene, server.url) as again:
            until(connected(again))
            assert pid_of(again) == pid
    until(lambda: not psutil.pid_exists(pid), 8)


def test_values_are_not_good_after_the_server_went_while_the_window_looks_on(scene: Scene, free_port: int):
    with python_server(free_port) as server, window(scene, server.url) as link:
        until(connected(link))
        server.kill()
        until(polled(link, lambda: link.table.connection().link is Link.LOST))
        snapshot = link.table.read()
        assert (quality_of(snapshot.status, snapshot.received_ns) == Quality.UNCERTAIN).all()


def test_a_scene_that_cannot_be_read_is_said(server: ServerProcess, scene: Scene):
    (scene.path / "scene.toml").write_text("format = [")
    with window(scene, server.url) as link:
        until(polled(link, lambda: link.notices))
        assert "The collector cannot start" in link.notices[0].text
        assert "scene.toml" in link.notices[0].text
        for _ in range(10):
            link.poll()
        assert len([n for n in link.notices if n.key == "collector-start"]) == 1


def test_leftovers_of_a_dead_collector_do_not_confuse(server: ServerProcess, scene: Scene):
    folder = places.runtime_folder(scene.path, scene.key, server.url)
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        places.write_ready(folder, places.Ready(os.getpid(), stranger.getsockname()[1], "old", str(folder / "gone")))
        with window(scene, server.url) as link:
            until(connected(link))


def test_a_second_collector_for_the_same_scene_and_feed_does_not_start(server: ServerProcess, scene: Scene):
    with window(scene, server.url) as link:
        until(connected(link))
        command = [sys.executable, "-m", "twinviewer.collector", str(scene.path), "--feed", server.url]
        second = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=20)
        assert second.returncode == 3
        assert "already running" in second.stderr
        assert connected(link)()


def test_who_does_not_know_the_secret_is_turned_away(server: ServerProcess, scene: Scene):
    with window(scene, server.url) as link:
        until(connected(link))
        assert link._line is not None
        ready = link._line.ready
        stranger = Line(replace(ready, token="guess"))
        with pytest.raises(LineError):
            until(stranger.receive, 3)
        assert not stranger.greeted
        stranger.close()
        with socket.create_connection(("127.0.0.1", ready.port)) as raw:
            raw.sendall(b'{"command": "trust", "arguments": {}}\n')
            raw.settimeout(5)
            heard = raw.makefile("rb").read()
        assert b"alarms" not in heard
        assert (link._folder.stat().st_mode & 0o077, os.stat(ready.table).st_mode & 0o077) == (0, 0)  # noqa: PTH116
        assert connected(link)()


def test_a_stranger_on_the_collectors_port_cannot_pose_as_it(scene: Scene):
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        line = Line(places.Ready(1, stranger.getsockname()[1], "token", ""))
        there, _ = stranger.accept()
        with there:
            there.sendall(protocol.encode({"nonce": "a"}) + protocol.encode({"proof": "guess"}))
            with pytest.raises(LineError, match="not our collector"):
                until(line.receive)
        line.close()


def test_the_collector_ends_on_a_signal_and_cleans_up(server: ServerProcess, scene: Scene):
    command = [sys.executable, "-m", "twinviewer.collector", str(scene.path), "--feed", server.url, "--keep"]
    process = subprocess.Popen(command, cwd=ROOT)
    folder = places.runtime_folder(scene.path, scene.key, server.url)
    try:
        until(lambda: places.read_ready(folder))
        link = attach(scene.path, scene, server.url, NONE)
        until(connected(link))
        assert pid_of(link) == process.pid
        link.close()
        time.sleep(0.5)
        assert process.poll() is None, "started on its own, it stays"
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
    assert places.read_ready(folder) is None
    assert not list(folder.glob("tags-*"))
    (log,) = places.log_folder().glob(f"collector-{folder.name}.log")
    assert "connected to" in log.read_text()


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = places.runtime_folder(tmp_path, "k", "u")
    folder.chmod(0o777)
    places.runtime_folder(tmp_path, "k", "u")
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(places.os, "getuid", lambda: 4711)
    with pytest.raises(FeedError, match="belongs to somebody else"):
        places.runtime_folder(tmp_path, "k", "u")


def test_better_options_of_a_window_are_taken_when_the_first_ones_were_refused(scene: Scene, free_port: int):
    with python_server(free_port) as server:
        secret = FeedOptions(security="Basic256Sha256,SignAndEncrypt", password="secret")
        with window(scene, server.url, secret, linger_s=1.0) as refused:
            until(polled(refused, lambda: refused.table.connection().link is Link.REFUSED))
            assert "does not offer Basic256Sha256" in refused.table.connection().why
            with window(scene, server.url, NONE) as again:
                until(connected(again))
                assert pid_of(again) == pid_of(refused)
                until(connected(refused))
                with window(scene, server.url, secret) as third:
                    until(connected(third))
                    time.sleep(0.5)
                    assert third.table.connection().reconnects == 0, "what works is left alone"
                with window(scene, server.url, secret, chosen=True) as fourth:
                    until(polled(fourth, lambda: fourth.table.connection().link is Link.REFUSED))
                    assert pid_of(fourth) == pid_of(again)
                    assert "does not offer" in fourth.table.connection().why, "a person chose just this"
                    until(polled(again, lambda: any("made anew" in n.text for n in again.notices)))
                    fourth.choose(NONE)
                    until(connected(fourth))
                    assert pid_of(fourth) == pid_of(again), "alarms and recording went on"


def test_what_is_sealed_opens_only_with_the_secret():
    sealed = protocol.seal("password", "token")
    assert "password" not in sealed
    assert protocol.unseal(sealed, "token") == "password"
    for text, token in ((sealed, "other"), ("", "token"), ("nonsense", "token"), (None, "token")):
        with pytest.raises(protocol.Strange):
            protocol.unseal(text, token)


def test_a_collector_of_another_version_is_said_once_and_breaks_nothing(server: ServerProcess, scene: Scene):
    with window(scene, server.url) as link:
        until(connected(link))
        receive = Line.receive
        try:
            Line.receive = lambda line: [*receive(line), {"alarms": [{"state": 1}]}] if line.greeted else receive(line)  # type: ignore[method-assign]
            until(polled(link, lambda: any("another version" in n.text for n in link.notices)))
            until(polled(link, lambda: link._attached))
            link.poll()
        finally:
            Line.receive = receive  # type: ignore[method-assign]
        assert [n.key for n in link.notices].count("collector-version") == 1
        until(connected(link))


def test_messages_survive_the_way(scene: Scene):
    alarm = Alarm("k", "M-0", "M-0.State", 1, "ä", AlarmState.SHELVED, True, 1, 2, 3.5, float("inf"), "by", "r", 9)
    line = protocol.encode(protocol.alarms_message((alarm,), True, 7))
    assert protocol.alarms_of(protocol.decode(line)) == (alarm,)
    newer = protocol.alarms_message((alarm,), True, 7)
    newer["alarms"][0]["mood"] = "grim"
    assert protocol.alarms_of(newer) == (alarm,)
    for strange in ({"alarms": [{}]}, {"alarms": [{"state": 99}]}, {"alarms": 5}, {"alarms": ["x"]}):
        with pytest.raises(protocol.Strange):
            protocol.alarms_of(strange)
    for strange in ({"recording": 5, "notice": "x"}, {"recording": None, "notice": {}}):
        with pytest.raises(protocol.Strange):
            protocol.recorded_of(strange)
        with pytest.raises(protocol.Strange):
            protocol.notice_of(strange)
    for raw in (b"", b"[]", b"{", b"\xff\xfe", json.dumps("x").encode()):
        with pytest.raises(protocol.Strange):
            protocol.decode(raw)
