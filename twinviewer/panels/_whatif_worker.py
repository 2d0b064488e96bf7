"""The worker process of the what-if panel: holds the flow model and its baseline, and answers questions."""

import os
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinviewer.model.errors import LineError, TwinError
from twinviewer.panels import _whatif_files as files
from twinviewer.panels._whatif_answers import answer_of, controls_of, flow_of
from twinviewer.panels._whatif_model import FIRST, MOST, Kept, Model, Question
from twinviewer.panels._whatif_trust import seen_before, trust

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from twinviewer.model.frame import AssetStates, TagSnapshot
    from twinviewer.scene.scene import Scene
    from twinviewer.simulation.api import Line, PlantNow, Seen
    from twinviewer.simulation.runs import Experiment

_STEP = 8
_QUICK = frozenset(
    ("seen", "trust", "save", "delete", "load", "write", "proposals", "decide", "write_state")
)  # end no refinement
_FIRST_S = 0.08  # which the first answer may take to run: with all else a slider is followed within 150 ms


def serve(pipe: "Connection", scene: "Scene") -> None:
    """Answer messages (kind, number, *arguments) by (kind, number, value) until the other side closes."""
    try:
        Worker(pipe, scene).run()
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        return


class Worker:
    """One scene's flow model. A newer message ends the refinement that runs; "stop" ends anything."""

    def __init__(self, pipe: "Connection", scene: "Scene") -> None:
        self.pipe = pipe
        self.scene = scene
        self.pool = ThreadPoolExecutor(cores, "simulation") if (cores := os.cpu_count() or 1) > 1 else None
        self._cores = cores
        self._waiting: deque[tuple[Any, ...]] = deque()
        self._kinds: dict[str, Callable[..., None]] = {}
        self._line: Line | None = None
        self.now: PlantNow | None = None
        self.origin = "now"  # where that is from: the plant, or the name of a file
        self.seen: dict[str, Seen] | None = None
        self._baselines: dict[tuple[float, bool], Experiment] = {}
        self._one_s = _FIRST_S / FIRST  # how long a replication of a scenario takes

    def run(self) -> None:
        """Until the pipe closes."""
        from twinviewer.panels import _whatif_desk as desk

        self._kinds = {
            "open": self.reopen, "now": self._take, "state": self._take_file,
            "write_state": self._write_state, "ask": self._ask, "stop": self._stopped, "seen": self._look_at,
            "save": self._save, "delete": self._delete, "load": self._load, "write": self._write,
            "compare": self._compare, "trust": self._trust,
        }  # fmt: skip
        self._kinds |= {name: lambda number, *a, act=act: act(self, number, *a) for name, act in desk.KINDS.items()}
        while True:
            self._serve(self._next())

    def _serve(self, message: tuple[Any, ...]) -> None:
        kind, number, *arguments = message
        try:
            self._kinds[kind](number, *arguments)
        except TwinError as error:
            self.say("failed", number, (error.text, error.where, error.remedy))

    def say(self, kind: str, number: int, value: Any = None) -> None:
        """Answer a message."""
        self.pipe.send((kind, number, value))

    def _next(self) -> tuple[Any, ...]:
        while not self._waiting or self.pipe.poll():
            self._waiting.append(self.pipe.recv())
        message = self._waiting.popleft()
        # Of several questions only the last is still of interest: the slider has moved on.
        while message[0] == "ask" and self._waiting and self._waiting[0][0] in ("ask", "stop"):
            message = self._waiting.popleft()
        return message

    def heard(self, *kinds: str) -> bool:
        """Whether somebody asked something else (of these kinds) meanwhile; what is quick is answered at once."""
        while self.pipe.poll():
            message = self.pipe.recv()
            if message[0] in _QUICK:
                self._serve(message)
            else:
                self._waiting.append(message)
        return any(not kinds or m[0] in kinds for m in self._waiting)

    def _stopped(self, number: int) -> None:
        self.say("stopped", number)

    # The model ------------------------------------------------------------------------------------------------------

    def reopen(self, number: int) -> None:
        """Open the model as its file says now."""
        from twinviewer.simulation.api import load_line
        from twinviewer.simulation.quantities import seconds

        self._line = line = load_line(self.scene.path)
        self._baselines = {}
        self.seen = seen_before(self.scene.path) if self.seen is None else self.seen
        kept, notes = files.load_folder(self.scene.path)
        model = Model(
            line.model.name or self.scene.name, seconds(line.model.horizon), line.model.currency, controls_of(line),
            kept, trust(self.scene.path, datetime.now(UTC)), line.model.start, flow_of(line), notes,
        )  # fmt: skip
        self.say("model", number, model)

    def _trust(self, number: int) -> None:
        self.say("trust", number, trust(self.scene.path, datetime.now(UTC)))

    def _take(self, number: int, tags: "TagSnapshot", states: "AssetStates", time_ns: int) -> None:
        from twinviewer.simulation.api import from_states

        self.now, self.origin = from_states(self.line, self.scene, tags, states, time_ns), "now"
        self._baselines = {key: kept for key, kept in self._baselines.items() if not key[1]}
        self.say("now", number, (time_ns, self.now.notes))

    def _take_file(self, number: int, path: str) -> None:
        from twinviewer.simulation.plant_now import fitting, read

        self.now, self.origin = fitting(read(Path(path)), self.line, path), Path(path).name
        self._baselines = {key: kept for key, kept in self._baselines.items() if not key[1]}
        self.say("state", number, (path, self.now.time_ns, self.now.notes))

    def _write_state(self, number: int, path: str) -> None:
        if self.now is None:
            raise LineError("there is no state to write", path, "Connect to a plant first.")
        files.write_state(Path(path), self.now)
        self.say("state_written", number, path)

    def _look_at(self, number: int, seen: "dict[str, Seen]") -> None:
        self.seen = seen
        self.say("seen", number)

    @property
    def line(self) -> "Line":
        """The flow model. Raises LineError where none is open."""
        if self._line is None:
            raise LineError("no flow model is open", str(self.scene.path), "Write a line.toml beside the scene.")
        return self._line

    def started(self, from_now: bool) -> "tuple[Line, Any]":
        """The line and what starts it: from the plant as it was taken, or empty."""
        from twinviewer.simulation.api import StartFrom, at_time

        if from_now and self.now is not None:
            return at_time(self.line, self.now), StartFrom(self.now)
        return self.line, None

    def baseline(self, horizon_s: float, from_now: bool) -> "Experiment":
        """The baseline with all that is known of it."""
        from twinviewer.simulation.api import Experiment

        key = (horizon_s, from_now and self.now is not None)
        if key not in self._baselines:
            line, start = self.started(from_now)
            self._baselines[key] = Experiment(line, (), horizon_s, start=start)
        return self._baselines[key]

    # Questions ------------------------------------------------------------------------------------------------------

    def _ask(self, number: int, question: Question) -> None:
        from twinviewer.simulation.runs import narrow_enough

        base = self.baseline(question.horizon_s, question.from_now)
        running = base.against([files.scenario_of(question.scenario)] if question.scenario.changes else [])
        warnings = self.warnings(question.scenario)
        began = time.perf_counter()
        first = self._first()
        result = running.more(first, self.pool, cancel=lambda: self.heard("stop"))
        if question.scenario.changes and result.replications >= first:
            self._one_s = (time.perf_counter() - began) * self._cores / first
        while True:
            stopped = self.heard()
            enough = result.replications >= (MOST if question.narrow else question.replications)
            enough = enough or (question.narrow and narrow_enough(result))
            if result.replications:
                self.say("answer", number, answer_of(result, 0, warnings, stopped or enough))
            if stopped or enough:
                break
            result = running.more(min(_STEP, result.replications or 1), self.pool, cancel=self.heard)

    def _first(self) -> int:
        """As many replications as fit into the time in which a slider must be followed, two at least."""
        return max(2, min(_STEP, int(_FIRST_S * self._cores / max(self._one_s, 1e-4)) // self._cores * self._cores))

    def warnings(self, kept: Kept) -> tuple[str, ...]:
        """What of a scenario lies beyond what was ever seen."""
        from twinviewer.simulation.api import beyond

        if self.seen is None or not kept.changes:
            return ()
        return beyond(self.line, files.scenario_of(kept), self.seen)

    def _compare(self, number: int, chosen: tuple[Kept, ...], question: Question) -> None:
        base = self.baseline(question.horizon_s, question.from_now)
        running = base.against([files.scenario_of(k) for k in chosen])
        result = running.more(FIRST, self.pool, cancel=lambda: self.heard("stop"))
        while result.replications:
            stopped = self.heard()
            final = stopped or result.replications >= question.replications
            found = tuple(answer_of(result, k, self.warnings(s), final) for k, s in enumerate(chosen))
            self.say("compared", number, found)
            if final:
                return
            result = running.more(_STEP, self.pool, cancel=self.heard)
        self.say("compared", number, ())

    # Scenario files -------------------------------------------------------------------------------------------------

    def _save(self, number: int, kept: Kept) -> None:
        self._tell_kept(number, str(files.save(self.scene.path, kept)))

    def _delete(self, number: int, path: str) -> None:
        files.delete(Path(path))
        self._tell_kept(number, "")

    def _load(self, number: int, path: str) -> None:
        """A scenario that somebody shared: taken in beside the scene under its own name."""
        from twinviewer.simulation.api import load_scenario
        from twinviewer.simulation.scenario import applied

        found = load_scenario(Path(path))
        applied(self.line, found)  # one that does not fit this line is refused here
        kept = replace(files.kept_of(found, None), path="")
        names = {k.name for k in files.load_folder(self.scene.path)[0]}
        name = kept.name
        for k in range(2, 1000):
            if name not in names:
                break
            name = f"{kept.name} ({k})"
        self._save(number, replace(kept, name=name))

    def _write(self, number: int, path: str, kept: Kept) -> None:
        files.write(Path(path), kept)
        self.say("written", number, path)

    def _tell_kept(self, number: int, current: str) -> None:
        self.say("kept", number, (files.load_folder(self.scene.path)[0], current))
