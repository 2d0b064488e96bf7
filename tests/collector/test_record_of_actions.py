"""What people did is recorded with who, when and why; what must stay secret is recorded nowhere."""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any

import pytest

from tests.collector.test_link import connected, polled, window
from tests.feeds.servers import ServerProcess, until
from twinviewer.collector import places
from twinviewer.collector.commands import Commands
from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.trust import TrustStore
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.model.connection import Connection, Link, without_secret
from twinviewer.model.errors import TwinError
from twinviewer.scene.scene import Scene

SECRET = "s3cret-Pa55word"
URL = f"opc.tcp://anna:{SECRET}@127.0.0.1:1"


class Desk:
    """Commands on a pipeline that records, without a plant."""

    def __init__(self, scene: Scene, folder: Path, url: str = "opc.tcp://127.0.0.1:1") -> None:
        self.folder = folder
        self.recorder = Recorder(folder / "recording", scene, threads=False)
        options = FeedOptions(security="none", user="anna", password=SECRET, allow_write=True)
        self.pipeline = Pipeline(scene, url, options, self.recorder)
        self.commands = Commands(self.pipeline, TrustStore(folder / "pki"), folder / "audit.jsonl")

    def do(self, name: str, **arguments: Any) -> None:
        """Run one command, which may be refused."""
        with contextlib.suppress(TwinError):
            asyncio.run(self.commands.run(name, arguments, True))

    def actions(self) -> list[dict[str, Any]]:
        """What is on record in the end."""
        assert self.pipeline._tap is not None
        self.pipeline._tap.close()
        self.recorder.close()
        recording = Recording.open(self.folder / "recording")
        try:
            return recording.diary.actions(0, 2**62)
        finally:
            recording.close()


def bytes_below(*folders: Path) -> bytes:
    """Everything that is in files there."""
    return b"".join(p.read_bytes() for folder in folders for p in sorted(folder.rglob("*")) if p.is_file())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("acknowledge", {"key": "M-0:fault", "by": "anna", "reason": "on my way"}),
        ("shelve", {"key": "M-0:fault", "by": "anna", "reason": "sensor is being changed", "until_ns": 2**60}),
        ("unshelve", {"key": "M-0:fault", "by": "anna", "reason": "done"}),
        ("trust", {"fingerprint": "AB:CD", "by": "anna"}),
        ("accept", {"subject": "maintenance plan of week 47", "by": "anna", "reason": "fits the order book"}),
        ("note", {"text": "look here", "by": "anna", "asset": "M-1"}),
        ("note", {"text": "there", "by": "bob", "corrects": "k", "withdrawn": False}),
        ("write", {"tag": "M-0.State", "value": 1.0, "by": "anna", "reason": "a test", "approved_by": "bob"}),
    ],
)
def test_every_action_is_recorded_with_who_when_and_why_also_one_that_failed(
    scene: Scene, tmp_path: Path, name: str, arguments: dict[str, Any]
) -> None:
    desk = Desk(scene, tmp_path)
    desk.do(name, **arguments)
    (action,) = desk.actions()
    assert action["what"] == name
    assert action["time_ns"] > 0
    assert {key: action[key] for key in arguments} == arguments
    assert ("refused" in action) is (name not in ("note", "accept")), "there is no such alarm, certificate or plant"


def test_what_a_command_does_not_know_is_refused_and_not_recorded(scene: Scene, tmp_path: Path) -> None:
    desk = Desk(scene, tmp_path)
    desk.do("acknowledge", key="M-0:fault", by="anna", password=SECRET)
    desk.do("options", password=SECRET)
    desk.do("write", tag="M-0.State", value=1.0, by="anna", reason="a test", approved_by="bob")
    assert [action["what"] for action in desk.actions()] == ["write"]
    assert SECRET.encode() not in bytes_below(tmp_path)


def test_a_password_in_an_address_is_not_recorded(scene: Scene, tmp_path: Path) -> None:
    desk = Desk(scene, tmp_path, URL)
    desk.recorder.connection(Connection(Link.LOST, "cable", 1, URL))
    desk.do("write", tag="M-0.State", value=1.0, by="anna", reason="a test", approved_by="bob")
    desk.actions()
    kept = bytes_below(tmp_path)
    assert b"opc.tcp://anna@127.0.0.1:1" in kept
    assert SECRET.encode() not in kept
    assert without_secret("opc.tcp://plc:4840/a@b:c") == "opc.tcp://plc:4840/a@b:c"


def test_a_password_leaves_no_trace_in_any_file_of_a_collector(
    server: ServerProcess, scene: Scene, tmp_path: Path
) -> None:
    options = FeedOptions(security="none", user="anna", password=SECRET, plain_password=True)
    with window(scene, server.url, options) as link:
        until(connected(link))
        link.send("record", folder=str(tmp_path / "recording"), by="anna")
        until(polled(link, lambda: link.recording is not None))
        link.send("acknowledge", key="nothing", by="anna", password=SECRET)
        until(polled(link, lambda: any("not complete" in n.text for n in link.notices)))
        until(lambda: b"anna" in bytes_below(tmp_path), 15, "an action on the disk")
        runtime = places.runtime_folder(scene.path, scene.key, server.url)
        while_running = bytes_below(runtime, places.log_folder(), tmp_path)
    assert SECRET.encode() not in while_running + bytes_below(tmp_path, Path(os.environ["HOME"]))
