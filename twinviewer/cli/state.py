"""`twinviewer state`: the whole pipeline without a window."""

import argparse
import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import AssetStates
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone
from twinviewer.scene.scene import Scene

if TYPE_CHECKING:
    from twinviewer.cli._source import Chosen

_LONGEST_S = 1e6
HELP = "show the state of every asset, live or recorded, without a window"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli._feed import add_feed_arguments
    from twinviewer.cli._source import add_recording_arguments

    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder, geometry file or capsule")
    add_feed_arguments(parser)
    add_recording_arguments(parser)
    parser.add_argument("--for", dest="seconds", type=float, default=3.0, metavar="S", help="how long to look (3 s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 when the connection does not stand at the end."""
    from twinviewer.cli._source import chosen
    from twinviewer.model.errors import FeedError

    if not 0 <= args.seconds <= _LONGEST_S:
        raise FeedError(f"{args.seconds:g} s is no time to look", "--for", f"Take 0 to {_LONGEST_S:g}.")
    choice = chosen(args)
    try:
        if choice.recording:
            return _past(choice, args.json)
    finally:
        choice.close()
    if not args.feed:
        raise FeedError("nothing to look at", remedy="Give --feed URL or --recording DIR.")
    return _live(args)


def _past(choice: "Chosen", as_json: bool) -> int:
    """A moment of a recording."""
    from twinviewer.scene.scene import load_scene
    from twinviewer.session import Session

    assert choice.scene is not None
    scene = load_scene(choice.scene, geometry=False)
    session = Session(scene, choice.source(scene))
    try:
        frame = session.tick(time.time_ns())
    finally:
        session.close()
    return _print(scene, frame.connection, frame.assets, as_json, frame.now_ns)


def _live(args: argparse.Namespace) -> int:
    from twinviewer.cli._feed import feed_options
    from twinviewer.collector.pipeline import Pipeline
    from twinviewer.scene.scene import load_scene
    from twinviewer.states.evaluator import Evaluator

    scene = load_scene(args.scene, geometry=False)
    pipeline = Pipeline(scene, args.feed, feed_options(args))
    evaluator = Evaluator(scene)
    pipeline.start()
    try:
        end = time.monotonic() + args.seconds
        while time.monotonic() < end:
            time.sleep(min(0.2, max(0.0, end - time.monotonic())))
            evaluator.evaluate(pipeline.snapshot(), time.time_ns(), pipeline.connection())
        connection = pipeline.connection()
        _, states = evaluator.evaluate(pipeline.snapshot(), time.time_ns(), connection, pipeline.alarms)
    finally:
        pipeline.stop()
    return _print(scene, connection, states, args.json)


def _print(scene: Scene, connection: Connection, states: AssetStates, as_json: bool, time_ns: int | None = None) -> int:
    from twinviewer.history.times import iso

    result: dict[str, dict] = {
        "connection": {
            "state": connection.link.name.lower(),
            "why": connection.why,
            "samples": connection.samples,
            "lost": connection.lost,
            "reconnects": connection.reconnects,
            **({"time": iso(time_ns)} if time_ns is not None else {}),
        },
        "assets": assets_as_dict(scene, states),
    }
    print(json.dumps(result) if as_json else _table(result))
    return 0 if connection.link in (Link.CONNECTED, Link.DEGRADED) else 1


def assets_as_dict(scene: Scene, states: AssetStates) -> dict[str, dict[str, object]]:
    """Per asset: state, quality, age_s, vibration_mm_s, zone, power_kw, severity (None where there is none)."""
    return {
        a.asset_id: {
            "state": State(int(states.state[a.index])).name.lower(),
            "quality": Quality(int(states.quality[a.index])).name.lower(),
            "age_s": _number(states.age_s[a.index], 3),
            "vibration_mm_s": _number(states.vibration_mm_s[a.index], 3),
            "zone": Zone(int(states.zone[a.index])).name if states.zone[a.index] else None,
            "power_kw": _number(states.power_kw[a.index], 3),
            "severity": int(states.priority[a.index]) or None,
        }
        for a in scene.assets
    }


def _number(value: float, digits: int) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None


def _table(result: dict[str, dict]) -> str:
    link = result["connection"]
    why = f" ({link['why']})" if link["why"] else ""
    when = f"{link['time']} " if "time" in link else ""
    lines = [
        f"{when}{link['state']}{why}: {link['samples']} samples, {link['lost']} lost, {link['reconnects']} reconnects",
        f"{'asset':<16}{'state':<13}{'quality':<11}{'age s':>8}{'mm/s':>8}  zone{'kW':>9}  alarm",
    ]
    for name, a in result["assets"].items():
        cells = [_cell(a["age_s"], 8, 1), _cell(a["vibration_mm_s"], 8, 2)]
        alarm = f"P{a['severity']}" if a["severity"] else ""
        lines.append(
            f"{name:<16}{a['state']:<13}{a['quality']:<11}{''.join(cells)}  {a['zone'] or '–':<4}"
            f"{_cell(a['power_kw'], 9, 2)}  {alarm}"
        )
    return "\n".join(lines)


def _cell(value: float | None, width: int, digits: int) -> str:
    return f"{'–':>{width}}" if value is None else f"{value:>{width}.{digits}f}"
