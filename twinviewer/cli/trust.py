"""`twinviewer trust`: accept the certificate of a server once, by its fingerprint."""

import argparse

HELP = "trust the certificate of a server that was refused as unknown"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "fingerprint",
        nargs="?",
        default="",
        metavar="FINGERPRINT",
        help="SHA-256 fingerprint, or at least its first 8 digits; without one, the waiting certificates are listed",
    )


def run(args: argparse.Namespace) -> int:
    """Exit code 0; 1 when nothing waits. Raises FeedError for a fingerprint that nobody showed."""
    from twinviewer.feeds.trust import standard_store

    store = standard_store()
    if args.fingerprint:
        print(f"trusted from now on: {store.trust(args.fingerprint)}")
        return 0
    waiting = store.waiting()
    for fingerprint, subject in waiting:
        print(f"SHA-256 {fingerprint}  {subject}")
    if not waiting:
        print("no certificate waits to be trusted")
    return 0 if waiting else 1
