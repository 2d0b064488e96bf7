"""What the worker does on request besides following sliders: drivers, suggestions, proposals, runs, sketches."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from twinviewer.model.errors import LineError
from twinviewer.panels import _whatif_files as files
from twinviewer.panels._whatif_answers import answer_of_variant, filed_of, flow_of, three
from twinviewer.panels._whatif_found import Filed, Found, Sensitive
from twinviewer.panels._whatif_model import FIRST, Kept, Question, Search, Sketched
from twinviewer.panels._whatif_words import signed

if TYPE_CHECKING:
    from twinviewer.panels._whatif_worker import Worker
    from twinviewer.simulation.api import Lever, Line, ProposalRegister, Result

_DRIVERS = 12
_EVERY_S = 0.1


def _progress(worker: "Worker", number: int, what: str) -> Callable[[float, str], None]:
    last = 0.0

    def progress(fraction: float, _text: str = "") -> None:
        nonlocal last
        if time.monotonic() - last > _EVERY_S:
            last = time.monotonic()
            worker.say("progress", number, (what, fraction))

    return progress


def sensitivity(worker: "Worker", number: int, question: Question, ids: tuple[str, ...], kpi: str) -> None:
    """One step of each lever."""
    from twinviewer.simulation.api import levers, strongest
    from twinviewer.simulation.api import sensitivity as sensitivity_of

    line, start = worker.started(question.from_now)
    chosen = [x for x in levers(worker.line) if x.id in ids]
    effects = sensitivity_of(
        line, chosen, question.horizon_s, 2 * FIRST, start=start, progress=_progress(worker, number, "sensitivity"),
        cancel=worker.heard,
    )  # fmt: skip
    if worker.heard():
        worker.say("sensitivity", number, None)
        return
    units = {x.id: x.unit for x in chosen}
    found = []
    for e in strongest(effects, kpi)[:_DRIVERS]:
        d = e.differences[kpi]
        by = f"{signed(e.by, 0 if e.by == round(e.by) else 2)} {units[e.lever]}".strip()
        found.append(Sensitive(e.lever, e.label.replace("_", " "), by, three(d), d.significant))
    worker.say("sensitivity", number, tuple(found))


def suggest(worker: "Worker", number: int, search: Search) -> None:
    """The three best settings within bounds and budget, each with its evidence on fresh replications."""
    from twinviewer.simulation.api import Choice, levers
    from twinviewer.simulation.api import suggest as suggest_for
    from twinviewer.simulation.cluster import chosen_scheduler

    line, start = worker.started(search.from_now)
    known = {x.id: x for x in levers(worker.line)}
    choices = [
        Choice(t.lever, t.low, t.high, 3, t.cost, known[t.lever].integer, float(known[t.lever].current))
        for t in search.tries
        if t.lever in known
    ]
    best = suggest_for(
        line, choices, search.goal, search.largest, search.budget, search.horizon_s, start=start,
        progress=_progress(worker, number, "suggest"), cancel=worker.heard,
        scheduler=chosen_scheduler(None),
    )  # fmt: skip
    if worker.heard():
        worker.say("suggested", number, None)
        return
    found = []
    for s in best:
        name = ", ".join(f"{_title(known[k])} {v:g} {known[k].unit}".strip() for k, v in s.settings.items())
        kept = Kept(name, dict(s.settings))
        gain = s.gain
        found.append(
            Found(kept, three(gain), gain.significant, s.price, answer_of_variant(s.result, worker.warnings(kept)))
        )
    worker.say("suggested", number, tuple(found))


def _title(lever: "Lever") -> str:
    return lever.label.replace("_", " ")


def _result(worker: "Worker", horizon_s: float, from_now: bool, kept: Kept, replications: int = 30) -> "Result":
    running = worker.baseline(horizon_s, from_now).against([files.scenario_of(kept)])
    return running.more(replications, worker.pool, cancel=lambda: worker.heard("stop"))


def play(worker: "Worker", number: int, question: Question, start_ns: int) -> None:
    """One run of a scenario, to be played."""
    from twinviewer.panels._whatif_run import played

    line, start = worker.started(question.from_now)
    scenario = files.scenario_of(question.scenario)
    result = worker.baseline(question.horizon_s, question.from_now).against([scenario]).more(2 * FIRST, worker.pool)
    narrow = result.scenarios[0].bottleneck
    title = question.scenario.name if question.scenario.changes else "baseline"
    name = narrow.station if narrow is not None else ""
    worker.say("run", number, played(line, worker.scene, scenario, question.horizon_s, start, start_ns, title, name))


# The register of proposals ------------------------------------------------------------------------------------------


def _register(worker: "Worker") -> "ProposalRegister":
    from twinviewer.simulation.api import ProposalRegister, file_beside
    from twinviewer.simulation.proposals import FILE

    return ProposalRegister(file_beside(worker.scene.path, FILE))


def _filed(register: "ProposalRegister") -> tuple[Filed, ...]:
    from twinviewer.simulation.proposals import NEXT_STATES

    return tuple(filed_of(p, NEXT_STATES[p.state]) for p in reversed(register.proposals()))


def proposals(worker: "Worker", number: int) -> None:
    """All that were decided; nothing is made where there are none yet."""
    from twinviewer.simulation.api import file_beside
    from twinviewer.simulation.proposals import FILE

    if not file_beside(worker.scene.path, FILE).exists():
        worker.say("proposals", number, ())
        return
    with _register(worker) as register:
        worker.say("proposals", number, _filed(register))


def accept(worker: "Worker", number: int, question: Question, by: str, reason: str) -> None:
    """Accept a scenario with its expected effect."""
    from twinviewer.simulation.api import proposal_of

    result = _result(worker, question.horizon_s, question.from_now, question.scenario)
    scenario = files.scenario_of(question.scenario)
    start = worker.origin if question.from_now and worker.now is not None else "empty"
    with _register(worker) as register:
        register.accept(proposal_of(result, result.scenarios[0], scenario, start), by, reason, time.time_ns())
        worker.say("proposals", number, _filed(register))


def decide(worker: "Worker", number: int, proposal: str, state: str, by: str, reason: str) -> None:
    """Give a proposal another state."""
    from twinviewer.simulation.api import ProposalState

    with _register(worker) as register:
        register.become(proposal, ProposalState(state), by, reason, time.time_ns())
        worker.say("proposals", number, _filed(register))


# Figures fitted to a recording --------------------------------------------------------------------------------------


def calibrated(worker: "Worker", number: int, values: dict[str, str | float], recording: str) -> None:
    """Write what a person accepted into the model's file, and open it anew."""
    from twinviewer.simulation.line_file import calibrated_file

    file = calibrated_file(worker.scene.path, values, recording)
    worker.say("calibrated", number, str(file))
    worker.reopen(number)


