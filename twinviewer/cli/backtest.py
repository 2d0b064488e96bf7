"""`twinviewer backtest`: the model's past forecasts against what happened."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

HELP = "run the flow model from past moments of a recording and compare with what happened"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder with a line.toml")
    parser.add_argument("--line", type=Path, metavar="FILE", help="another flow model")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="changes to the model, such as a calibration")
    parser.add_argument("--recording", required=True, metavar="DIR", help="the recording")
    parser.add_argument("--horizon", default="2 h", metavar="SPAN", help="how far each run looks ahead (2 h)")
    parser.add_argument("--moments", type=int, default=12, metavar="N", help="from how many moments at most (12)")
    parser.add_argument("--replications", type=int, default=20, metavar="N", help="of each run (20)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the random numbers (1)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the model can be trusted, 1 when something speaks against it."""
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import load_scene
    from twinviewer.simulation.backtesting import backtest, moments
    from twinviewer.simulation.quantities import seconds
    from twinviewer.simulation.reading import load_line
    from twinviewer.simulation.scenario import applied, load_scenario

    line = load_line(args.line or args.scene)
    if args.scenario is not None:
        line, _ = applied(line, load_scenario(args.scenario))
    scene = load_scene(args.scene, geometry=False)
    horizon_s = seconds(args.horizon, "--horizon")
    recording = Recording.open(args.recording, scene)
    try:
        times = moments(recording, horizon_s, max(1, args.moments))
        found = backtest(line, scene, recording, times, horizon_s, max(2, args.replications), args.seed)
    finally:
        recording.close()
    if args.json:
        print(json.dumps({**asdict(found), "valid": found.valid}, ensure_ascii=False))
    else:
        print(f"{found.moments} moments, {found.horizon_s / 3600:g} h ahead")
        for kpi in found.error:
            print(
                f"  {kpi:<12} error {found.error[kpi]:+.1%}, absolute {found.absolute_error[kpi]:.1%}, "
                f"intervals held {found.coverage[kpi]:.0%}, the model's own noise ±{found.noise[kpi]:.1%}"
            )
        for warning in found.warnings:
            print(f"  warning: {warning}")
    return 0 if found.valid else 1
