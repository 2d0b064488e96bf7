"""What the benchmark of recordings is measured on: a day of a large plant, a scene of load tags, a recorder to kill."""

from pathlib import Path

import numpy as np

from tests.factory import scene_of
from twinviewer.history import manifest
from twinviewer.history.compact import PartWriter
from twinviewer.history.layout import LIVE, NS, PARTS, SLICE_ROWS, Part
from twinviewer.history.manifest import Manifest
from twinviewer.history.rows import Rows
from twinviewer.history.stream import Newest, Slice
from twinviewer.model.asset import Asset, NodeAddress, Tag
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene

START_NS = 1_800_000_000 * NS - 1_800_000_000 * NS % (86400 * NS)
STATES = {"1": State.RUNNING, "2": State.IDLE, "6": State.FAULT}
ROLES = ("state", "vibration", "power", "temperature", "")


def large_scene(tags: int) -> Scene:
    """Assets of five tags each; the addresses are those of the plant's load source."""
    made, assets = [], []
    for k in range(tags):
        role = ROLES[k % 5]
        address = NodeAddress("urn:twinviewer:plant", f"s=Load.{k + 1:05d}")
        states = STATES if role == "state" else {}
        made.append(Tag(k, f"A{k // 5}.{role or 'Other'}", role or "Other", f"A{k // 5}", address, role, states=states))
    for a in range(tags // 5):
        rows = tuple(range(5 * a, 5 * a + 5))
        assets.append(Asset(a, f"A{a}", f"A{a}", "machine", ("Hall",), rows, vibration_limits=(1.4, 2.8, 4.5)))
    return scene_of(assets, made)


def rows_of(tags: int, begin_ns: int, seconds: int, rng: np.random.Generator) -> Rows:
    """Every tag once a second: states that seldom change, measured values of two decimals."""
    n = tags * seconds
    second = np.repeat(np.arange(seconds, dtype=np.int64), tags)
    tag = np.tile(np.arange(tags, dtype=np.int32), seconds)
    time = begin_ns + second * NS
    value = np.round(rng.normal(5.0, 0.4, n) + tag % 40, 2)
    minute = (time // (600 * NS)) % 7
    value = np.where(tag % 5 == 0, np.where((minute + tag // 5) % 7 == 0, 6.0, 1.0), value)
    stamp = time - 3_000_000
    return Rows(time, tag, value, np.zeros(n, np.uint32), stamp, stamp, np.full(n, -1, np.int32))


def write_day(folder: Path, scene: Scene, hours: int) -> int:
    """Hours of a plant at one sample a second and tag, through the compactor itself; how many samples."""
    tags = len(scene.tags)
    plan: Manifest = Manifest("", "").with_tags(scene)
    manifest.write(folder, plan)
    rng, newest, number = np.random.default_rng(5), Newest(tags), 0
    step = max(1, SLICE_ROWS // tags)
    for hour in range(hours):
        hour_ns, first = START_NS + hour * 3600 * NS, number + 1
        drafts = {name: folder / name / f".{hour}.draft" for name in PARTS}
        writer = PartWriter(drafts, plan, hour_ns)
        for begin in range(0, 3600, step):
            number += 1
            rows = rows_of(tags, hour_ns + begin * NS, min(step, 3600 - begin), rng)
            writer.add(number, Slice(newest.rows(), rows, int(rows.time[0]), int(rows.time[-1])))
            newest.add(rows)
        writer.close()
        part = Part(hour_ns, first, number)
        for name in PARTS:
            drafts[name].replace(folder / name / part.name)
    (folder / LIVE).mkdir(exist_ok=True)
    return hours * 3600 * tags


RECORD_UNTIL_KILLED = """
import sys, threading, time
import numpy as np
from tests.factory import make_scene
from twinviewer.history.recorder import Recorder
from twinviewer.model.sample import SampleBatch

SPEED, START = 1200, 1_800_000_000_000_000_000
begun = time.monotonic_ns()
clock = lambda: START + int(sys.argv[2]) + (time.monotonic_ns() - begun) * SPEED
recorder = Recorder(sys.argv[1], make_scene(2), clock=clock, slice_rows=300)

def compact():
    while True:
        recorder.compact()
        time.sleep(0.05)

threading.Thread(target=compact, daemon=True).start()
slot, k = np.arange(10, dtype=np.int32), int(sys.argv[3])
while True:
    now = clock()
    stamp = np.full(10, now, np.int64)
    recorder.tap(SampleBatch(slot, np.full(10, float(k)), np.zeros(10, np.uint32), stamp, stamp, now))
    print(k, flush=True)
    k += 1
    time.sleep(0.01)
"""
