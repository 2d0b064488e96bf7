"""What a recorder in a terminal says there."""

import asyncio
import contextlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.factory import make_scene
from twinviewer.collector.console import Console
from twinviewer.collector.pipeline import Pipeline
from twinviewer.model.connection import Connection, Link
from twinviewer.model.notice import Notice


def test_a_terminal_is_told_each_thing_once(tmp_path: Path) -> None:
    lines: list[str] = []
    told: list[Notice] = []
    stand = [Connection(Link.CONNECTING, "", 0, "opc.tcp://eva:secret@plc:4840")]
    pipeline: Any = SimpleNamespace(scene=make_scene(2), notify=told.append, connection=lambda: stand[-1])
    console = Console(lines.append)
    console.begun(pipeline, tmp_path)

    async def life() -> None:
        watching = asyncio.create_task(console.watch(pipeline))
        for link, why in ((Link.CONNECTED, ""), (Link.CONNECTED, ""), (Link.LOST, "no answer"), (Link.CONNECTED, "")):
            await asyncio.sleep(0.3)
            stand.append(Connection(link, why, 5, "opc.tcp://eva:secret@plc:4840", samples=len(stand)))
        await asyncio.sleep(0.3)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching

    asyncio.run(life())
    notice = Notice("error", "The disk is full.", "Make room.", key="recorder")
    pipeline.notify(notice)
    console.ended(50, 3, tmp_path)
    assert [line.partition(" ")[2] for line in lines] == [
        f"recording 10 tags of {pipeline.scene.name} into {tmp_path} (Ctrl+C ends it)",
        "connecting to opc.tcp://eva@plc:4840",
        "connected to opc.tcp://eva@plc:4840",
        "the connection to opc.tcp://eva@plc:4840 is lost: no answer; it is tried again",
        "connected to opc.tcp://eva@plc:4840",
        "The disk is full. Make room.",
        f"50 samples in {tmp_path}; 3 could not be written and are lost",
    ]
    assert told == [notice], "windows hear it too"
    assert console.samples == 50


def test_a_recorder_hears_at_once_that_there_is_no_connection_yet() -> None:
    heard: list[Link] = []
    tap: Any = SimpleNamespace(connection=lambda connection, time_ns: heard.append(connection.link))
    pipeline = Pipeline(make_scene(1), "opc.tcp://127.0.0.1:1", tap=tap)
    assert pipeline._tap is not None
    pipeline._tap.close()
    assert heard == [Link.CONNECTING]
