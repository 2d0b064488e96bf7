"""The whole way: a bearing wears in a plant behind an OPC UA server, and ends as a finished work order."""

import asyncio
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from asyncua import Client, ua

from twinviewer.feeds.opcua import run as feed
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import FeedSource
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.maintenance import api
from twinviewer.maintenance.afterwards import helped
from twinviewer.maintenance.condition.detectors import EWMA_CUSUM, FIGURES, ON_ACCELERATION
from twinviewer.model.alarm import AlarmEvent
from twinviewer.model.connection import Connection
from twinviewer.model.sample import SampleBatch
from twinviewer.model.state import Zone
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.tags.table import TagTable
from twinviewer.waveforms.reduction import Reduction

SKID = Path("scenes/pump-skid")
SPEED = 5400  # an hour and a half of the plant a second
FAULT = "PMP-512:bearing=40@64800"
PUMP = "PMP-512"
PLANT_URI, MACHINERY = "urn:twinviewer:plant", "http://opcfoundation.org/UA/Machinery/"
DAY_NS = 86_400_000_000_000
HOUR_NS = 3_600_000_000_000


class PlantTimeRecorder:
    """Keeps what a feed delivers on the plant's own clock (the source timestamps), which runs faster than ours."""

    def __init__(self, folder: Path, scene: Scene) -> None:
        self.now_ns = 0
        self._folder, self._scene = folder, scene
        self._recorder: Recorder | None = None
        self._link: Connection | None = None
        self._reduction = Reduction(scene.assets, scene.tags)
        self._table = TagTable.in_memory(len(scene.tags))

    def samples(self, batch: SampleBatch) -> None:
        now_ns = int(batch.source_ns.max())
        if self._recorder is None:
            self.now_ns = now_ns
            self._recorder = Recorder(self._folder, self._scene, clock=lambda: self.now_ns, threads=False)
            self._recorder.connection(replace(self._link or Connection(), since_ns=now_ns))
        self.now_ns = max(self.now_ns, now_ns)
        self._take(replace(batch, received_ns=self.now_ns))
        for arrived in self._reduction.arrived(batch):
            self._take(self._reduction.samples(arrived, self._table.read(), self.now_ns))

    def _take(self, batch: SampleBatch) -> None:
        assert self._recorder is not None
        self._recorder.tap(batch)
        self._table.write(batch)

    def connection(self, connection: Connection) -> None:
        self._link = connection  # may come before or after the first samples
        if self._recorder is not None:
            self._recorder.connection(replace(connection, since_ns=self.now_ns))

    def event(self, event: AlarmEvent) -> None:
        """The server's own alarms are not what this is about."""

    def flush(self) -> None:
        if self._recorder is not None:
            self._recorder.flush()

    def close(self) -> None:
        self._table.close()
        if self._recorder is not None:
            self._recorder.close(compact=True)


WAVEFORM = """
[type.pump.bearing]
elements = 9
element_mm = 7.94
pitch_mm = 39.04
[type.pump.tags.Acceleration]
node = "p:s={asset}.Acceleration"
role = "waveform"
unit = "g"
sampling_hz = 10240
"""

MAINTENANCE = """
format = 1
[[crew]]
name = "Mechanics"
skills = ["mechanic"]
eur_per_h = 52
shift = [{ days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], hours = [0, 24], people = 2 }]
[[group]]
path = "Pump house/Process water"
eur_per_h = 300
[type.pump]
failure_eur = 9000
[[type.pump.work]]
title = "Replace the bearings"
skill = "mechanic"
duration_h = 2
lock_out = "Switch off and lock, valves on both sides closed"
lock_out_h = 1
checks = ["Lock out and try"]
[[type.pump.component]]
name = "bearing"
life_h = 20000
renewed_by = "Replace the bearings"
"""

STOP = """
[[stop]]
group = "Pump house/Process water"
begins = {:%Y-%m-%dT%H:%M:%S}
ends = {:%Y-%m-%dT%H:%M:%S}
reason = "cleaning"
"""


