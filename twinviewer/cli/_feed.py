"""The options that every command with a live feed shares."""

import argparse

from twinviewer.feeds.options import FeedOptions


def add_feed_arguments(parser: argparse.ArgumentParser, required: bool = False) -> None:
    """`--feed` and how to secure it."""
    parser.add_argument("--feed", metavar="URL", required=required, help="live source, for example opc.tcp://plc:4840")
    parser.add_argument(
        "--security",
        default="auto",
        metavar="POLICY",
        help="auto (the best the server offers; none only on this machine), none, or POLICY,MODE such as "
        "Basic256Sha256,SignAndEncrypt",
    )
    parser.add_argument("--user", metavar="NAME", help="user name; the password comes from the system keyring")


def feed_options(args: argparse.Namespace) -> FeedOptions:
    """The chosen options."""
    return FeedOptions(security=args.security, user=args.user or "")
