"""The worker process of the what-if panel: holds the flow model and its baseline, and answers questions."""

import json
import os
import re
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinviewer.model.errors import LineError, TwinError
from twinviewer.panels._whatif_model import (
    FIRST,
    KPIS,
    MOST,
    Answer,
    Control,
    Figure,
    Kept,
    Model,
    Question,
    Sensitive,
    signed,
)

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from twinviewer.model.frame import AssetStates, TagSnapshot
    from twinviewer.scene.scene import Scene
    from twinviewer.simulation.api import Estimate, Line, PlantNow, Result, Scenario, Variant
    from twinviewer.simulation.runs import Experiment

_STEP = 8
FOLDER = "scenarios"


def serve(pipe: "Connection", scene: "Scene") -> None:
    """Answer messages (kind, number, *arguments) by (kind, number, value) until the other side closes."""
    try:
        Worker(pipe, scene).run()
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        return


class Worker:
    """One scene's flow model. A newer message ends the refinement that runs; "stop" ends anything."""

    def __init__(self, pipe: "Connection", scene: "Scene") -> None:
        self._pipe = pipe
        self._scene = scene
        self._waiting: deque[tuple[Any, ...]] = deque()
        self._line: Line | None = None
        self._now: PlantNow | None = None
        self._baselines: dict[tuple[float, bool], Experiment] = {}
        cores = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(cores, "simulation") if cores > 1 else None

    def run(self) -> None:
        """Until the pipe closes."""
        kinds: dict[str, Callable[..., None]] = {
            "open": self._open, "now": self._take, "ask": self._ask, "save": self._save, "delete": self._delete,
            "sensitivity": self._sensitivity, "stop": self._stopped,
        }  # fmt: skip
        while True:
            kind, number, *arguments = self._next()
            try:
                kinds[kind](number, *arguments)
            except TwinError as error:
                self._pipe.send(("failed", number, (error.text, error.where, error.remedy)))

    def _next(self) -> tuple[Any, ...]:
        while not self._waiting or self._pipe.poll():
            self._waiting.append(self._pipe.recv())
        message = self._waiting.popleft()
        # Of several questions only the last is still of interest: the slider has moved on.
        while message[0] == "ask" and self._waiting and self._waiting[0][0] in ("ask", "stop"):
            message = self._waiting.popleft()
        return message

    def _heard(self, *kinds: str) -> bool:
        while self._pipe.poll():
            self._waiting.append(self._pipe.recv())
        return any(not kinds or m[0] in kinds for m in self._waiting)

    def _stopped(self, number: int) -> None:
        self._pipe.send(("stopped", number, None))

    # The model ------------------------------------------------------------------------------------------------------

    def _open(self, number: int) -> None:
        from twinviewer.simulation.api import load_line
        from twinviewer.simulation.quantities import seconds

        self._line = line = load_line(self._scene.path)
        kept, notes = self._kept()
        words, trusted = trust(self._scene.path, datetime.now(UTC))
        horizon_s = seconds(line.model.horizon)
        name, currency = line.model.name or self._scene.name, line.model.currency
        model = Model(name, horizon_s, currency, controls_of(line), kept, words, trusted, notes)
        self._pipe.send(("model", number, model))

    def _take(self, number: int, tags: "TagSnapshot", states: "AssetStates", time_ns: int) -> None:
        from twinviewer.simulation.api import from_states

        self._now = from_states(self._known(), self._scene, tags, states, time_ns)
        self._baselines = {key: kept for key, kept in self._baselines.items() if not key[1]}
        self._pipe.send(("now", number, (time_ns, self._now.notes)))

    def _known(self) -> "Line":
        if self._line is None:
            raise LineError("no flow model is open", str(self._scene.path), "Write a line.toml beside the scene.")
        return self._line

    def _baseline(self, horizon_s: float, from_now: bool) -> "Experiment":
        from twinviewer.simulation.api import Experiment, StartFrom, at_time

        key = (horizon_s, from_now and self._now is not None)
        if key not in self._baselines:
            line = self._known()
            if key[1] and self._now is not None:
                found = Experiment(at_time(line, self._now), (), horizon_s, start=StartFrom(self._now))
            else:
                found = Experiment(line, (), horizon_s)
            self._baselines[key] = found
        return self._baselines[key]

    # Questions ------------------------------------------------------------------------------------------------------

    def _ask(self, number: int, question: Question) -> None:
        from twinviewer.simulation.runs import narrow_enough

        base = self._baseline(question.horizon_s, question.from_now)
        running = base.against([scenario_of(question.scenario)] if question.scenario.changes else [])
        result = running.more(FIRST, self._pool, cancel=lambda: self._heard("stop"))
        while True:
            stopped = self._heard()
            enough = result.replications >= (MOST if question.narrow else question.replications)
            enough = enough or (question.narrow and narrow_enough(result))
            final = stopped or enough
            if result.replications:
                self._pipe.send(("answer", number, answer_of(result, final)))
            if final:
                break
            result = running.more(_STEP, self._pool, cancel=self._heard)

    def _sensitivity(self, number: int, question: Question, ids: tuple[str, ...]) -> None:
        from twinviewer.simulation.api import StartFrom, at_time, levers, sensitivity, strongest

        line = self._known()
        start = StartFrom(self._now) if question.from_now and self._now is not None else None
        moved = at_time(line, self._now) if start is not None and self._now is not None else line
        chosen = [x for x in levers(line) if x.id in ids]
        steps = 0

        def progress(fraction: float, _text: str = "") -> None:
            nonlocal steps
            steps += 1
            if steps % 20 == 0:
                self._pipe.send(("progress", number, fraction))

        effects = sensitivity(
            moved, chosen, question.horizon_s, FIRST, start=start, progress=progress, cancel=self._heard
        )
        if self._heard():
            return
        units = {x.id: x.unit for x in chosen}
        found = []
        for e in strongest(effects, "throughput_per_h")[:6]:
            d = e.differences["throughput_per_h"]
            by = f"{signed(e.by, 0 if e.by == round(e.by) else 2)} {units[e.lever]}".strip()
            found.append(Sensitive(e.label, by, d.mean, d.low, d.high, d.significant))
        self._pipe.send(("sensitivity", number, tuple(found)))

    # Scenario files -------------------------------------------------------------------------------------------------

    def _kept(self) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
        from twinviewer.simulation.api import load_scenario

        found: list[Kept] = []
        notes: list[str] = []
        for path in sorted((self._scene.path / FOLDER).glob("*.toml")):
            try:
                found.append(kept_of(load_scenario(path), path))
            except TwinError as error:
                notes.append(str(error))
        return tuple(found), tuple(notes)

    def _save(self, number: int, kept: Kept) -> None:
        from twinviewer.simulation.api import scenario_text

        folder = self._scene.path / FOLDER
        path = Path(kept.path) if kept.path else folder / f"{file_name(kept.name)}.toml"
        try:
            folder.mkdir(exist_ok=True)
            beside = path.with_suffix(".part")
            beside.write_text(scenario_text(scenario_of(kept)), encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            remedy = "Copy the scene to a folder that is yours, and open it there."
            raise LineError(f"the scenario cannot be written ({error.strerror})", str(path), remedy) from error
        self._pipe.send(("kept", number, (self._kept()[0], str(path))))

    def _delete(self, number: int, path: str) -> None:
        try:
            Path(path).unlink(missing_ok=True)
        except OSError as error:
            raise LineError(f"the scenario cannot be deleted ({error.strerror})", path, "Check the folder.") from error
        self._pipe.send(("kept", number, (self._kept()[0], "")))


def file_name(name: str) -> str:
    """A scenario's name as the name of a file."""
    return re.sub(r"[^\w.-]+", "-", name.strip().lower()).strip("-.")[:80] or "scenario"


def kept_of(scenario: "Scenario", path: Path) -> Kept:
    """A scenario without the engine's types."""
    events = tuple((e.at_s, e.station, e.down_s, e.machine, e.planned) for e in scenario.events)
    return Kept(scenario.name, dict(scenario.levers), dict(scenario.patches), events, scenario.note, str(path))


def scenario_of(kept: Kept) -> "Scenario":
    """The engine's scenario."""
    from twinviewer.simulation.api import Event, Scenario

    return Scenario(kept.name, dict(kept.patches), dict(kept.levers), tuple(Event(*e) for e in kept.events), kept.note)


def controls_of(line: "Line") -> tuple[Control, ...]:
    """Every lever of the line, with the assets its station stands for."""
    from twinviewer.simulation.api import levers
    from twinviewer.simulation.lint import assets_of

    return tuple(
        Control(x.id, x.group, x.label, x.kind, x.current, x.unit, x.low, x.high, x.step, x.integer,
                tuple(assets_of(line, x.station)) if x.station else ())
        for x in levers(line)
    )  # fmt: skip


def _three(e: "Estimate") -> tuple[float, float, float]:
    return e.mean, e.low, e.high


def answer_of(result: "Result", final: bool) -> Answer:
    """A result without samples, for the panel."""
    base, other = result.baseline, result.scenarios[0] if result.scenarios else None
    figures = []
    for kpi in KPIS:
        b, s = base.kpis.get(kpi.key), other.kpis.get(kpi.key) if other else None
        d = other.difference.get(kpi.key) if other else None
        if b is not None:
            three = (d.mean, d.low, d.high) if d else None
            figures.append(Figure(kpi.key, _three(b), _three(s) if s else None, three, bool(d and d.significant)))
    variants = [base, *result.scenarios]
    through = variants[-1].kpis.get("throughput_per_h")
    half = through.half_width / abs(through.mean) if through is not None and through.mean else float("nan")
    return Answer(
        other.name if other else "", tuple(figures), result.replications, result.wall_s, half,
        tuple(_bottleneck(v) for v in variants), tuple(v.late_orders for v in variants), result.notes, final,
    )  # fmt: skip


def _bottleneck(v: "Variant") -> str:
    b = v.bottleneck
    if b is None:
        return ""
    lead = f", {b.margin.mean * 100:.1f} points before {b.second}" if b.second else ""
    sure = "" if b.margin.low > 0 or not b.second else " (not significant)"
    return f"{b.station}, busy {b.load:.0%}{lead}{sure}"


def trust(folder: Path, now: datetime) -> tuple[str, bool]:
    """What the last back-test says, from `backtest.json` beside the model, and whether the model passed it."""
    file = folder / "backtest.json"
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        when = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        errors = {k: float(v) for k, v in data["error"].items()}
        valid, moments = bool(data["valid"]), int(data["moments"])
        warnings = [str(w) for w in data["warnings"]]
    except FileNotFoundError:
        return "This model has not been back-tested yet: treat its figures as a first estimate.", False
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"{file.name} cannot be read: write it anew with twinviewer backtest --json.", False
    old = " The model was changed since." if _newer(folder / "line.toml", file) else ""
    off = f"good parts off by {errors['good'] * 100:+.1f} %, " if "good" in errors else ""
    days = (now - when).days
    words = f"Back-test of {when:%d %b %Y}{f' ({days} days ago)' if days > 1 else ''}: {off}{moments} moments."
    if not valid:
        return f"{words} It warns: {'; '.join(warnings)}.{old}", False
    return words + old, not old


def _newer(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_mtime > other.stat().st_mtime
    except OSError:
        return False
