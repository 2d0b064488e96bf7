"""Opens what a window is to show: scenes, feeds, recordings, incidents, the demo; all beside the window's thread."""

import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from twinviewer.gui.ahead import Ahead
from twinviewer.gui.garbage import settle_memory
from twinviewer.gui.main_window import MainWindow
from twinviewer.gui.opening import Opened, address_of, attach_job, load, replay, replay_job, unpack
from twinviewer.gui.turns import ask_for_short_turns
from twinviewer.model.connection import without_secret
from twinviewer.scene.scene import Scene
from twinviewer.session import LiveSource, NoSource, Source
from twinviewer.settings import Recent, SettingsStore

if TYPE_CHECKING:
    from twinviewer.feeds.options import FeedOptions
    from twinviewer.history.capsule import Capsule

SETTLE_MS = 1_000  # after the first pictures, when everything that stays is there


class Opener:
    """The part of the application that answers windows which want something opened (`gui.host.Host`)."""

    def __init__(self, settings: SettingsStore) -> None:
        self.settings = settings
        self._feed_options: dict[str, FeedOptions] = {}
        self._plants: list[Any] = []
        self._capsules: list[Capsule] = []
        self._settled = False  # whether a scene was opened before

    @staticmethod
    def appear(window: MainWindow) -> None:
        """Show a window that does not show yet, arranged as it was left."""
        if not window.isVisible():
            window.show()
            window.layouts.restore_kept()

    def close_opened(self) -> None:
        """End what was started besides the windows, and give back what was unpacked."""
        for plant in self._plants:
            plant.stop()
        self._plants.clear()
        for capsule in self._capsules:
            capsule.close()
        self._capsules.clear()

    def open_scene(
        self,
        window: MainWindow,
        path: Path,
        feed: str = "",
        past: Callable[[Scene], Source] | None = None,
        record: Path | None = None,
        ahead: Ahead | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Load in a thread, or take it from who began with it `ahead`; the window shows progress, and what it had
        before until then. `then` is called when the scene is there."""
        path = path.resolve()
        ahead = ahead if ahead is not None and ahead.path == path else None
        options = self.feed_options(feed)
        window.jobs.start(
            f"Opening {path.name}",
            load,
            path,
            feed,
            options,
            record,
            past,
            ahead,
            done=lambda opened: self._opened(window, opened, feed, past is not None, then),
            failed=window.show_error,
            thread=True,
        )
        if ahead is None:  # else a kept first picture comes first
            QTimer.singleShot(0, window, window.picture.warm_up)

    def _opened(
        self, window: MainWindow, opened: Opened, feed: str, is_past: bool, then: Callable[[], None] | None
    ) -> None:
        scene = opened.scene
        window.picture.prepared = scene, opened.layout
        former = self._settled
        self._settled = True
        if not former:  # what was read stays, and the first picture waits for no round through it
            settle_memory(former=False)
        QTimer.singleShot(SETTLE_MS, window, lambda: settle(former))
        if not is_past:
            self._remember(scene, feed)
        self.appear(window)
        window.session.set_scene(scene, LiveSource(opened.link) if opened.link is not None else opened.past)
        window.show_at_once()
        if opened.trouble is not None:
            window.show_error(opened.trouble)
        if then is not None:
            then()

    def open_recording(self, window: MainWindow, address: str, at_ns: int | None = None) -> None:
        """Look at a recording of the scene that is open; it is opened in a thread."""
        scene = window.session.scene

        def done(source: Source) -> None:
            if window.session.scene is scene:
                window.session.set_source(source)
            else:  # another scene was opened meanwhile
                source.close()

        window.jobs.start(
            "Opening the recording",
            replay_job,
            scene,
            address,
            at_ns,
            self._passes(address),
            done=done,
            failed=window.show_error,
            thread=True,
        )

    def _passes(self, address: str) -> bool:
        """Whether this recording is that of an unpacked incident, which goes with the program."""
        return any(str(capsule.recording) == address for capsule in self._capsules)

    def _past(self, address: str, at_ns: int | None) -> Callable[[Scene], Source]:
        """What opens a recording once its scene is there."""
        passing = self._passes(address)
        return lambda scene: replay(scene, address, at_ns, passing=passing)

    def reload(self, window: MainWindow) -> None:
        """Read the scene's files again; the feed, or the moment of the recording, stays."""
        session = window.session
        frame, archive = session.live_frame or session.frame, session.archive
        if frame is not None and frame.source == "replay" and archive is not None:
            address, at_ns = archive.address, frame.now_ns
            self.open_scene(window, session.scene.path, "", self._past(address, at_ns))
        else:
            self.open_scene(window, session.scene.path, address_of(session))

    def open_capsule(self, window: MainWindow, path: Path) -> None:
        """Check and unpack an incident, in a thread, and open it; what was unpacked goes with the program."""

        def done(capsule: "Capsule") -> None:
            self._capsules.append(capsule)
            self.open_scene(window, capsule.scene, "", self._past(str(capsule.recording), capsule.from_ns))

        window.jobs.start(f"Opening {path.name}", unpack, path, done=done, failed=window.show_error, thread=True)

    def connect_feed(self, window: MainWindow, url: str, options: "FeedOptions | None" = None) -> None:
        """Look at another live source in this window."""
        if options is not None:
            self._feed_options[url] = options
            if self._is_on(window, url, options):
                self._remember(window.session.scene, url)
                return
        self._connect(window, url, chosen=options is not None)

    def _connect(self, window: MainWindow, url: str, *, chosen: bool = False, record: Path | None = None) -> None:
        scene = window.session.scene

        def done(opened: Opened) -> None:
            if opened.trouble is not None:
                window.show_error(opened.trouble)
            elif opened.link is not None and window.session.scene is scene:
                window.session.set_source(LiveSource(opened.link))
                self._remember(scene, url)
            elif opened.link is not None:  # another scene was opened meanwhile
                opened.link.close()

        window.jobs.start(
            f"Connecting to {without_secret(url)}",
            attach_job,
            scene,
            url,
            self.feed_options(url),
            chosen,
            record,
            done=done,
            failed=window.show_error,
            thread=True,
        )

    @staticmethod
    def _is_on(window: MainWindow, url: str, options: "FeedOptions") -> bool:
        """Whether this window looks at that source already: then only the connection is made anew."""
        plant = window.session.plant
        if not isinstance(plant, LiveSource) or plant.link.url != url or plant.link.may_write != options.allow_write:
            return False
        plant.link.choose(options)
        if window.session.can_go_live:
            window.session.go_live()
        return True

    def feed_options(self, url: str) -> "FeedOptions | None":
        """How a person chose to connect to this source, in this session or when it was open last; None where nobody
        did."""
        if url in self._feed_options:
            return self._feed_options[url]
        for known in self.settings.value.recent:
            if url and known.feed == url and known.security:
                from twinviewer.feeds.options import FeedOptions

                files = known.user_certificate, known.user_key
                return FeedOptions(known.security, known.user, user_certificate=files[0], user_key=files[1])
        return None

    def _remember(self, scene: Scene, feed: str) -> None:
        kept = Recent(str(scene.path), scene.name, without_secret(feed), time.time_ns())
        chosen = self.feed_options(feed)
        if chosen is not None and feed:
            kept = replace(
                kept,
                security=chosen.security,
                user=chosen.user,
                user_certificate=chosen.user_certificate,
                user_key=chosen.user_key,
            )
        self.settings.remember(kept)

    def disconnect_feed(self, window: MainWindow) -> None:
        """Let go of the live source; everything becomes unknown."""
        window.session.set_source(NoSource(len(window.session.scene.tags)))

    def start_demo(self, window: MainWindow, asked: "FeedOptions | None" = None, ahead: Ahead | None = None) -> None:
        """Open the sample hall, start the embedded plant in a process of its own, and connect when both are there."""
        from twinviewer.feeds.options import FeedOptions
        from twinviewer.gui.demo import DemoPlant

        plant = DemoPlant()
        self._plants.append(plant)
        hall = plant.scene.resolve()

        def connect() -> None:
            if plant.url in self._feed_options and window.session.scene.path == hall:
                self._connect(window, plant.url, record=plant.recording)

        def ready(url: str) -> None:
            self._feed_options[url] = FeedOptions(security="none", allow_write=bool(asked and asked.allow_write))
            connect()

        self.open_scene(window, hall, ahead=ahead, then=connect)
        window.jobs.start("Starting the plant", plant.start, done=ready, failed=window.show_error, thread=True)


def _load_plots() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library says about itself
        import pyqtgraph  # noqa: F401
    settle_memory(former=False)


def settle(former: bool) -> None:
    """Load now, beside the window and while nobody waits, what draws the first trend; take all that is there out of
    later rounds of garbage collection; and let the threads that draw wait less for a processor. With a `former` scene
    the first was done, and what that scene left goes."""
    if former:
        settle_memory(former=True)
    else:
        threading.Thread(target=_load_plots, name="plots").start()
    ask_for_short_turns()
