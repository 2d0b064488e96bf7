"""`twinviewer open`: the window."""

import argparse
import gc
import os
import signal
import sys
from pathlib import Path

MEMORY = "ARROW_DEFAULT_MEMORY_POOL", "system"  # gives back what reading a recording took
HELP = "open a scene in a window (without one: the first page)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli._feed import add_feed_arguments, add_write_argument
    from twinviewer.cli._source import add_recording_arguments

    parser.add_argument("scene", nargs="?", type=Path, metavar="SCENE", help="scene folder, geometry file or capsule")
    add_feed_arguments(parser)
    add_write_argument(parser)
    add_recording_arguments(parser)
    parser.add_argument("--record", type=Path, metavar="DIR", help="record the live source into this folder meanwhile")
    add_window_arguments(parser)


def add_window_arguments(parser: argparse.ArgumentParser) -> None:
    """What `open` and `demo` share."""
    parser.add_argument("--mode", metavar="M", help="colour by status, vibration or energy")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="theme of the window (as the system)")
    parser.add_argument("--wall", action="store_true", help="start in wall mode, for a large screen")
    parser.add_argument("--size", type=window_size, metavar="WxH", help="size of the window, for example 1366x768")
    parser.add_argument("--safe-mode", action="store_true", help="start with defaults: no kept layout, nothing saved")


def window_size(text: str) -> tuple[int, int]:
    """ "1920x1080" as (1920, 1080). Raises argparse.ArgumentTypeError."""
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 64 <= int(width) <= 16384 and 64 <= int(height) <= 16384):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1920x1080 (each side 64 to 16384)")
    return int(width), int(height)


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 3 without a screen."""
    return run_window(args, args.scene, demo=False)


def run_window(args: argparse.Namespace, scene: Path | None, demo: bool) -> int:
    """Open the window and stay until it is closed."""
    from twinviewer.cli._display import NO_SCREEN, check_mode, has_screen

    check_mode(args.mode)
    if not has_screen():
        print(NO_SCREEN, file=sys.stderr)
        return 3
    os.environ.setdefault(*MEMORY)
    gc.disable()  # the window collects when it has time (gui.garbage); while modules load there is nothing to collect
    try:
        return _stay(args, scene, demo)
    finally:
        gc.enable()


def _stay(args: argparse.Namespace, scene: Path | None, demo: bool) -> int:
    from twinviewer.gui.ahead import begin

    ahead = begin(scene, demo)  # before the window's libraries are loaded, which leaves a processor idle

    from twinviewer.app import Application, Start, make_qt
    from twinviewer.cli._feed import feed_options
    from twinviewer.cli._source import Chosen
    from twinviewer.model.errors import RecordingError
    from twinviewer.settings import SettingsStore

    feed = getattr(args, "feed", None) or ""
    record = getattr(args, "record", None)
    if record is not None and not feed:
        raise RecordingError("--record speaks of a live source", remedy="Give --feed URL too.")
    choice = Chosen(scene, getattr(args, "recording", None), getattr(args, "at", None), feed)
    overrides = {"theme": args.theme, "mode": args.mode}
    settings = SettingsStore(overrides=overrides, keep=not args.safe_mode)
    qt = make_qt(["twinviewer"])
    application = Application(qt, settings, args.safe_mode)
    options = feed_options(args)  # without a feed: what the dialog Connect begins with
    past = choice.source if choice.recording else None
    application.start(Start(choice.scene, feed, options, args.wall, demo, args.size, past, record, ahead))
    application.quit_on(signal.SIGINT, signal.SIGTERM)
    try:
        return qt.exec()
    finally:
        choice.close()
