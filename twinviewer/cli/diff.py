"""`twinviewer diff`: what a new export of the geometry changed."""

import argparse
import json
from pathlib import Path

HELP = "compare two exports of a scene's geometry: renamed, moved, added, lost"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("old", type=Path, metavar="OLD", help="scene folder or geometry file as it was")
    parser.add_argument("new", type=Path, metavar="NEW", help="scene folder or geometry file as it is")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when nothing changed, 1 with changes, 2 when one cannot be read."""
    from twinviewer.scene.diff import as_dict, compare_files

    changes = compare_files(args.old, args.new)
    result = as_dict(changes)
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
        return 1 if changes else 0
    for row in result["renamed"]:
        print(f"renamed   {row['old']}  ->  {row['new']}")
    for one, other in result["exchanged"]:
        print(f"exchanged {one}  <->  {other}")
    for row in result["moved"]:
        print(f"moved     {row['node']}  by {row['by_m']} m")
    for row in result["reshaped"]:
        print(f"reshaped  {row['node']}  {row['triangles'][0]:,} -> {row['triangles'][1]:,} triangles")
    for kind in ("added", "lost"):
        for path in result[kind]:
            print(f"{kind:<10}{path}")
    if not changes:
        print("No differences.")
    return 1 if changes else 0
