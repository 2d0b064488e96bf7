"""A window's work on a live feed: the real collector process, session, colours and picture, thirty times a second."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil

from benchmarks.factory import factory
from tests.feeds.servers import URI, ServerProcess, until
from twinviewer import colours
from twinviewer.collector.link import CollectorLink, attach
from twinviewer.feeds.opcua_browse import describe
from twinviewer.feeds.options import FeedOptions
from twinviewer.gui.garbage import settle_memory
from twinviewer.gui.turns import ask_for_short_turns
from twinviewer.model.asset import NodeAddress
from twinviewer.model.connection import Link
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session.session import Session
from twinviewer.session.sources import LiveSource
from twinviewer.view.stage import Stage
from twinviewer.view.window import is_software, renderer_name

ROLES = ("vibration", "power", "temperature", "current", "load", "speed", "pressure", "lubrication", "queue", "hours")
PERIOD_S = 1 / 30
SIZE = (1280, 800)
SIZE_IN_SOFTWARE = (640, 400)  # without a graphics card the processor that must serve, receive and draw is one
_SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of it: times between frames, the same while nothing changed, what a frame cost, delays from change to
    colour; all in seconds."""

    intervals_s: np.ndarray
    idle_intervals_s: np.ndarray
    costs_s: np.ndarray
    delays_s: np.ndarray
    changes: int
    received: int
    lost: int
    dropped: int
    size: tuple[int, int]
    renderer: str


def make_scene(folder: Path, assets: int) -> Path:
    """A scene of machines with ten tags each on the load nodes i=1, i=2, …"""
    lines = ["format = 1", 'name = "Load"', 'site = "Site"', "[namespaces]", f'p = "{URI}"', "[assets]"]
    lines += ['table = "assets.csv"', "[type.machine]", 'label = "Machine"', "rated_power_kw = 20"]
    lines.append('vibration = { group = "2", foundation = "rigid" }')
    for role in ROLES:
        lines += [f"[type.machine.tags.{role.title()}]", f'node = "p:i={{{role}}}"', f'role = "{role}"']
    (folder / "scene.toml").write_text("\n".join(lines) + "\n")
    rows = [",".join(("asset", "type", "path", *ROLES))]
    for k in range(assets):
        first = len(ROLES) * k + 1
        rows.append(",".join((f"A-{k}", "machine", "Line", *(str(first + i) for i in range(len(ROLES))))))
    (folder / "assets.csv").write_text("\n".join(rows) + "\n")
    return folder


@contextmanager
def attached(path: Path, scene: Scene, url: str) -> Iterator[CollectorLink]:
    """A link whose collector is gone at the end."""
    link = attach(path, scene, url, FeedOptions(security="none"), linger_s=0.2)
    try:
        yield link
    finally:
        process = psutil.Process(link._line.ready.pid) if link._line is not None else None
        link.close()
        if process is not None:
            psutil.wait_procs([process], timeout=10)


def changes_on(server: ServerProcess) -> int:
    """How many changes the server made so far, by its own count."""
    address = NodeAddress(URI, "s=counter")
    value = asyncio.run(describe(server.url, [address], FeedOptions(security="none")))[address].value
    return int(value) if isinstance(value, float) else -1


def watch(server: ServerProcess, tags: int, seconds: float) -> Watched:
    """Draw `seconds` of what the server does; its load is paused before and after, so that changes can be counted."""
    server.command("pause")
    with tempfile.TemporaryDirectory() as folder:
        path = make_scene(Path(folder), tags // len(ROLES))
        scene = load_scene(path, geometry=False)
        floor = factory(len(scene.assets), small=True)
        scene = replace(scene, geometry=floor.geometry, asset_of_node=floor.asset_of_node)
        stage = Stage()
        stage.show(scene, "dark")
        stage.render()  # before it, nobody knows what draws
        renderer = renderer_name(stage.window)
        slow = is_software(renderer)
        if stage.drawing is not None and slow:  # as the window does
            stage.drawing.install(stage.drawing.work(detail=True)())
        size = SIZE_IN_SOFTWARE if slow else SIZE
        stage.window.SetSize(*size)
        stage.render()
        with attached(path, scene, server.url) as link:
            session = Session(scene, LiveSource(link), "energy")
            until(lambda: _is_up(session, tags), 60, "all tags have a sample")
            settle_memory(former=False)
            ask_for_short_turns()
            _settle(session)
            idle, _, _ = _draw(session, stage, scene, seconds / 2)
            changes, before = changes_on(server), link.table.connection()
            server.command("resume")
            intervals, costs, delays = _draw(session, stage, scene, seconds)
            server.command("pause")
            _settle(session)
            after = link.table.connection()
            changes = changes_on(server) - changes
    return Watched(
        intervals,
        idle,
        costs,
        delays,
        changes,
        after.samples - before.samples,
        after.lost - before.lost,
        after.dropped - before.dropped,
        size,
        renderer,
    )


def _is_up(session: Session, tags: int) -> bool:
    frame = session.tick(time.time_ns())
    return frame.connection.link is Link.CONNECTED and int((frame.tags.received_ns > 0).sum()) == tags


def _settle(session: Session) -> None:
    end = time.monotonic() + _SETTLE_S
    while time.monotonic() < end:
        session.tick(time.time_ns())
        time.sleep(0.1)


def _draw(session: Session, stage: Stage, scene: Scene, seconds: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ends, costs, delays = [], [], []
    seen = session.tick(time.time_ns()).tags.value
    begun = due = time.monotonic()
    while due - begun < seconds:
        time.sleep(max(0.0, due - time.monotonic()))
        start = time.monotonic()
        frame = session.tick(time.time_ns())
        stage.set_colours(colours.table("energy", frame, scene, "dark"))
        stage.render()
        end = time.monotonic()
        changed = frame.tags.value != seen
        delays.append(end - frame.tags.value[changed])  # a value is the moment at which the server made it
        seen = frame.tags.value
        ends.append(end)
        costs.append(end - start)
        due = max(due + PERIOD_S, end - PERIOD_S)
    return np.diff(ends), np.array(costs), np.concatenate(delays)
