"""The plant's OPC UA server: serves the model of `process.py` and a load source until it is told to stop."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

import asyncio
import contextlib
import gc
import logging
import os
import socket
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from asyncua import Server, ua, uamethod

from twinviewer.model.errors import FeedError
from twinviewer.model.quality import STATUS_GOOD
from twinviewer.model.state import State
from twinviewer.plant.alarms import FaultAlarms
from twinviewer.plant.bulk import BulkValues, ticks_of
from twinviewer.plant.bulk_subscriptions import BulkSubscriptions
from twinviewer.plant.faults import Fault
from twinviewer.plant.information_model import PLANT_URI, InformationModel, PlantNodes, item_state, uris_of
from twinviewer.plant.load import Load, LoadOptions, make_load_nodes
from twinviewer.plant.offline import Changes
from twinviewer.plant.process import Process
from twinviewer.plant.readings import nominal_speed
from twinviewer.plant.security import APPLICATION_URI, Access, Operators, protect
from twinviewer.plant.spec import CALM, PlantScene, PlantSettings
from twinviewer.stopping import set_on_signals

_PERIOD_S, _LOAD_PERIOD_S, _LAG_S = 0.2, 0.01, 5.0


@dataclass(frozen=True, slots=True)
class PlantOptions:
    """How the plant is served.

    `speed` is plant seconds per second. `plant_time` stamps sources with plant time (now at the start, then `speed`
    times as quick) instead of the time of day. `extra_namespaces` registers so many others first, which moves the
    namespace indices. `with_parent` ends the plant with the process that started it.
    """

    port: int = 4840
    seed: int = 1
    speed: float = 1.0
    plant_time: bool = False
    settings: PlantSettings = CALM
    faults: tuple[Fault, ...] = ()
    load: LoadOptions = field(default_factory=LoadOptions)
    access: Access = field(default_factory=Access)
    extra_namespaces: int = 0
    with_parent: bool = False


class PlantServer:
    """An asyncua server with the plant behind it: `start`, then `serve` until `stop` is set, then `close`."""

    def __init__(self, scene: PlantScene | None, options: PlantOptions) -> None:
        self.options = options
        self.scene = scene
        self.url = ""
        self.stop = asyncio.Event()
        self.process: Process | None = None
        self._server = Server(user_manager=Operators(options.access.password))  # type: ignore[arg-type]
        self._subscriptions = BulkSubscriptions(self._server.iserver)
        self._server.iserver.subscription_service = self._subscriptions
        self._server.iserver.isession.subscription_service = self._subscriptions
        self._parent = os.getppid()
        self._nodes = PlantNodes()
        self._changes: Changes | None = None
        self._load: Load | None = None
        self._numeric = np.zeros(0, dtype=np.int64)
        self._states = np.zeros(0, dtype=np.uint8)
        self._alarms: FaultAlarms | None = None
        self._row_of: dict[int, int] = {}

    async def start(self, certificate_dir: Path) -> str:
        """Build everything and serve; returns the URL. Raises FeedError for a scene that cannot be served."""
        server, options = self._server, self.options
        server.iserver.bind_condition_methods = True
        await server.init()
        await server.set_application_uri(APPLICATION_URI)
        server.name = "twinviewer plant"
        server.set_endpoint(f"opc.tcp://127.0.0.1:{options.port}/twinviewer/plant")
        await protect(server, options.access, certificate_dir)
        for k in range(options.extra_namespaces):
            await server.register_namespace(f"urn:twinviewer:plant:moved:{k + 1}")
        await self._build()
        await self._listen()
        return self.url

    async def serve(self) -> None:
        """Let the plant live until `stop` is set."""
        period = _LOAD_PERIOD_S if self._load is not None else _PERIOD_S
        begun = before = time.monotonic()
        born_ns = time.time_ns()
        next_plant = begun
        while not self.stop.is_set():
            now = time.monotonic()
            if now - before > _LAG_S:  # the process was stopped for a while: so was the plant
                begun += now - before
            if self._load is not None:
                self._load.change(now - before, ticks_of(time.time_ns()))
            before = now
            if self.process is not None and now >= next_plant:
                next_plant = max(next_plant + _PERIOD_S, now)
                await self._live(self.process, (now - begun) * self.options.speed, born_ns)
            if self.options.with_parent and os.getppid() != self._parent:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), max(0.001, period - (time.monotonic() - now)))

    async def close(self) -> None:
        """Stop serving."""
        clock = self._server.iserver.time_task
        if clock is not None:
            clock.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await clock
            self._server.iserver.time_task = None
        await self._server.stop()

    async def _build(self) -> None:
        uris = uris_of(self.scene) if self.scene is not None else [PLANT_URI]
        index = {uri: await self._server.register_namespace(uri) for uri in uris}
        ids: list[ua.NodeId] = []
        kinds: list[int] = []
        if self.scene is not None:
            options = self.options
            model = InformationModel(self._server, index)
            model.build(self.scene)
            self._nodes = model.nodes
            ids, kinds = list(model.nodes.numeric_ids), list(model.nodes.kinds)
            hour = (time.time() / 3600) % 24
            self.process = Process(self.scene, options.seed, options.settings, options.faults, hour)
            self._changes = Changes(self.process)
            await self._add_method(model.machines, index[PLANT_URI])
        first = len(ids)
        if self.options.load.tags:
            ids += make_load_nodes(self._server, index[PLANT_URI], self.options.load.tags)
            kinds += [11] * self.options.load.tags
        values = BulkValues(ids, np.array(kinds, dtype=np.uint8))
        for node_id in ids:
            self._server.iserver.aspace.set_attribute_value_callback(node_id, ua.AttributeIds.Value, values.data_value)
        self._values = values
        self._subscriptions.values = values
        if self.options.load.tags:
            self._load = Load(values, first, self.options.load)
            rows = np.arange(first, len(ids))
            now = ticks_of(time.time_ns())
            values.put(rows, np.zeros(len(rows)), np.zeros(len(rows), dtype=np.uint32), now, now)
        if self.process is not None:
            await self._first_values(self.process)

    async def _first_values(self, process: Process) -> None:
        self._numeric = np.full(len(process.value), -1, dtype=np.int64)
        self._numeric[self._nodes.numeric] = np.arange(len(self._nodes.numeric))
        self._states = np.zeros(len(process.state), dtype=np.uint8)
        self._alarms = FaultAlarms(self._server)
        for asset, (name, machine) in zip(process.scene.assets, self._nodes.machines, strict=True):
            node_id = ua.NodeId(f"{name}/FaultAlarm", machine.NamespaceIndex)
            self._alarms.add(asset.asset_id, machine, node_id)
        self._alarms.serve_methods()
        for row, node_id in self._nodes.writable.items():
            self._row_of[row] = int(self._numeric[row])
            self._server.iserver.aspace.set_attribute_value_setter(
                node_id, ua.AttributeIds.Value, lambda _node, _attribute, value, row=row: self._written(row, value)
            )
        await self._show(process, time.time_ns(), time.time_ns())

    async def _listen(self) -> None:
        await self._server.start()
        port = self._server.bserver.port if self._server.bserver is not None else self.options.port
        self.url = f"opc.tcp://127.0.0.1:{port}/twinviewer/plant"

    async def _live(self, process: Process, plant_s: float, born_ns: int) -> None:
        process.advance(plant_s, min(60.0, max(1.0, self.options.speed / 4)))
        now_ns = time.time_ns()
        await self._show(process, born_ns + int(plant_s * 1e9) if self.options.plant_time else now_ns, now_ns)

    async def _show(self, process: Process, source_ns: int, now_ns: int) -> None:
        """Publish what has changed."""
        assert self._changes is not None
        changed = self._changes.take()
        source, server = ticks_of(source_ns), ticks_of(now_ns)
        rows = changed[self._numeric[changed] >= 0]
        if len(rows):
            value, status = process.readings.shown(rows), process.status[rows]
            self._values.put(self._numeric[rows], np.nan_to_num(value), status, source, server)
        for row in changed[self._numeric[changed] < 0]:
            if int(row) in self._nodes.waveforms:
                await self._show_waveform(process, int(row), source_ns, now_ns)
            else:
                await self._show_text(process, int(row), source_ns, now_ns)
        for index in np.flatnonzero(process.state != self._states):
            await self._show_state(process, int(index), now_ns)
        self._states[:] = process.state

    async def _show_text(self, process: Process, row: int, source_ns: int, now_ns: int) -> None:
        status = int(process.status[row])
        text = process.text.get(row, "") if status == STATUS_GOOD else None
        await self._write(self._nodes.texts[row], ua.Variant(text, ua.VariantType.String), status, source_ns, now_ns)

    async def _show_waveform(self, process: Process, row: int, source_ns: int, now_ns: int) -> None:
        status = int(process.status[row])
        values = process.waveforms.values(row).tolist() if status == STATUS_GOOD else None
        array = ua.Variant(values, ua.VariantType.Float, is_array=True) if values is not None else ua.Variant(None)
        await self._write(self._nodes.waveforms[row], array, status, source_ns, now_ns)

    async def _show_state(self, process: Process, index: int, now_ns: int) -> None:
        before, state = int(self._states[index]), int(process.state[index])
        if item_state(before) != item_state(state) or before == State.UNKNOWN:
            text = ua.Variant(ua.LocalizedText(item_state(state)))
            await self._write(self._nodes.item_states[index], text, STATUS_GOOD, now_ns, now_ns)
        if self._alarms is not None and State.FAULT in (before, state):
            unit = process.units[index]
            await self._alarms.change(unit.asset_id, unit.fault or "fault" if state == State.FAULT else "")

    async def _write(self, node_id: ua.NodeId, value: ua.Variant, status: int, source_ns: int, now_ns: int) -> None:
        stamp = ua.uatypes.win_epoch_to_datetime
        data = ua.DataValue(
            value, StatusCode=ua.StatusCode(status), SourceTimestamp=stamp(ticks_of(source_ns)),
            ServerTimestamp=stamp(ticks_of(now_ns)),
        )  # fmt: skip
        await self._server.iserver.aspace.write_attribute_value(node_id, ua.AttributeIds.Value, data)

    def _written(self, row: int, data: ua.DataValue) -> None:
        """A client wrote a set-point."""
        number = data.Value.Value if data.Value is not None else None
        if self.process is None or self.scene is None or not isinstance(number, int | float):
            return
        tag = self.scene.tags[row]
        self.process.set_speed(tag.asset_id, 100 * float(number) / nominal_speed(tag))
        kept = nominal_speed(tag) * self.process.unit(tag.asset_id).setpoint
        now = ticks_of(time.time_ns())
        rows = np.array([self._row_of[row]])
        self._values.put(rows, np.array([kept]), np.zeros(1, dtype=np.uint32), now, now)

    async def _add_method(self, machines: ua.NodeId, namespace: int) -> None:
        @uamethod
        async def request(_parent: ua.NodeId, asset_id: str) -> str:
            if self.process is None:
                return "There is no plant."
            try:
                self.process.order_maintenance(asset_id)
            except KeyError:
                return f"There is no asset {asset_id}."
            return "The crew is on its way."

        name = "RequestMaintenance"
        await self._server.get_node(machines).add_method(
            ua.NodeId(name, namespace), ua.QualifiedName(name, namespace), request,
            [ua.VariantType.String], [ua.VariantType.String],
        )  # fmt: skip


def serve(scene: PlantScene | None, options: PlantOptions, said: Sequence[str] = ()) -> None:
    """Serve until SIGTERM or SIGINT; prints `READY <url>` when clients may connect. Raises FeedError."""
    _check_port(options.port)
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    gc.disable()  # making 10,000 nodes would set off the collector again and again, for nothing
    asyncio.run(_serve(scene, options, said))


def _check_port(port: int) -> None:
    """Raises FeedError where the port is taken: at once, and not after everything has been built."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            reason = f"Port {port} cannot be served ({error.strerror or error})."
            raise FeedError(reason, "--port", "Choose another port, or 0 for any that is free.") from error


async def _serve(scene: PlantScene | None, options: PlantOptions, said: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="twinviewer-plant-") as folder:
        plant = PlantServer(scene, options)
        set_on_signals(plant.stop)
        url = await plant.start(options.access.certificate_dir or Path(folder))
        gc.freeze()
        gc.enable()
        for line in said:
            print(line, flush=True)
        print(f"READY {url}", flush=True)
        try:
            await plant.serve()
        finally:
            await plant.close()
