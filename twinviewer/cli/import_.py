"""`twinviewer import`: a scene folder out of a foreign description or a bare geometry file."""

import argparse
from pathlib import Path

HELP = "make a scene folder from a geometry file or from another twin's description"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="geometry, or another twin's JSON")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="folder to make")


def run(args: argparse.Namespace) -> int:
    """Exit code 0; 2 when the file is not known or the folder cannot be written."""
    from twinviewer.scene.imported import read_foreign, slug, write_scene

    scenes = read_foreign(args.file)
    for scene in scenes:
        folder = args.output if len(scenes) == 1 else args.output / slug(scene.name)
        write_scene(scene, folder)
        print(f"{folder}: {_many(len(scene.assets), 'asset')}, {_many(len(scene.types), 'type')}.")
        for note in scene.notes:
            print(f"  {note}")
    print("Next: 'twinviewer check FOLDER', then 'twinviewer bind FOLDER --feed URL'.")
    return 0


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
