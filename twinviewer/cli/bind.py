"""`twinviewer bind`: which variable of a server is which tag of a scene."""

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinviewer.scene.binding import Proposal
    from twinviewer.scene.draft import Draft

HELP = "propose which nodes of a server are the tags of a scene, with a confidence each"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli._feed import add_feed_arguments

    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder or geometry file")
    add_feed_arguments(parser, required=True)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="CSV",
        help="write here, else print; a scene reads its bindings.csv",
    )
    parser.add_argument(
        "--sure",
        type=float,
        default=0.85,
        metavar="C",
        help="confidence from which a proposal is written as accepted (0.85); above 1 nothing is",
    )


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when every tag has a proposal, 1 when some have none, 2 when scene or server cannot be read."""
    from twinviewer.cli._feed import asked, feed_options
    from twinviewer.feeds.opcua_browse import browse
    from twinviewer.scene.binding import propose, table
    from twinviewer.scene.draft import read_draft

    draft = read_draft(args.scene, geometry=False)
    variables = asked(args.feed, lambda: browse(args.feed, feed_options(args)))
    proposals = propose(draft, variables)
    text = table(proposals, draft.scene.namespaces, args.sure)
    if args.output is None:
        print(text, end="")
    else:
        _write(args.output, text)
    found = {(p.asset_id, p.key) for p in proposals}
    without = len(_wanted(draft) - found)
    unnamed = _unnamed(draft, {p.asset_id for p in proposals})
    print(_told(len(variables), proposals, args.sure, without, unnamed), file=sys.stderr)
    return 1 if without or unnamed else 0


def _write(path: Path, text: str) -> None:
    """Put the table there; the one that was there is kept beside it. Raises SceneError."""
    from twinviewer.model.errors import SceneError
    from twinviewer.settings import write_atomic

    try:
        if path.exists():
            shutil.copyfile(path, path.with_name(f"{path.name}.before"))
        write_atomic(path, text)
    except OSError as error:
        raise SceneError(f"the table cannot be written: {error.strerror}.", str(path)) from None


def _wanted(draft: "Draft") -> set[tuple[str, str]]:
    """Asset id and key of every tag that a server is asked for."""
    from twinviewer.scene.binding import wanted_of

    return {(asset.asset_id, tag.key) for asset in draft.scene.assets for tag in wanted_of(draft, asset)}


def _unnamed(draft: "Draft", proposed: set[str]) -> int:
    """How many assets could be live, have no tag, and are called like nothing on the server."""
    static = {name for name, kind in draft.manifest.type.items() if kind.static}
    asks = {asset_id for asset_id, _ in _wanted(draft)}
    return sum(a.asset_id not in proposed | asks and a.type not in static for a in draft.scene.assets)


def _told(variables: int, proposals: "list[Proposal]", sure: float, without: int, unnamed: int) -> str:
    """The result in a few sentences."""
    kept = sum(p.kept for p in proposals)
    gone = sum(p.gone for p in proposals)
    accepted = sum(not p.kept and not p.gone and p.accepted(sure) for p in proposals)
    doubtful = len(proposals) - kept - gone - accepted
    text = f"Variables on the server: {variables}. Tags right as written: {kept}; proposals accepted: {accepted}, "
    text += f"waiting for a decision: {doubtful}; tags without a proposal: {without}."
    if gone:
        text += f" Bound to nodes that the server does not have now, and kept: {gone}."
    if unnamed:
        text += f" Assets without any tag, and called like nothing on the server: {unnamed}."
    return text
