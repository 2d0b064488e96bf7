"""`twinviewer snapshot`: a picture of a scene, or of the whole window, without anybody at the screen."""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import SceneError, TwinError
from twinviewer.model.notice import Notice

if TYPE_CHECKING:
    import numpy as np

    from twinviewer.gui.main_window import MainWindow
    from twinviewer.model.frame import Frame
    from twinviewer.scene.scene import Scene

HELP = "write a picture of a scene, or of the whole window, to a PNG file"
QUIET_S = 1.0
SETTLE_S = 1.2  # so long must everything that is to be seen be there, and so many frames be shown
SETTLE_FRAMES = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli._feed import add_feed_arguments
    from twinviewer.cli._source import add_recording_arguments
    from twinviewer.cli.open import window_size

    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder, geometry file or capsule")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.png", help="where to write")
    add_feed_arguments(parser)
    add_recording_arguments(parser)
    parser.add_argument("--mode", default="status", metavar="M", help="colour by status, vibration or energy")
    parser.add_argument("--theme", choices=("light", "dark"), default="dark", help="theme (dark)")
    parser.add_argument("--size", type=window_size, default=(1920, 1080), metavar="WxH", help="size (1920x1080)")
    parser.add_argument("--window", action="store_true", help="the whole window instead of the 3D picture")
    parser.add_argument("--select", metavar="ASSET", help="select this asset")
    parser.add_argument("--wait", type=float, default=20.0, metavar="S", help="wait at most this long for data (20 s)")


def run(args: argparse.Namespace) -> int:
    """Exit code 0; 1 when the feed gave nothing in time (the picture is written all the same)."""
    from twinviewer.cli._display import check_mode

    check_mode(args.mode)
    if args.output.suffix.lower() != ".png":
        raise TwinError("A picture is written as PNG.", str(args.output), "Give a name that ends in .png.")
    if not args.output.parent.is_dir():
        raise TwinError("The folder does not exist.", str(args.output.parent), "Make it first.")
    from twinviewer.cli._source import chosen

    choice = chosen(args)
    args.scene, args.past = choice.scene, choice.source if choice.recording else None
    try:
        return _window(args) if args.window else _picture(args)
    finally:
        choice.close()


# -- the 3D picture alone ---------------------------------------------------------------------------------------


def _picture(args: argparse.Namespace) -> int:
    from twinviewer import colours
    from twinviewer.gui.marks import patches
    from twinviewer.scene.scene import load_scene
    from twinviewer.view.stage import Stage

    scene = load_scene(args.scene)
    row = _row(scene, args.select)
    frame, complete = _frame(args, scene)
    stage = Stage()
    try:
        stage.window.SetSize(*args.size)
        stage.show(scene, args.theme)
        rgba = colours.table(args.mode, frame, scene, args.theme)
        stage.set_colours(rgba)
        stage.set_patches(patches(frame, args.mode, rgba))
        stage.follow(frame.tags)
        stage.home(animate=False)
        stage.select(row)
        pixels = stage.image(*args.size)
    finally:
        stage.close()
    _write(args.output, pixels)
    return _told(frame, complete)


def _row(scene: "Scene", asset_id: str | None) -> int | None:
    if asset_id is None:
        return None
    try:
        return scene.asset(asset_id).index
    except KeyError:
        raise TwinError(
            f"There is no asset {asset_id!r} in {scene.name}.", "--select", "See `twinviewer check`."
        ) from None


def _frame(args: argparse.Namespace, scene: "Scene") -> tuple["Frame", bool]:
    """The frame to draw, and whether everything that was to come came."""
    from twinviewer.session import Session

    if args.past is not None:
        session = Session(scene, args.past(scene))
        try:
            return session.tick(time.time_ns()), True
        finally:
            session.close()
    if not args.feed:
        return Session(scene).tick(time.time_ns()), True
    from twinviewer.cli._feed import feed_options
    from twinviewer.collector.link import attach
    from twinviewer.session import LiveSource

    session = Session(scene, LiveSource(attach(args.scene.resolve(), scene, args.feed, feed_options(args))))
    waiter = Waiter(args.wait)
    try:
        while True:
            frame = session.tick(time.time_ns())
            done = waiter.done(frame)
            if done is not None:
                return frame, done
            time.sleep(0.05)
    finally:
        session.close()


