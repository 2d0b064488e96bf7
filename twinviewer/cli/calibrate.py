"""`twinviewer calibrate`: cycle times, failures, setups and yields from a recording."""

import argparse
import json
import math
from pathlib import Path

HELP = "fit a flow model to a recording; every figure with its sample size, for a person to accept"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder with a line.toml")
    parser.add_argument("--line", type=Path, metavar="FILE", help="another flow model")
    parser.add_argument("--recording", required=True, metavar="DIR", help="the recording")
    parser.add_argument("--accept", action="append", default=[], metavar="PATH", help='accept a proposal, or "all"')
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the accepted ones as a scenario")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 when nothing had enough data."""
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import load_scene
    from twinviewer.simulation.calibration import accepted, calibrate
    from twinviewer.simulation.reading import load_line
    from twinviewer.simulation.scenario import applied, scenario_text

    line = load_line(args.line or args.scene)
    scene = load_scene(args.scene, geometry=False)
    recording = Recording.open(args.recording, scene)
    try:
        fits = calibrate(line, scene, recording, *recording.span())
    finally:
        recording.close()
    if args.output is not None:
        scenario = accepted(fits, args.accept)
        applied(line, scenario)
        args.output.write_text(scenario_text(scenario), encoding="utf-8")
    rows = [{k: (None if isinstance(v, float) and math.isnan(v) else v) for k, v in vars(f).items()} for f in fits]
    if args.json:
        print(json.dumps({"proposals": rows}, ensure_ascii=False))
    else:
        for f in fits:
            value = str(f.value) if f.value is not None else f"– {f.note}"
            fit = f", KS {f.ks:.3f}" if not math.isnan(f.ks) else ""
            print(f"{f.path:<36}{value:<40} n {f.n}{fit}" + (f"  (now {f.current})" if f.current else ""))
    return 0 if any(f.value is not None for f in fits) else 1
