"""A live source without a plant: every tag of a scene gets a believable sample, a few assets are in trouble."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.session import Polled
from twinviewer.settings import SettingsStore
from twinviewer.states.alarms import AlarmBook
from twinviewer.states.evaluator import Evaluator

SECOND_NS = 1_000_000_000


class FakeLive:
    """Looks like the collector to a session. `states`, `values` and `silent` may be changed between ticks."""

    name = "live"

    def __init__(self, scene: Scene, states: Mapping[str, State] | None = None) -> None:
        self.scene = scene
        self.states = dict(states or {})
        self.values: dict[str, float] = {}
        self.silent: set[str] = set()
        self.connection = Connection(
            Link.CONNECTED, url="opc.tcp://127.0.0.1:4840", security="Basic256Sha256, SignAndEncrypt"
        )
        self.commands: list[tuple[str, dict[str, Any]]] = []
        self.closed = False
        self._book = AlarmBook(scene)
        self._evaluator = Evaluator(scene)
        self._begun_ns = 0
        self._samples = 0

    def snapshot(self, now_ns: int) -> TagSnapshot:
        n = len(self.scene.tags)
        value = np.array([self._value(t) for t in self.scene.tags], np.float64)
        stamp = np.full(n, now_ns - 400_000_000, np.int64)
        for tag in self.scene.tags:
            if tag.asset_id in self.silent:
                stamp[tag.index] = 0
                value[tag.index] = np.nan
        return TagSnapshot(value, np.zeros(n, np.uint32), stamp.copy(), stamp.copy(), stamp.copy())

    def _value(self, tag: Any) -> float:
        if tag.name in self.values:
            return self.values[tag.name]
        if tag.role == "state":
            wanted = self.states.get(tag.asset_id, State.RUNNING)
            return next((float(raw) for raw, state in tag.states.items() if state is wanted), 1.0)
        low, high = tag.normal or (0.0, 1.0)
        return low + (high - low) * (0.3 + 0.05 * (tag.index % 7))

    def poll(self, now_ns: int) -> Polled:
        self._begun_ns = self._begun_ns or now_ns
        self._samples += 20
        snapshot = self.snapshot(now_ns)
        connection = dataclasses.replace(self.connection, samples=self._samples)
        tags, assets = self._evaluator.evaluate(snapshot, now_ns, connection)
        self._book.update(tags, assets, now_ns)
        return Polled(now_ns, snapshot, connection, self._book.alarms, self._book.flood, self._book.alarms_10_min)

    def command(self, name: str, **arguments: Any) -> None:
        self.commands.append((name, arguments))

    def close(self) -> None:
        self.closed = True


class FakeHost:
    """Answers what a window asks and remembers it."""

    def __init__(self, folder: Path | None = None, safe_mode: bool = False) -> None:
        self.settings = SettingsStore(folder, {}, keep=folder is not None)
        self.safe_mode = safe_mode
        self.asked: list[tuple[Any, ...]] = []

    def open_scene(self, window: Any, path: Path, feed: str = "") -> None:
        self.asked.append(("open", path, feed))

    def open_recording(self, window: Any, address: str, at_ns: int | None = None) -> None:
        self.asked.append(("recording", address, at_ns))

    def open_capsule(self, window: Any, path: Path) -> None:
        self.asked.append(("capsule", path))

    def reload(self, window: Any) -> None:
        self.asked.append(("reload",))

    def connect_feed(self, window: Any, url: str, options: Any = None) -> None:
        self.asked.append(("connect", url, options))

    def disconnect_feed(self, window: Any) -> None:
        self.asked.append(("disconnect",))

    def feed_options(self, url: str) -> Any:
        return None

    def start_demo(self, window: Any) -> None:
        self.asked.append(("demo",))

    def new_window(self, window: Any) -> None:
        self.asked.append(("new",))

    def set_theme(self, wanted: str) -> None:
        self.asked.append(("theme", wanted))

    def change_settings(self, **fields: Any) -> None:
        self.settings.change(**fields)

    def closed(self, window: Any) -> None:
        self.asked.append(("closed",))

    def quit(self) -> None:
        self.asked.append(("quit",))


TROUBLED = {
    "CNC-103": State.SETUP,
    "CV-104": State.BLOCKED,
    "ROB-105": State.STARVED,
    "CV-205": State.BLOCKED,
    "ROB-206": State.FAULT,
    "PRS-204": State.IDLE,
    "WLD-209": State.IDLE,
    "CV-210": State.IDLE,
    "PKG-211": State.STARVED,
    "CMP-322": State.MAINTENANCE,
}


def troubled(scene: Scene) -> FakeLive:
    """The sample hall with everything in it that a picture must tell apart."""
    source = FakeLive(scene, TROUBLED)
    source.silent = {"PMP-314"}
    source.values = {"CMP-321.Vibration": 8.3, "PMP-312.Vibration": 3.9}
    return source
