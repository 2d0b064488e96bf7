"""`twinviewer collector`: the process behind the windows, as they start it themselves; on its own for a server."""

import argparse

HELP = "receive a live source for any number of windows, without one of its own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.collector.__main__ import add_arguments as add

    add(parser)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 at the end, 3 when another collector serves this scene and feed."""
    from twinviewer.collector.__main__ import serve

    return serve(args)
