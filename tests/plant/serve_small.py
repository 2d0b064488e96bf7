"""`python -m tests.plant.serve_small WHAT [plant options]`: serves a scene of the factory as a process of its own."""

import argparse
import dataclasses
import sys

from tests.plant.factory import STATION, Maker, SmallScene, hall, line
from twinviewer.cli import plant as command
from twinviewer.model.asset import NodeAddress
from twinviewer.plant.faults import parse_fault
from twinviewer.plant.server import PlantOptions, serve

OTHER = "http://example.org/other"


def foreign() -> SmallScene:
    """A scene as somebody else would write it: numeric ids, another namespace, browse paths, state words."""
    maker = Maker()
    maker.add("A", "station", STATION, station=True, address="i={number}", uri=OTHER)
    maker.add("B", "station", ("State", "Power"), station=True)
    scene = maker.scene(("A", "B"))
    path = NodeAddress(browse_path=((OTHER, "Line"), (OTHER, "B"), (OTHER, "Power")))
    tags = tuple(dataclasses.replace(t, address=path) if t.name == "B.Power" else t for t in scene.tags)
    return dataclasses.replace(scene, tags=tags)


def many() -> SmallScene:
    """More assets than a folder holds."""
    maker = Maker()
    for k in range(1, 231):
        maker.add(f"M-{k}", "station", ("State", "Power"), station=True)
    return maker.scene()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what")
    command.add_arguments(parser)
    args = parser.parse_intermixed_args()
    scene = {"hall": hall, "line": line, "foreign": foreign, "many": many}[args.what]()
    faults = tuple(parse_fault(text, scene) for text in args.fault)
    options = PlantOptions(
        args.port, args.seed, args.speed, args.clock == "plant", faults=faults, extra_namespaces=args.namespaces
    )
    serve(scene, options)


if __name__ == "__main__":
    sys.exit(main())