# A line sketched from the scene -------------------------------------------------------------------------------------


def sketch(worker: "Worker", number: int) -> None:
    """A first line guessed from the scene."""
    from twinviewer.simulation.api import sketch as sketch_of

    line = sketch_of(worker.scene)
    worker.say("sketch", number, (_rows(line), flow_of(line), _findings(worker, line)))


def check_sketch(worker: "Worker", number: int, rows: tuple[Sketched, ...]) -> None:
    """The line as a person corrected it: its graph, and what is wrong with it."""
    line = _corrected(worker, rows)
    worker.say("sketch", number, (None, flow_of(line), _findings(worker, line)))


def save_sketch(worker: "Worker", number: int, rows: tuple[Sketched, ...]) -> None:
    """Write the corrected line beside the scene, and open it."""
    from twinviewer.simulation.api import save_line

    line = _corrected(worker, rows)
    words = f"Sketched from the scene {worker.scene.name} and corrected by a person.\nAll keys: docs/what-if.md."
    worker.say("sketched", number, str(save_line(line, worker.scene.path, words)))


def _rows(line: "Line") -> tuple[Sketched, ...]:
    from twinviewer.simulation.levers import capacity_of

    found = []
    for name, s in line.station.items():
        room = capacity_of(line, name)
        to = s.next if isinstance(s.next, str) else ", ".join(w.to for w in s.next or ())
        found.append(Sketched(name, s.machines, str(s.time), "" if room is None else str(room), to or ""))
    return tuple(found)


