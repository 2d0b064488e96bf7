"""`twinviewer simulate`: what the plant would do, with intervals."""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.connection import Link
from twinviewer.model.errors import LineError
from twinviewer.settings import person

if TYPE_CHECKING:
    from twinviewer.simulation.line import Line
    from twinviewer.simulation.plant_now import PlantNow
    from twinviewer.simulation.results import Result, Variant
    from twinviewer.simulation.scenario import Scenario

LOOK_S = 4.0  # how long to look at a live plant before starting from it
HELP = "simulate a line: a baseline against scenarios, with paired intervals"
SHOWN = {
    "throughput_per_h": "good parts per hour",
    "wip": "parts in the line",
    "lead_time_s": "lead time, s",
    "oee": "OEE",
    "on_time": "orders on time",
    "late_orders": "late orders",
    "energy_kwh": "energy, kWh",
    "energy_per_part_kwh": "energy per part, kWh",
    "peak_kw": "peak (15 min), kW",
    "carbon_kg": "carbon, kg",
    "cost": "cost",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli._feed import add_feed_arguments

    parser.add_argument("scene", type=Path, nargs="?", metavar="SCENE", help="scene folder with a line.toml")
    parser.add_argument("--line", type=Path, metavar="FILE", help="a flow model; with it no scene is needed")
    parser.add_argument("--scenario", type=Path, action="append", default=[], metavar="FILE", help="a scenario; repeat")
    parser.add_argument(
        "--from", dest="start", metavar="now|empty|FILE", help="where to start (now with a plant, else empty)"
    )
    parser.add_argument("--horizon", metavar="SPAN", help='how long ("7d", "12 h"); else what the line says')
    parser.add_argument("--replications", metavar="N|auto", help="how often (30); auto: until narrow")
    parser.add_argument("--seed", type=seed_of, metavar="S", help="of the random numbers; else what the line says")
    add_feed_arguments(parser)
    parser.add_argument("--recording", metavar="DIR", help="start from a moment of a recording")
    parser.add_argument("--at", metavar="TIME", help="that moment: ISO 8601, or a span back such as 1h; else its end")
    parser.add_argument("--save-state", type=Path, metavar="FILE", help="write the state that the run starts from")
    parser.add_argument(
        "--suggest",
        action="append",
        default=[],
        metavar="LEVER=LOW:HIGH[:COST]",
        help="find the three best settings of levers within bounds; COST of one unit; repeat",
    )
    parser.add_argument("--goal", metavar="KPI", help="of suggestions (throughput_per_h); -KPI: the least")
    parser.add_argument("--budget", type=float, metavar="COST", help="of suggestions")
    parser.add_argument("--accept", metavar="REASON", help="keep the scenarios as accepted proposals, for this reason")
    parser.add_argument("--by", default="", metavar="NAME", help="who accepts")
    parser.add_argument(
        "--scheduler",
        metavar="ADDR",
        help='run on a Dask cluster, for example tcp://host:8786 (else as the settings say; "": here)',
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def seed_of(text: str) -> int:
    """A seed of the random numbers: any whole number of 64 bits."""
    try:
        seed = int(text)
    except ValueError:
        seed = 2**63
    if not -(2**63) <= seed < 2**63:
        raise argparse.ArgumentTypeError(f'"{text}" is no whole number of 64 bits')
    return seed


def run(args: argparse.Namespace) -> int:
    """Exit code 0; 2 when line, scenario or state cannot be used."""
    from twinviewer.simulation.cluster import chosen_scheduler
    from twinviewer.simulation.lint import check_line
    from twinviewer.simulation.plant_now import written
    from twinviewer.simulation.quantities import seconds
    from twinviewer.simulation.reading import load_line
    from twinviewer.simulation.results import as_json
    from twinviewer.simulation.runs import run as simulate
    from twinviewer.simulation.scenario import load_scenario
    from twinviewer.simulation.starting import StartFrom, at_time

    _refuse_idle(args)
    args.scheduler = chosen_scheduler(args.scheduler)
    line = load_line(line_path(args))
    scenarios = [load_scenario(path) for path in args.scenario]
    horizon_s = seconds(args.horizon, "--horizon") if args.horizon else None
    if horizon_s is not None and not 0 < horizon_s < float("inf"):
        raise LineError("the horizon must be more than zero, and end", "--horizon", 'Write for example "7d".')
    now = plant_now(args, line)
    if now is None and args.save_state is not None:
        remedy = "Name what to start from: --feed URL, --recording DIR, or --from FILE."
        raise LineError("a run that starts empty has no state to write", "--save-state", remedy)
    start = StartFrom(now) if now is not None else None
    if now is not None:
        line = at_time(line, now)
        if args.save_state is not None:
            try:
                args.save_state.write_text(written(now), encoding="utf-8")
            except OSError as error:
                why = error.strerror or str(error)
                text = f"the state cannot be written ({why})"
                raise LineError(text, str(args.save_state), "Choose another file.") from error
    if args.suggest:
        from twinviewer.cli._suggest import suggest

        return suggest(args, line, horizon_s, start)
    asked = replications(args.replications or "30")
    if args.scheduler:
        from twinviewer.simulation.cluster import run_on

        result = run_on(args.scheduler, line, scenarios, horizon_s, asked, args.seed, start)
    else:
        result = simulate(line, scenarios, horizon_s, asked, args.seed, start)
    findings = [f"{n.text} {n.remedy}" for n in check_line(line) if n.level != "info"]
    result = replace(result, notes=(*result.notes, *(now.notes if now is not None else ()), *findings))
    print(json.dumps(as_json(result)) if args.json else _text(result))
    if args.accept is not None:
        _accept(args, result, scenarios, "empty" if now is None else args.start or "now")
    return 0


def _refuse_idle(args: argparse.Namespace) -> None:
    """Raise LineError for an option that would do nothing beside the others."""
    file = args.start not in (None, "now", "empty")
    searches = "A search tries levers of its own: leave one of them out."
    for option, idle, text, remedy in (
        ("--accept", args.accept is not None and not (args.accept.strip() and args.scenario),
         "there is nothing to accept", "Name a --scenario FILE, and a reason."),
        ("--by", args.by and args.accept is None, "who accepts what?", "Add --accept REASON."),
        ("--goal", args.goal is not None and not args.suggest, "the goal of what?", "Add --suggest LEVER=LOW:HIGH."),
        ("--budget", args.budget is not None and not args.suggest,
         "the budget of what?", "Add --suggest LEVER=LOW:HIGH."),
        ("--budget", args.budget is not None and not args.budget >= 0, "a budget is zero or more", "Write a number."),
        ("--scenario", args.suggest and args.scenario, "suggestions start from the baseline", searches),
        ("--replications", args.suggest and args.replications is not None,
         "a search runs as often as it needs to", "Leave it out."),
        ("--at", args.at is not None and not args.recording,
         "a moment of what?", "Name the --recording DIR that it is a moment of."),
        ("--feed", args.feed and args.recording, "a run starts from one plant",
         "Name --feed URL or --recording DIR."),
        ("--from", file and (args.feed or args.recording), "a run starts from one state",
         "Name a file, or --feed URL, or --recording DIR."),
    ):  # fmt: skip
        if idle:
            raise LineError(text, option, remedy)


def _accept(args: argparse.Namespace, result: "Result", scenarios: "list[Scenario]", start: str) -> None:
    """Keep every scenario in the register of proposals, which lies beside the scene or the line."""
    from twinviewer.simulation.line_file import file_beside
    from twinviewer.simulation.proposals import FILE, ProposalRegister, proposal_of

    with ProposalRegister(file_beside(args.scene or args.line, FILE)) as register:
        for variant, scenario in zip(result.scenarios, scenarios, strict=True):
            draft = proposal_of(result, variant, scenario, start)
            kept = register.accept(draft, args.by or person(), args.accept, time.time_ns())
            print(f"{kept.number} is accepted: {kept.name}", file=sys.stderr if args.json else sys.stdout)


def plant_now(args: argparse.Namespace, line: "Line") -> "PlantNow | None":
    """The state to start from; None for an empty line."""
    from twinviewer.simulation.plant_now import fitting, read

    start = args.start or ("now" if args.feed or args.recording else "empty")
    if start == "empty":
        return None
    if start != "now":
        return fitting(read(Path(start)), line, start)
    if args.scene is None or not (args.feed or args.recording):
        raise LineError(
            "to start from now the plant must be seen", "--from now", "Name a SCENE and --feed URL or --recording DIR."
        )
    return _recorded(args, line) if args.recording else _live(args, line)


def _recorded(args: argparse.Namespace, line: "Line") -> "PlantNow":
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import load_scene
    from twinviewer.simulation.moments import at_moment, moment_of

    scene = load_scene(args.scene, geometry=False)
    recording = Recording.open(args.recording, scene)
    try:
        return at_moment(line, scene, recording, moment_of(args.at, recording))
    finally:
        recording.close()


def _live(args: argparse.Namespace, line: "Line") -> "PlantNow":
    from twinviewer.cli._feed import feed_options
    from twinviewer.collector.pipeline import Pipeline
    from twinviewer.scene.scene import load_scene
    from twinviewer.simulation.plant_now import from_states
    from twinviewer.states.evaluator import Evaluator

    scene = load_scene(args.scene, geometry=False)
    pipeline = Pipeline(scene, args.feed, feed_options(args))
    evaluator = Evaluator(scene)
    pipeline.start()
    try:
        end = time.monotonic() + LOOK_S
        while time.monotonic() < end:
            time.sleep(0.2)
            evaluator.evaluate(pipeline.snapshot(), time.time_ns(), pipeline.connection())
        now_ns, connection = time.time_ns(), pipeline.connection()
        tags, states = evaluator.evaluate(pipeline.snapshot(), now_ns, connection, pipeline.alarms)
    finally:
        pipeline.stop()
    if connection.link not in (Link.CONNECTED, Link.DEGRADED):
        raise LineError(f"the plant does not answer ({connection.why})", args.feed, "Check the address of the feed.")
    return from_states(line, scene, tags, states, now_ns)


def line_path(args: argparse.Namespace) -> Path:
    """The flow model's file from SCENE or --line."""
    if args.line is not None:
        return args.line
    if args.scene is None:
        raise LineError("neither a scene nor a line was named", "simulate", "Write a SCENE, or --line FILE.")
    return args.scene


def replications(text: str) -> int | str:
    """A number of replications, or "auto"."""
    if text == "auto":
        return text
    if not text.isdecimal() or int(text) < 1:
        raise LineError(f'"{text}" is not a number of replications', "--replications", 'Write 1 or more, or "auto".')
    return int(text)


def _text(result: "Result") -> str:
    hours = result.horizon_s / 3600
    lines = [f"{hours:g} h, {result.replications} replications, seed {result.seed}, {result.wall_s:.2f} s"]
    if result.warmup_s > 0:
        lines.append(f"the first {result.warmup_s / 3600:.2f} h are left out (warm-up)")
    lines += _table(result.baseline)
    for s in result.scenarios:
        lines += ["", *_table(s)]
    lines += [f"note: {n}" for n in result.notes]
    return "\n".join(lines)


def _table(v: "Variant") -> list[str]:
    lines = [f"{v.name}"]
    for key, label in SHOWN.items():
        e = v.kpis.get(key)
        if e is None:
            continue
        text = f"  {label:<24}{e.mean:>12.4g}  [{e.low:.4g}, {e.high:.4g}]"
        d = v.difference.get(key)
        if d is not None:
            text += f"  {d.mean:+.4g} [{d.low:+.4g}, {d.high:+.4g}]"
            text += "" if d.significant else "  not significant"
        lines.append(text)
    if v.bottleneck is not None:
        b = v.bottleneck
        second = f", {b.margin.mean:.1%} more than {b.second}" if b.second else ""
        lines.append(f"  bottleneck: {b.station}, busy {b.load:.1%}{second}")
    if v.late_orders:
        lines.append(f"  late: {', '.join(v.late_orders)}")
    return lines
