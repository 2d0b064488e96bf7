"""`twinviewer calibrate`: cycle times, failures, setups, yields and takts from a recording."""

import argparse
import json
import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import LineError

if TYPE_CHECKING:
    from twinviewer.simulation.fitting import Fit
    from twinviewer.simulation.scenario import Scenario

HELP = "fit a flow model to a recording; every figure with its sample size, for a person to accept"
VALUE_WIDTH = 38


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder with a line.toml")
    parser.add_argument("--line", type=Path, metavar="FILE", help="another flow model")
    parser.add_argument("--recording", required=True, metavar="DIR", help="the recording")
    parser.add_argument(
        "--accept",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME",
        help='accept proposals: a path, a glob of paths ("*.time"), a station, or "all"',
    )
    parser.add_argument("--ask", action="store_true", help="ask about each proposal")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the accepted ones as a scenario")
    parser.add_argument(
        "--write-line",
        type=Path,
        metavar="FILE",
        help="write the flow model with the accepted ones; its own file keeps comments and lay-out, and FILE.before",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 when nothing had enough data."""
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import load_scene
    from twinviewer.simulation.calibration import accepted, calibrate, unmatched
    from twinviewer.simulation.reading import load_line
    from twinviewer.simulation.results import finite

    for option, file in (("--output", args.output), ("--write-line", args.write_line)):
        if file is not None and not (args.accept or args.ask):
            raise LineError("nothing is accepted that could be written", option, "Add --accept NAME, or --ask.")
    line = load_line(args.line or args.scene)
    scene = load_scene(args.scene, geometry=False)
    recording = Recording.open(args.recording, scene)
    try:
        fits = calibrate(line, scene, recording, *recording.span())
    finally:
        recording.close()
    if unknown := unmatched(fits, args.accept):
        paths = ", ".join(f.path for f in fits[:6])
        raise LineError(f'"{unknown[0]}" fits no proposal', "--accept", f"Some are: {paths}.")
    chosen = [*args.accept, *(_asked(fits) if args.ask else ())]
    scenario = accepted(fits, chosen)
    _write(args, scenario)
    if args.json:
        rows = [{**asdict(f), "accepted": f.path in scenario.patches} for f in fits]
        print(json.dumps(finite({"proposals": rows}), ensure_ascii=False))
    elif not args.ask:
        for f in fits:
            print(("* " if f.path in scenario.patches else "  ") + _row(f))
        if not chosen:
            print('accept what is right: --accept all, --accept "*.time" CNC, or --ask; and --output FILE to keep it')
    return 0 if any(f.value is not None for f in fits) else 1


def _write(args: argparse.Namespace, scenario: "Scenario") -> None:
    """What was accepted, as a scenario and into a flow model's file, where they were asked for."""
    from twinviewer.simulation.line_file import calibrated_file
    from twinviewer.simulation.scenario import scenario_text

    if args.output is not None:
        try:
            args.output.write_text(scenario_text(scenario), encoding="utf-8")
        except OSError as error:
            text = f"the scenario cannot be written ({error.strerror or error})"
            raise LineError(text, str(args.output), "Choose another file.") from error
    if args.write_line is not None:
        calibrated_file(args.line or args.scene, scenario.patches, args.recording, args.write_line)


def _row(f: "Fit") -> str:
    value = str(f.value) if f.value is not None else f"– {f.note}"
    value = value if len(value) <= VALUE_WIDTH or f.value is None else value[: VALUE_WIDTH - 1] + "…"
    told = [f"n {f.n}"]
    if f.value is not None and not math.isnan(f.low):
        told.append(f"95 % [{f.low:.5g}, {f.high:.5g}]")
    if f.quality:
        told.append(f"{f.quality} fit (KS {f.ks:.3f})")
    if f.note and f.value is not None:
        told.append(f.note)
    if f.current:
        told.append(f"now {f.current}")
    return f"{f.path:<36}{value:<{VALUE_WIDTH}}  {'; '.join(told)}"


def _asked(fits: "list[Fit]") -> list[str]:
    """The paths to which a person says yes; the end of the input says no to the rest."""
    chosen: list[str] = []
    for f in fits:
        if f.value is None:
            print(f"  {_row(f)}")
            continue
        print(f"  {_row(f)}\n    accept? [y/N] ", end="", flush=True)
        answer = sys.stdin.readline()
        if not answer:
            print()
            break
        if answer.strip().lower() in ("y", "yes"):
            chosen.append(f.path)
    return chosen