def _corrected(worker: "Worker", rows: tuple[Sketched, ...]) -> "Line":
    """The sketch with a person's corrections. Raises LineError."""
    from twinviewer.simulation.api import sketch as sketch_of
    from twinviewer.simulation.line import parse_line
    from twinviewer.simulation.lint import check_line
    from twinviewer.simulation.scenario import tables_of

    tables = tables_of(sketch_of(worker.scene))
    old, kept = dict(tables["station"]), {}
    names = {r.name for r in rows}
    for row in rows:
        s = dict(old[row.name])
        s["machines"], s["time"] = row.machines, row.time
        assets = tuple(s.get("assets", ()))
        if assets:
            s["assets"] = assets[: row.machines]
        s["next"] = _next_of(row, names)
        if row.room.strip():
            s["buffer"] = _whole(row.room, row.name)
        else:
            s.pop("buffer", None)
        kept[row.name] = s
    ways = {(n, w["to"]) for n, s in kept.items() if not isinstance(s["next"], str) for w in s["next"]}
    ways |= {(n, s["next"]) for n, s in kept.items() if isinstance(s["next"], str)}
    buffers = {}
    for key, buffer in dict(tables.get("buffer", {})).items():
        before, _, after = (part.strip() for part in key.partition(">"))
        if (before, after) in ways and "buffer" in kept[after]:
            buffers[key] = {**buffer, "capacity": kept[after]["buffer"]}
    for key in buffers:
        kept[key.rpartition(">")[2].strip()].pop("buffer", None)
    fed = {b for _, b in ways}
    starts = [n for n in kept if n not in fed] or list(kept)[:1]
    tables["source"] = {f"source_{k + 1}": {"feeds": n} for k, n in enumerate(starts)}
    tables["station"], tables["buffer"] = kept, buffers
    line = parse_line(tables, "the sketched line")
    wrong = next((n for n in check_line(line, worker.scene) if n.level == "error"), None)
    if wrong is not None:
        raise LineError(wrong.text.rstrip("."), wrong.where, wrong.remedy)
    return line


def _next_of(row: Sketched, names: set[str]) -> object:
    ways = [w.strip() for w in row.next.split(",") if w.strip()]
    unknown = next((w for w in ways if w not in names and w not in ("out", "scrap")), "")
    if unknown:
        raise LineError(
            f'"{unknown}" is no station', row.name, f"Write out, or some of: {', '.join(sorted(names)[:8])}."
        )
    if len(ways) <= 1:
        return ways[0] if ways else "out"
    return [{"to": w, "share": 1 / len(ways)} for w in ways]


def _whole(text: str, where: str) -> int:
    if not text.strip().isdigit():
        raise LineError(
            f'"{text}" is no number of parts', where, "Write a whole number, or nothing for unlimited room."
        )
    return int(text)


def _findings(worker: "Worker", line: "Line") -> tuple[str, ...]:
    from twinviewer.simulation.lint import check_line

    return tuple(f"{n.text} {n.remedy}".strip() for n in check_line(line, worker.scene) if n.level != "info")


KINDS: dict[str, Callable[..., None]] = {
    "sensitivity": sensitivity, "suggest": suggest, "play": play, "proposals": proposals, "accept": accept,
    "decide": decide, "calibrated": calibrated, "sketch": sketch, "check_sketch": check_sketch,
    "save_sketch": save_sketch,
}  # fmt: skip