@pytest.fixture
def scene_path(tmp_path: Path) -> Path:
    """The pump skid, with a crew and rules, and acceleration sensors on its pumps."""
    path = tmp_path / "skid"
    shutil.copytree(SKID, path)
    (path / "maintenance.toml").write_text(MAINTENANCE)
    with (path / "scene.toml").open("a") as file:
        file.write(WAVEFORM)
    return path


@pytest.fixture
def plant(scene_path: Path) -> Iterator[str]:
    """The plant with a pump whose bearing reaches zone D 40 h after its 18th hour."""
    options = ["--port", "0", "--speed", str(SPEED), "--clock", "plant", "--with-parent"]
    command = [sys.executable, "-m", "twinviewer", "plant", str(scene_path), *options, "--fault", FAULT]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        url = next(found[0] for line in process.stdout if (found := re.search(r"opc\.tcp://\S+", line)))
        yield url
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.timeout(180)
def test_a_bearing_goes_from_the_server_to_a_finished_work_order(plant: str, scene_path: Path, tmp_path: Path) -> None:
    scene = load_scene(scene_path, geometry=False)
    asset = scene.asset(PUMP)
    sink = PlantTimeRecorder(tmp_path / "rec", scene)
    tags = [t for t in scene.tags if t.asset_id == PUMP and t.derived_from < 0]
    watching = _Watching(plant, tags, sink)
    try:
        watching.until_plant_hours(46)
    finally:
        watching.stop()
        sink.close()
    settings = api.read_settings(scene_path)
    sound, early, late = (
        api.cards(scene_path, tmp_path / "rec", [PUMP], until_ns=sink.now_ns - int(h * 3.6e12))[0] for h in (30, 8, 0)
    )
    # vibration climbs through the zones, the detector speaks before zone C, and the prognosis narrows
    assert sound.zone is Zone.A
    assert sound.tier == "age"
    assert sound.zone < late.zone
    assert late.tier == early.tier == "degradation"
    assert early.zone < Zone.C
    assert 0 < early.detected_ns < early.time_ns
    assert early.detected_ns in {d.since_ns for d in early.detections if d.label == "Vibration"}
    assert {d.detector for d in late.detections if d.label == "Vibration"} == set(FIGURES)
    assert late.high_days - late.low_days < early.high_days - early.low_days
    assert late.causes[0].label == "Rolling bearing wear"
    # what the waveform says: a detector of its RMS with the figures that it has on accelerations, and the race struck
    spoke = {d.detector: d for d in late.detections if d.label == "Acceleration RMS"}
    assert spoke[EWMA_CUSUM].figures == ON_ACCELERATION[EWMA_CUSUM]
    assert sound.bearing is None or sound.bearing.part == ""
    assert late.bearing is not None
    assert (late.bearing.part, late.bearing.clear) == ("outer race", True)
    assert late.causes[0].component == "bearing: outer race"
    store = api.OrderStore(tmp_path / "orders.sqlite")
    order = api.accept(store, late, asset.type, settings, "planner", "the trend is clear", late.time_ns)
    assert order.state is api.OrderState.PROPOSED
    request = api.Request(scene_path, tmp_path / "rec", 2, tmp_path / "orders.sqlite")
    # the plan moves the job out of production into a planned stop, before the failure that is expected
    at_once = planned(request, order.number, late)
    earlier = at_once.start_ns - 3 * HOUR_NS
    begins = earlier if earlier > late.time_ns else at_once.start_ns + HOUR_NS
    stop = STOP.format(*(datetime.fromtimestamp(t / 1e9, UTC) for t in (begins, begins + 3 * HOUR_NS)))
    (scene_path / "maintenance.toml").write_text(MAINTENANCE + stop)
    job = planned(request, order.number, late)
    assert (job.start_ns, job.end_ns) == (begins, begins + 3 * HOUR_NS)
    assert (at_once.in_planned_stop, job.in_planned_stop) == (False, True)
    assert job.end_ns < late.time_ns + late.low_days * DAY_NS
    # a person approves it, and it gets its time and crew
    store.become(order.number, api.OrderState.APPROVED, "chief", "signed", late.time_ns)
    plan = api.first_plan(request, found=(late,))
    (order,) = api.schedule(store, plan, "planner", "as planned", late.time_ns)
    assert (order.state, order.crew, order.start_ns) == (api.OrderState.SCHEDULED, "Mechanics", job.start_ns)
    # the crew repairs it, and its vibration falls
    worn = vibration(scene, tmp_path / "rec")
    assert asyncio.run(_ask_for_repair(plant)) == "The crew is on its way."
    again = PlantTimeRecorder(tmp_path / "rec", scene)
    watching = _Watching(plant, tags, again)
    try:
        watching.until_plant_hours(6)
    finally:
        watching.stop()
        again.close()
    assert vibration(scene, tmp_path / "rec") < 0.7 * worn
    # what the crew found closes the order, and the record compares prediction with outcome
    store.become(order.number, api.OrderState.IN_PROGRESS, "mechanic", "stood still", job.start_ns)
    told = api.Feedback("pitting on the outer race", "bearings replaced", (order.part,), 2.5, 0.5, True)
    done = api.finish(store, order.number, told, False, "mechanic", job.end_ns)
    assert done.state is api.OrderState.DONE
    lived = (job.start_ns - late.time_ns) / DAY_NS
    assert api.compared(store.orders()) == ((order.number, late.rul_days, pytest.approx(lived), True),)
    assert api.indicators(store.orders(), done.ended_ns).predictions_right == 1
    assert {c.what for c in store.changes(order.number)} >= {"state", "feedback", "start_ns", "crew"}
    said = helped(scene_path, tmp_path / "rec", replace(done, ended_ns=again.now_ns - 5 * HOUR_NS), again.now_ns)
    assert said.startswith("It helped: vibration")
    store.close()


