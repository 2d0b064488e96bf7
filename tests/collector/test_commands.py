"""What a person may ask of the collector; above all, writing to the plant."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.feeds.servers import ServerProcess
from twinviewer.collector import on_server
from twinviewer.collector.commands import Commands
from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds.opcua_browse import describe
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.trust import TrustStore
from twinviewer.model.errors import FeedError, TwinError
from twinviewer.model.notice import Notice
from twinviewer.scene.scene import Scene

WRITE = {"tag": "M-0.Vibration", "value": 2.0, "by": "anna", "reason": "new limit", "approved_by": "bob"}


class Desk:
    """Commands on a pipeline that is not running: writing has a session of its own."""

    SETTABLE: tuple[float, float] | None = (-1e6, 1e6)

    def __init__(self, scene: Scene, url: str, folder: Path, allow: bool = True, may_write: bool = True) -> None:
        self.may_write = may_write
        self.audit = folder / "audit.jsonl"
        scene = replace(scene, tags=tuple(replace(t, settable=t.settable or self.SETTABLE) for t in scene.tags))
        pipeline = Pipeline(scene, url, FeedOptions(security="none", allow_write=allow))
        self.commands = Commands(pipeline, TrustStore(folder / "pki"), self.audit)

    def do(self, name: str, **arguments: Any) -> Notice | None:
        """Run one command."""
        return asyncio.run(self.commands.run(name, arguments, self.may_write))

    def lines(self) -> list[dict[str, Any]]:
        """The audit log."""
        return [json.loads(line) for line in self.audit.read_text().splitlines()] if self.audit.exists() else []


def value_on(server: ServerProcess, scene: Scene, tag: str) -> object:
    """What the server itself says."""
    address = scene.tag(tag).address
    return asyncio.run(describe(server.url, [address]))[address].value


def test_a_value_is_written_read_back_and_kept_in_the_audit_log(server: ServerProcess, scene: Scene, tmp_path: Path):
    desk = Desk(scene, server.url, tmp_path)
    notice = desk.do("write", **WRITE)
    assert notice is not None
    assert (notice.level, notice.text) == ("info", "M-0.Vibration: wrote 2.0, read back 2.")
    assert value_on(server, scene, "M-0.Vibration") == 2.0
    begun, done = desk.lines()
    assert (begun["what"], done["what"], done["read_back"]) == ("begun", "done", "2")
    for line in (begun, done):
        assert (line["by"], line["approved_by"], line["reason"]) == ("anna", "bob", "new limit")
        assert line["node"] == "nsu=urn:twinviewer:test;s=M-0.Vibration"
    server.command("set M-0.Vibration 1")


@pytest.mark.parametrize("missing", ["by", "reason", "approved_by"])
def test_nothing_is_written_without_name_reason_and_approval(
    server: ServerProcess, scene: Scene, tmp_path: Path, missing: str
):
    desk = Desk(scene, server.url, tmp_path)
    with pytest.raises(TwinError, match="only when it is said"):
        desk.do("write", **{**WRITE, missing: "  "})
    with pytest.raises(TwinError, match="not complete"):
        desk.do("write", **{k: v for k, v in WRITE.items() if k != missing})
    assert value_on(server, scene, "M-0.Vibration") == 1.0
    assert desk.lines() == []


def test_nothing_is_written_where_it_is_not_allowed_or_cannot_be_logged(
    server: ServerProcess, scene: Scene, tmp_path: Path
):
    with pytest.raises(TwinError, match="not allowed"):
        Desk(scene, server.url, tmp_path, allow=False).do("write", **WRITE)
    with pytest.raises(TwinError, match="not allowed from this window"):
        Desk(scene, server.url, tmp_path, may_write=False).do("write", **WRITE)
    with pytest.raises(TwinError, match="not complete"):
        Desk(scene, server.url, tmp_path, may_write=False).do("write", **WRITE, may_write=True)
    desk = Desk(scene, server.url, tmp_path)
    desk.audit.mkdir()
    with pytest.raises(TwinError, match="audit log cannot be written"):
        desk.do("write", **WRITE)
    assert value_on(server, scene, "M-0.Vibration") == 1.0


def test_a_write_whose_end_cannot_be_logged_is_still_told_as_done(
    server: ServerProcess, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    append = on_server.append

    def full(audit: Path, line: dict[str, Any]) -> None:
        if line["what"] != "begun":
            raise FeedError("the audit log cannot be written: No space left on device")
        append(audit, line)

    monkeypatch.setattr(on_server, "append", full)
    desk = Desk(scene, server.url, tmp_path)
    notice = desk.do("write", **{**WRITE, "value": 1.0})
    assert notice is not None
    assert notice.level == "warning"
    assert "read back 1 (how this ended is not in the log: the audit log" in notice.text
    assert [line["what"] for line in desk.lines()] == ["begun"]
    with pytest.raises(TwinError, match=r"type Int32.*not in the log"):
        desk.do("write", **{**WRITE, "tag": "M-0.State", "value": 1.5})


def test_a_write_that_fails_is_logged_too(server: ServerProcess, scene: Scene, tmp_path: Path):
    desk = Desk(scene, server.url, tmp_path)
    with pytest.raises(TwinError, match="cannot be written to a node of type Int32"):
        desk.do("write", **{**WRITE, "tag": "M-0.State", "value": 1.5})
    begun, failed = desk.lines()
    assert begun["what"] == "begun"
    assert failed["what"].startswith("failed")
    with pytest.raises(TwinError, match="no such tag"):
        desk.do("write", **{**WRITE, "tag": "M-9.State"})


def test_trust_of_an_unknown_fingerprint_and_unknown_commands_are_refused(scene: Scene, tmp_path: Path):
    desk = Desk(scene, "opc.tcp://127.0.0.1:1", tmp_path)
    with pytest.raises(TwinError, match="no certificate with this fingerprint"):
        desk.do("trust", fingerprint="AB:CD")
    with pytest.raises(TwinError, match="does not know"):
        desk.do("format", disk="c")
    with pytest.raises(TwinError):
        desk.do("acknowledge", key="nope", by="anna")


def test_a_value_outside_of_what_the_scene_allows_is_not_written(server: ServerProcess, scene: Scene, tmp_path: Path):
    tags = [replace(t, settable=(0.0, 5.0)) if t.name == "M-0.Vibration" else t for t in scene.tags]
    desk = Desk(replace(scene, tags=tuple(tags)), server.url, tmp_path)
    before = value_on(server, scene, "M-0.Vibration")
    with pytest.raises(TwinError, match="outside 0 to 5"):
        desk.do("write", **{**WRITE, "value": 5.1})
    assert value_on(server, scene, "M-0.Vibration") == before
    assert desk.lines() == []
    assert desk.do("write", **{**WRITE, "value": 4.9}) is not None


def test_a_value_that_the_scene_lets_nobody_set_is_not_written(
    server: ServerProcess, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Desk, "SETTABLE", None)
    desk = Desk(scene, server.url, tmp_path)
    with pytest.raises(TwinError, match="lets nobody set"):
        desk.do("write", **WRITE)
    assert desk.lines() == []
