"""The words of a command line that say how a live source is secured and who signs on."""

import argparse

from twinviewer.feeds.options import FeedOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--security` and who signs on."""
    parser.add_argument(
        "--security",
        default="auto",
        metavar="POLICY",
        help="auto (the best the server offers; none only on this machine), none, or POLICY,MODE such as "
        "Basic256Sha256,SignAndEncrypt",
    )
    parser.add_argument("--user", metavar="NAME", help="user name; the password comes from the system keyring")
    parser.add_argument("--user-certificate", metavar="FILE", help="sign on with this X.509 certificate (DER or PEM)")
    parser.add_argument("--user-key", metavar="FILE", help="its private key (PEM)")
    parser.add_argument(
        "--plain-password", action="store_true", help="send the password even where others can read it on the way"
    )


def options_of(args: argparse.Namespace, allow_write: bool = False) -> FeedOptions:
    """What was chosen; the defaults for a command that does not take these words."""
    return FeedOptions(
        security=getattr(args, "security", "auto"),
        user=getattr(args, "user", None) or "",
        user_certificate=getattr(args, "user_certificate", None) or "",
        user_key=getattr(args, "user_key", None) or "",
        plain_password=getattr(args, "plain_password", False),
        allow_write=allow_write,
    )
