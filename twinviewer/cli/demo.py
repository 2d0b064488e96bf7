"""`twinviewer demo`: the sample hall with its simulated plant, in a window."""

import argparse

HELP = "open the sample hall on a simulated plant"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli._feed import add_write_argument
    from twinviewer.cli.open import add_window_arguments

    add_window_arguments(parser)
    add_write_argument(parser)


def run(args: argparse.Namespace) -> int:
    """The plant is a child process and ends with the window."""
    from twinviewer.cli.open import run_window

    return run_window(args, None, demo=True)
