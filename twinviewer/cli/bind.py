"""`twinviewer bind`: which variable of a server is which tag of a scene."""

import argparse
import sys
from pathlib import Path

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
    from twinviewer.model.errors import SceneError
    from twinviewer.scene.binding import propose, table
    from twinviewer.scene.draft import read_draft

    draft = read_draft(args.scene, geometry=False)
    variables = asked(args.feed, lambda: browse(args.feed, feed_options(args)))
    proposals = propose(draft, variables)
    text = table(proposals, draft.scene.namespaces, args.sure)
    if args.output is None:
        print(text, end="")
    else:
        try:
            args.output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise SceneError(f"the table cannot be written: {error.strerror}.", str(args.output)) from None
    found = {(p.asset_id, p.key) for p in proposals}
    asked = {(tag.asset_id, tag.key) for tag in draft.scene.tags}
    asked |= {
        (a.asset_id, t.key) for a in draft.scene.assets if a.type in draft.types for t in draft.types[a.type].tags
    }
    kept = sum(p.kept for p in proposals)
    sure = sum(not p.kept and p.confidence >= args.sure for p in proposals)
    doubtful = len(proposals) - kept - sure
    print(
        f"{len(variables)} variables on the server. {kept} tags are right as written, {sure} proposals are accepted, "
        f"{doubtful} wait for a decision, {len(asked - found)} tags have none.",
        file=sys.stderr,
    )
    return 1 if asked - found else 0