class Waiter:
    """Decides when enough has come: every tag that will come has come, or nothing new for a while."""

    def __init__(self, patience_s: float) -> None:
        self._end = time.monotonic() + patience_s
        self._count = -1
        self._since = time.monotonic()

    def done(self, frame: "Frame") -> bool | None:
        """True when the data is there, False when time is up without any, None to go on waiting."""
        from twinviewer.model.connection import Link

        now = time.monotonic()
        count = int((frame.tags.received_ns > 0).sum())
        if count != self._count:
            self._count, self._since = count, now
        connected = frame.connection.link in (Link.CONNECTED, Link.DEGRADED)
        if connected and count and (count == len(frame.tags.value) or now - self._since > QUIET_S):
            return True
        if frame.connection.link is Link.REFUSED or now > self._end:
            return False
        return None


def _told(frame: "Frame | None", complete: bool) -> int:
    """The exit code, with a sentence where not everything came."""
    if complete:
        return 0
    why = f" ({frame.connection.why})" if frame is not None and frame.connection.why else ""
    text = f"twinviewer: the feed gave nothing usable in time{why}; the picture shows it as unknown."
    print(text, file=sys.stderr)
    return 1


def _write(path: Path, pixels: "np.ndarray") -> None:
    from PIL import Image

    part = path.with_name(f".{path.name}.part")
    try:
        Image.fromarray(pixels).save(part, format="PNG")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TwinError(f"The picture could not be written: {error.strerror}.", str(path)) from error


# -- the whole window -------------------------------------------------------------------------------------------


def _window(args: argparse.Namespace) -> int:
    from twinviewer.cli._display import virtual_screen

    with virtual_screen(*args.size):
        return _grab_window(args)


def _grab_window(args: argparse.Namespace) -> int:
    from twinviewer.app import Application, Start, make_qt
    from twinviewer.cli._feed import feed_options
    from twinviewer.settings import SettingsStore

    overrides = {"theme": args.theme, "mode": args.mode, "motion": "reduced"}
    qt = make_qt(["twinviewer"])
    application = Application(qt, SettingsStore(overrides=overrides, keep=False), safe_mode=True)
    options = feed_options(args) if args.feed else None
    window = application.start(Start(args.scene, args.feed or "", options, size=args.size, past=args.past))
    waiter = WindowWaiter(window, args)
    try:
        complete = waiter.wait(qt.processEvents)
        window.picture.render_refined()
        if not window.grab().save(str(args.output), "PNG"):
            raise TwinError("The picture could not be written.", str(args.output), "Choose a folder you may write to.")
        frame = window.session.frame
    finally:
        application.quit()
        qt.processEvents()
    return _told(frame, complete)


class WindowWaiter:
    """Lets the window live until it shows what it can: the scene, then the data, then one more drawing."""

    def __init__(self, window: "MainWindow", args: argparse.Namespace) -> None:
        self._window = window
        self._args = args
        self._data = Waiter(args.wait)

    def wait(self, process_events: Callable[[], None]) -> bool:
        """Whether all that was to come came. Raises TwinError when the scene cannot be opened."""
        window = self._window
        failures: list[Notice] = []
        window.session.notice.connect(lambda n: failures.append(n) if n.level == "error" else None)
        while not window.has_scene:
            self._pump(process_events)
            if failures:
                raise SceneError(failures[0].text, failures[0].where, failures[0].remedy)
        _row(window.session.scene, self._args.select)
        window.session.select(self._args.select)
        done = None if self._args.feed else True
        while done is None:
            self._pump(process_events)
            if window.session.frame is not None and window.session.frame.source == "live":
                done = self._data.done(window.session.frame)
            elif failures:
                done = False
        self._settle(process_events)
        return done

    def _settle(self, process_events: Callable[[], None]) -> None:
        """Wait until everything is there and has stood for a while, or until patience ends.

        On a busy machine a while alone may pass before the panels that are made late are made, or have seen a frame.
        """
        latest = time.monotonic() + SETTLE_S + self._args.wait
        stands_at, seen, frames = time.monotonic(), self._window.session.frame, 0
        while (now := time.monotonic()) < latest and (now - stands_at < SETTLE_S or frames < SETTLE_FRAMES):
            self._pump(process_events)
            if not self._complete:
                stands_at, frames = time.monotonic(), 0
            elif self._window.session.frame is not seen:
                frames += 1
            seen = self._window.session.frame

    @property
    def _complete(self) -> bool:
        """Whether the picture was drawn, every panel was made, and no part of the recording is still being read."""
        archive = self._window.session.archive
        reading = archive is not None and archive.busy
        return self._window.picture.drawn and self._window.docks.complete and not reading

    @staticmethod
    def _pump(process_events: Callable[[], None]) -> None:
        process_events()
        time.sleep(0.01)
