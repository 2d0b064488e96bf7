"""`twinviewer plant`: the embedded plant as an OPC UA server."""

import argparse
import textwrap
from pathlib import Path

from twinviewer.model.errors import FeedError, TwinError

HELP = "serve a simulated plant over OPC UA, for a scene, a demo or a benchmark"
_EPILOG = """
Faults are given as ASSET:KIND[=AMOUNT][!]@SECONDS, seconds after the start in plant time (negative: before it).
The crew repairs them after a while, unless a "!" says that nobody does. Kinds, with their amount:
{kinds}
Understood too: {also}.
A sensor is named with a dot: P-1:sensor.Vibration@10. Overheat, power, leak and slow last 20 minutes.

Without --fault the story of the demo runs (--scenario demo): a bearing of a compressor wears out, a robot trips, a
machine is changed over, a pump gives no data. With --fault only what was asked for happens (--scenario calm).

The load source has the nodes s=Load.00001 and on in namespace urn:twinviewer:plant. A value is the number of its
changes, its source timestamp the moment of the change.

The crew can be sent to an asset by calling RequestMaintenance(AssetId) on the Machines folder.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.plant.faults import ALSO_CALLED, KINDS

    also = textwrap.fill(", ".join(f"{word} ({kind})" for word, kind in ALSO_CALLED.items()), 98)
    kinds = "\n".join(f"  {kind:<10}{text}, {amount:g} unless told" for kind, (text, amount) in KINDS.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG.format(kinds=kinds, also=also)
    parser.add_argument("scene", type=Path, nargs="?", metavar="SCENE", help="scene folder (optional with --tags)")
    parser.add_argument("--port", type=int, default=4840, help="TCP port on this machine; 0: any free one (4840)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same plant (1)")
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="60: an hour in a minute (1)")
    parser.add_argument("--clock", choices=("wall", "plant"), default="wall", help="what source timestamps show (wall)")
    parser.add_argument("--scenario", choices=("demo", "calm"), help="what happens by itself (demo without --fault)")
    parser.add_argument("--fault", action="append", default=[], metavar="ASSET:KIND@SECONDS", help="see below")
    parser.add_argument("--shift", action="append", default=[], metavar="H-H", help="hours of the UTC day, as 6-22")
    parser.add_argument("--tags", type=int, default=0, metavar="N", help="load source: so many numeric tags")
    parser.add_argument("--rate", type=float, default=1000.0, metavar="HZ", help="changes a second of all of them")
    parser.add_argument(
        "--security", choices=("none", "offered", "required"), nargs="?", const="offered", default="none",
        help="secured endpoints beside or instead of the open one (none)",
    )  # fmt: skip
    parser.add_argument(
        "--password", default="", help='ask for user "operator" with this password; nobody is anonymous'
    )
    parser.add_argument("--certificates", type=Path, metavar="DIR", help="keep the plant's certificate here")
    parser.add_argument("--trust", type=Path, metavar="DIR", help="only clients whose certificates lie here")
    parser.add_argument("--namespaces", type=int, default=0, metavar="N", help="register N others first")
    parser.add_argument("--with-parent", action="store_true", help="end with the process that started it")


def run(args: argparse.Namespace) -> int:
    """Serve until the process is told to stop."""
    from twinviewer.plant.faults import demo_story, parse_fault
    from twinviewer.plant.load import LoadOptions
    from twinviewer.plant.security import Access
    from twinviewer.plant.server import PlantOptions, serve
    from twinviewer.plant.spec import CALM, DEMO

    _check(args)
    scene = None
    if args.scene is not None:
        from twinviewer.scene.scene import load_scene

        scene = load_scene(args.scene, geometry=False)
    elif not args.tags:
        raise FeedError("There is nothing to serve.", "plant", "Give a SCENE, or --tags N for a load source.")
    demo = (args.scenario or ("calm" if args.fault else "demo")) == "demo"
    faults = [parse_fault(text, scene) for text in args.fault] if scene is not None else []
    if scene is not None and demo:
        faults = [*demo_story(scene), *faults]
    settings = DEMO if demo else CALM
    if args.shift:
        from dataclasses import replace

        settings = replace(settings, shift_h=tuple(_hours(text) for text in args.shift))
    options = PlantOptions(
        port=args.port, seed=args.seed, speed=args.speed, plant_time=args.clock == "plant", settings=settings,
        faults=tuple(faults), load=LoadOptions(args.tags, args.rate), extra_namespaces=args.namespaces,
        access=Access(args.security, args.password, args.certificates, args.trust), with_parent=args.with_parent,
    )  # fmt: skip
    serve(scene, options)
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raises TwinError for numbers that make no sense."""
    if not 0 <= args.port <= 65535:
        raise FeedError(f"{args.port} is no port.", "--port", "Ports are 0 to 65535.")
    if not 0.01 <= args.speed <= 100_000:
        raise FeedError(f"The speed {args.speed:g} is out of range.", "--speed", "Take 0.01 to 100000.")
    if not 0 <= args.tags <= 1_000_000:
        raise FeedError(f"{args.tags} tags cannot be served.", "--tags", "Take up to 1000000.")
    if not 0 <= args.rate <= 10_000_000:
        raise FeedError(f"A rate of {args.rate:g} is out of range.", "--rate", "Take 0 to 10000000.")
    if args.trust is not None and not args.trust.is_dir():
        raise FeedError("There is no such folder of trusted certificates.", str(args.trust), "Make it first.")
    if args.namespaces < 0 or args.namespaces > 1000:
        raise FeedError(f"{args.namespaces} further namespaces are out of range.", "--namespaces", "Take 0 to 1000.")


def _hours(text: str) -> tuple[float, float]:
    try:
        first, _, last = text.partition("-")
        hours = (float(first), float(last))
    except ValueError:
        raise TwinError(f"The shift “{text}” cannot be read.", "--shift", "Write hours such as 6-22.") from None
    if not 0 <= hours[0] < hours[1] <= 24:
        raise TwinError(f"The shift “{text}” is no span of a day.", "--shift", "Write hours such as 6-22.")
    return hours
