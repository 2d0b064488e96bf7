"""The options that every command with a live feed shares."""

import argparse
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from twinviewer.feeds import arguments
from twinviewer.feeds.options import FeedOptions
from twinviewer.model.errors import FeedError

_T = TypeVar("_T")


def add_feed_arguments(parser: argparse.ArgumentParser, required: bool = False) -> None:
    """`--feed` and how to secure it."""
    parser.add_argument("--feed", metavar="URL", required=required, help="live source, for example opc.tcp://plc:4840")
    arguments.add_arguments(parser)


def add_write_argument(parser: argparse.ArgumentParser) -> None:
    """`--allow-write`, for commands with a window: nothing is written to a plant without it."""
    parser.add_argument(
        "--allow-write",
        action="store_true",
        help="let people set values and acknowledge alarms on the server, each with reason and approval, all logged",
    )


def feed_options(args: argparse.Namespace) -> FeedOptions:
    """The chosen options."""
    return arguments.options_of(args, getattr(args, "allow_write", False))


def asked(url: str, work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Ask a server something and wait for the answer. Raises FeedError, always with what to do about it."""
    import asyncio

    from twinviewer.feeds.source import feed_of

    feed_of(url)
    try:
        return asyncio.run(work())
    except FeedError as error:
        error.remedy = error.remedy or "Check the address, and that the server runs and can be reached from here."
        raise
