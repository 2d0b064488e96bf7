"""`twinviewer backtest`: the model's past forecasts against what happened."""

import argparse
import json
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import LineError

if TYPE_CHECKING:
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import Scene
    from twinviewer.simulation.backtesting import Backtest
    from twinviewer.simulation.line import Line

HELP = "run the flow model from past moments of a recording and compare with what happened"
FILE = "backtest.json"
SHORTEST_S = 60.0  # of what a run looks ahead
FITTED_SHARE = 0.5  # of the recording, from its beginning, that --calibrate fits the model to


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli.simulate import seed_of

    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder with a line.toml")
    parser.add_argument("--line", type=Path, metavar="FILE", help="another flow model")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="changes to the model, such as a calibration")
    parser.add_argument("--recording", required=True, metavar="DIR", help="the recording")
    parser.add_argument("--horizon", default="2 h", metavar="SPAN", help="how far each run looks ahead (2 h)")
    parser.add_argument("--moments", type=int, default=12, metavar="N", help="from how many moments at most (12)")
    parser.add_argument("--replications", type=int, default=79, metavar="N", help="of each run (79)")
    parser.add_argument("--seed", type=seed_of, default=1, metavar="S", help="of the random numbers (1)")
    parser.add_argument(
        "--calibrate", action="store_true", help="fit the model to the first half, and test it on the second"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="where to keep the result (backtest.json beside the model)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the model can be trusted, 1 when something speaks against it."""
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import load_scene
    from twinviewer.simulation.backtesting import backtest, moments
    from twinviewer.simulation.reading import load_line
    from twinviewer.simulation.scenario import applied, load_scenario

    horizon_s = _horizon_s(args)
    line = load_line(args.line or args.scene)
    if args.scenario is not None:
        line, _ = applied(line, load_scenario(args.scenario))
    scene = load_scene(args.scene, geometry=False)
    recording = Recording.open(args.recording, scene)
    try:
        first, last = recording.span()
        fitted = (first, first + round(FITTED_SHARE * (last - first))) if args.calibrate else None
        if fitted is not None:
            line = _fitted(line, scene, recording, *fitted)
        share = FITTED_SHARE if args.calibrate else 0.0
        times = moments(recording, horizon_s, args.moments, share)
        found = backtest(line, scene, recording, times, horizon_s, args.replications, args.seed)
        tested = times[0], times[-1] + round(horizon_s * 1e9)
        parts = {"out_of_sample": fitted is not None, "fitted_ns": fitted, "tested_ns": tested}
        kept = _kept(found, line, scene, recording, args) | parts
    finally:
        recording.close()
    if args.json:
        print(json.dumps(kept, ensure_ascii=False))
    else:
        print(_sample(fitted, tested))
        _print(found)
    _keep(kept, args)
    return 0 if found.valid else 1


def _horizon_s(args: argparse.Namespace) -> float:
    """How far each run looks ahead, in seconds. Raises LineError for what no back-test can be made of."""
    from twinviewer.simulation.quantities import seconds

    horizon_s = seconds(args.horizon, "--horizon")
    if not SHORTEST_S <= horizon_s < float("inf"):
        raise LineError("a back-test looks ahead a minute at least", "--horizon", 'Write for example "2 h".')
    if args.moments < 1:
        raise LineError("a back-test needs a moment to start from", "--moments", "Write 1 or more.")
    if args.replications < 2:
        raise LineError("an interval needs two runs at least", "--replications", "Write 2 or more.")
    if args.output is not None and not args.output.absolute().parent.is_dir():
        raise LineError("there is no such folder", str(args.output), "Make it, or choose another file.")
    return horizon_s


def _fitted(line: "Line", scene: "Scene", recording: "Recording", from_ns: int, to_ns: int) -> "Line":
    """The line with everything that this part of the recording tells enough of."""
    from twinviewer.simulation.calibration import accepted, calibrate
    from twinviewer.simulation.scenario import applied

    fits = calibrate(line, scene, recording, from_ns, to_ns)
    return applied(line, accepted(fits, ["all"]))[0]


def _kept(
    found: "Backtest", line: "Line", scene: "Scene", recording: "Recording", args: argparse.Namespace
) -> dict[str, object]:
    """What is printed as JSON and kept, with what was ever seen of each lever."""
    from twinviewer.simulation.results import finite
    from twinviewer.simulation.seen import seen_range

    seen = {
        k: {n: v for n, v in asdict(s).items() if n != "lever"} for k, s in seen_range(line, scene, recording).items()
    }
    made = {"made_ns": time.time_ns(), "recording": str(args.recording), "calibrated": args.calibrate}
    return finite({**asdict(found), "valid": found.valid, **made, "seen": seen})


def _keep(kept: dict[str, object], args: argparse.Namespace) -> None:
    """Beside the scene's model where that very model was tested; elsewhere only where asked for."""
    from twinviewer.settings import write_atomic
    from twinviewer.simulation.line_file import file_beside

    own = args.line is None and args.scenario is None and not args.calibrate
    file = args.output if args.output is not None else file_beside(args.scene, FILE) if own else None
    if file is not None:
        try:
            write_atomic(file, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            text = f"the result cannot be kept ({error.strerror or error})"
            raise LineError(text, str(file), "Say where by --output FILE.") from error
        if not args.json:
            print(f"kept as {file}")


def _sample(fitted: tuple[int, int] | None, tested: tuple[int, int]) -> str:
    """Which part of the recording the model was fitted to, and on which it was tested."""
    if fitted is None:
        return (
            f"the model as it stands, tested on {_stretch(tested)}; where it was fitted to this very recording, "
            "--calibrate tests on a part that the fit has not seen"
        )
    return (
        f"fitted to the earlier part of the recording, {_stretch(fitted)}; "
        f"tested on the later part, {_stretch(tested)}, of which the fit saw nothing"
    )


def _stretch(part: tuple[int, int]) -> str:
    begin, end = (datetime.fromtimestamp(t / 1e9) for t in part)
    return f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


def _print(found: "Backtest") -> None:
    print(f"{found.moments} moments, {found.horizon_s / 3600:g} h ahead")
    for kpi in found.error:
        print(
            f"  {kpi:<12} error {found.error[kpi]:+.1%}, absolute {found.absolute_error[kpi]:.1%}, "
            f"intervals held {found.coverage[kpi]:.0%}, the model's own noise ±{found.noise[kpi]:.1%}"
        )
    for warning in found.warnings:
        print(f"  warning: {warning}")