def planned(request: api.Request, number: str, card: api.Card) -> api.PlannedJob:
    """Where a plan that is bettered for a second puts a work order."""
    plan = api.bettered(api.first_plan(request, found=(card,)), 1.0)
    return next(j for j in plan.jobs if j.work_order == number)


def vibration(scene: Scene, folder: Path) -> float:
    """The pump's vibration at the end of a recording, mm/s."""
    recording = Recording.open(folder, scene)
    try:
        row = next(t.index for t in scene.tags if t.asset_id == PUMP and t.role == "vibration")
        return float(recording.at(recording.span()[1]).value[row])
    finally:
        recording.close()


async def _ask_for_repair(url: str) -> str:
    async with Client(url) as client:
        machines = client.get_node(ua.NodeId(1001, await client.get_namespace_index(MACHINERY)))
        own = await client.get_namespace_index(PLANT_URI)
        return await machines.call_method(f"{own}:RequestMaintenance", PUMP)


class _Watching:
    """The feed in a thread of its own."""

    def __init__(self, url: str, tags: list, sink: PlantTimeRecorder) -> None:
        self._sink = sink
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(
            feed(FeedSource(url, FeedOptions(security="none", keep_alive_s=2.0)), tags, sink)
        )
        self._thread = threading.Thread(target=self._run, name="feed")
        self._thread.start()
        self._first_ns = 0

    def _run(self) -> None:
        with np.errstate(all="ignore"):
            try:
                self._loop.run_until_complete(self._task)
            except asyncio.CancelledError:
                pass
            finally:
                self._loop.close()

    def until_plant_hours(self, hours: float) -> None:
        end = time.monotonic() + 150
        while time.monotonic() < end and self._thread.is_alive():
            time.sleep(0.2)
            self._first_ns = self._first_ns or self._sink.now_ns
            if self._first_ns and self._sink.now_ns - self._first_ns > hours * 3.6e12:
                return
        raise AssertionError(f"only {(self._sink.now_ns - self._first_ns) / 3.6e12:.0f} plant hours came")

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)
