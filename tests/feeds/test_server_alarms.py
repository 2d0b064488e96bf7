"""Alarms & Conditions of servers: told, refreshed after a gap, acknowledged there only when that is allowed."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from asyncua import ua

from tests.feeds.live import scene_for_server, until_up, watching
from tests.feeds.servers import Proxy, node_server, until
from tests.plant.served import plant
from twinviewer.collector.commands import Commands
from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds.opcua_events import Events
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.trust import TrustStore
from twinviewer.model.alarm import SERVER, Alarm, AlarmState
from twinviewer.model.connection import Link
from twinviewer.model.errors import TwinError
from twinviewer.scene.scene import load_scene

READ_ONLY = FeedOptions(security="none")
MAY_WRITE = replace(READ_ONLY, allow_write=True)


def from_server(pipeline: Pipeline) -> dict[str, Alarm]:
    """The server's alarms by asset."""
    return {a.asset_id: a for a in pipeline.alarms if a.source == SERVER}


def acknowledge(pipeline: Pipeline, folder: Path, key: str, approved_by: str = "lead") -> None:
    """As a window's command, in the loop of the pipeline."""
    commands = Commands(pipeline, TrustStore(folder), folder / "audit.jsonl")
    about = {"key": key, "by": "ann", "reason": "seen", "approved_by": approved_by}
    assert pipeline._loop is not None
    asyncio.run_coroutine_threadsafe(commands.run("acknowledge", about, True), pipeline._loop).result(20)


def test_limit_alarms_of_another_makers_server_come_change_are_acknowledged_and_go(
    modules: Path, free_port: int, tmp_path: Path
):
    scene = scene_for_server()
    with node_server(modules, free_port, alarms=True) as server, watching(scene, server.url, MAY_WRITE) as pipeline:
        until_up(pipeline)
        assert from_server(pipeline) == {}
        server.command("set M-1.Vibration 6")
        until(lambda: from_server(pipeline), 15, "an alarm of the server")
        (alarm,) = from_server(pipeline).values()
        assert (alarm.asset_id, alarm.state, alarm.active) == ("M-1", AlarmState.UNACKNOWLEDGED, True)
        assert alarm.watches == "M-1.Vibration:high"
        acknowledge(pipeline, tmp_path, alarm.key)
        until(lambda: from_server(pipeline)["M-1"].state is AlarmState.ACKNOWLEDGED, 15, "its acknowledgement")
        server.command("set M-1.Vibration 1")
        until(lambda: from_server(pipeline) == {}, 15, "its end")


def test_after_the_line_was_cut_the_list_is_that_of_the_server(
    modules: Path, proxy: Callable[[int], Proxy], free_port: int
):
    scene = scene_for_server()
    with node_server(modules, free_port, alarms=True) as server:
        line = proxy(free_port)
        server.command("set M-0.Vibration 7")
        with watching(scene, line.url, READ_ONLY) as pipeline:
            until(lambda: set(from_server(pipeline)) == {"M-0"}, 15, "what stood before we came")
            line.cut()
            until(lambda: pipeline.connection().link is Link.LOST)
            server.command("set M-1.Vibration 7")
            line.open()
            until(lambda: set(from_server(pipeline)) == {"M-0", "M-1"}, 20, "what happened meanwhile")


def test_the_plants_own_alarm_is_acknowledged_only_where_writing_is_allowed_and_approved(tmp_path: Path):
    scene = load_scene("scenes/pump-skid", geometry=False)
    fault = "PMP-511:stop!@0"
    with plant("scenes/pump-skid", "--fault", fault) as running:
        with watching(scene, running.url, READ_ONLY) as pipeline:
            until(lambda: "PMP-511" in from_server(pipeline), 15, "the alarm of the pump")
            key = from_server(pipeline)["PMP-511"].key
            with pytest.raises(TwinError, match="writes to the plant"):
                acknowledge(pipeline, tmp_path, key)
            assert not (tmp_path / "audit.jsonl").exists()
        with watching(scene, running.url, MAY_WRITE) as pipeline:
            until(lambda: "PMP-511" in from_server(pipeline), 15, "the alarm of the pump")
            with pytest.raises(TwinError, match="who approved"):
                acknowledge(pipeline, tmp_path, key, approved_by=" ")
            acknowledge(pipeline, tmp_path, key)
            until(lambda: from_server(pipeline)["PMP-511"].state is AlarmState.ACKNOWLEDGED, 15, "acknowledged")
            assert from_server(pipeline)["PMP-511"].reason == "seen"
            with pytest.raises(TwinError, match="refuses to acknowledge"):
                acknowledge(pipeline, tmp_path, key)
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [line["what"].split(":")[0] for line in lines] == ["begun", "done", "begun", "failed"]
    assert {(line["by"], line["approved_by"], line["command"]) for line in lines} == {("ann", "lead", "acknowledge")}


def test_a_server_without_alarms_is_no_trouble(modules: Path, free_port: int):
    with node_server(modules, free_port) as server, watching(scene_for_server(), server.url, READ_ONLY) as pipeline:
        until_up(pipeline)
        assert pipeline.connection().link is Link.CONNECTED
        assert from_server(pipeline) == {}


@pytest.mark.parametrize("failure", [TimeoutError(), ua.UaStatusCodeError(ua.StatusCodes.BadNotSupported)])
def test_a_server_that_answers_no_question_about_alarms_keeps_its_session(failure: Exception):
    class Session:
        async def call(self, calls: object) -> object:
            raise failure

        create_monitored_items = call

    told: list[object] = []
    client = SimpleNamespace(uaclient=SimpleNamespace(session=Session()))
    events = Events(client, SimpleNamespace(event=told.append))  # type: ignore[arg-type]
    asyncio.run(events.begin(7, ["", "urn:x"]))
    events._subscription = 7  # as if only the refresh failed
    asyncio.run(events.refresh())
    asyncio.run(events.look())
    events.take(b"nonsense", 0, 8)
    assert told == []
