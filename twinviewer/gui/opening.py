"""What is done to open a scene, a feed, a recording or a capsule, beside the window's thread where that takes long."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.gui.ahead import Ahead, read
from twinviewer.model.errors import FeedError, TwinError
from twinviewer.scene.scene import Scene
from twinviewer.session import LiveSource, Session, Source

if TYPE_CHECKING:
    from twinviewer.collector.link import CollectorLink
    from twinviewer.feeds.options import FeedOptions
    from twinviewer.history.capsule import Capsule
    from twinviewer.view.layout import Layout


@dataclass(frozen=True)
class Opened:
    """What the thread hands over; `trouble` where the scene opened but the feed or recording did not, `layout` what
    it worked out for the picture, `past` the recording that was asked for."""

    scene: Scene
    link: "CollectorLink | None"
    trouble: TwinError | None = None
    layout: "Layout | None" = None
    past: Source | None = None


def load(
    path: Path,
    feed: str,
    options: "FeedOptions | None",
    record: Path | None = None,
    past: Callable[[Scene], Source] | None = None,
    ahead: Ahead | None = None,
    *,
    progress: Callable[[float, str], None],
) -> Opened:
    """Load a scene, or take it from who began with it `ahead`, and attach to its collector, or open its `past`; runs
    in a thread. Raises SceneError."""
    scene, layout = read(path, progress) if ahead is None else ahead.take(progress)
    if past is not None:
        progress(1.0, "opening the recording")
        try:
            return Opened(scene, None, layout=layout, past=past(scene))
        except TwinError as error:
            return Opened(scene, None, error, layout)
    if not feed:
        return Opened(scene, None, layout=layout)
    progress(1.0, "connecting")
    return replace(attach_to(scene, feed, options, record), layout=layout)


def attach_to(
    scene: Scene, feed: str, options: "FeedOptions | None", record: Path | None = None, chosen: bool = False
) -> Opened:
    """A collector for an open scene; a feed that cannot be used is told, the scene stays."""
    from twinviewer.collector.link import attach
    from twinviewer.feeds.options import FeedOptions

    try:
        return Opened(scene, attach(scene.path, scene, feed, options or FeedOptions(), record=record, chosen=chosen))
    except FeedError as error:
        return Opened(scene, None, error)


def attach_job(
    scene: Scene,
    url: str,
    options: "FeedOptions | None",
    chosen: bool,
    record: Path | None = None,
    *,
    progress: Callable[[float, str], None],
) -> Opened:
    """The same as a job; `chosen` where a person chose the options just now."""
    progress(-1.0, "")
    return attach_to(scene, url, options, record, chosen=chosen)


def address_of(session: Session) -> str:
    """Where the plant of a session is, as the person wrote it: what is shown of it holds no password."""
    plant, frame = session.plant, session.live_frame or session.frame
    if isinstance(plant, LiveSource):
        return plant.link.url
    return frame.connection.url if frame is not None else ""


def replay(scene: Scene, address: str, at_ns: int | None, passing: bool) -> Source:
    """A recording as the source of an open scene, at its end where no moment is given. Raises RecordingError."""
    from twinviewer.session.replay_beside import open_beside

    return open_beside(address, scene, at_ns, follow=not passing, passing=passing)


def replay_job(
    scene: Scene, address: str, at_ns: int | None, passing: bool, *, progress: Callable[[float, str], None]
) -> Source:
    """The same as a job, for a thread."""
    progress(-1.0, "")
    return replay(scene, address, at_ns, passing)


def unpack(path: Path, *, progress: Callable[[float, str], None]) -> "Capsule":
    """Check and unpack an incident; its files go when it is closed. Raises RecordingError."""
    from twinviewer.history.capsule import open_capsule

    return open_capsule(path, progress)
