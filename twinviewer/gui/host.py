"""What a window may ask of the application that made it; `twinviewer.app` answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from twinviewer.settings import SettingsStore

if TYPE_CHECKING:
    from twinviewer.feeds.options import FeedOptions
    from twinviewer.gui.main_window import MainWindow


class Host(Protocol):
    """The application: opens scenes, connects, makes windows."""

    settings: SettingsStore
    safe_mode: bool

    def open_scene(self, window: "MainWindow", path: Path, feed: str = "") -> None:
        """Load a scene into a window, in the background, and connect it to `feed` if one is given."""
        ...

    def open_recording(self, window: "MainWindow", address: str, at_ns: int | None = None) -> None:
        """Look at a recording of the scene that is open. Raises RecordingError."""
        ...

    def open_capsule(self, window: "MainWindow", path: Path) -> None:
        """Check, unpack and open an incident, in the background."""
        ...

    def reload(self, window: "MainWindow") -> None:
        """Read the scene's files again; the feed, or the moment of the recording, stays."""
        ...

    def connect_feed(self, window: "MainWindow", url: str, options: "FeedOptions | None" = None) -> None:
        """Look at another live source in this window."""
        ...

    def disconnect_feed(self, window: "MainWindow") -> None:
        """Let go of the live source; everything becomes unknown."""
        ...

    def feed_options(self, url: str) -> "FeedOptions | None":
        """How this source was connected to in this session, None where nobody chose."""
        ...

    def start_demo(self, window: "MainWindow") -> None:
        """Start the embedded plant and open the sample hall on it."""
        ...

    def new_window(self, window: "MainWindow") -> None:
        """Another window on the same scene and the same collector."""
        ...

    def set_theme(self, wanted: str) -> None:
        """ "system", "light" or "dark" for all windows, kept for the next time."""
        ...

    def change_settings(self, **fields: Any) -> None:
        """Keep choices and let them take effect at once in all windows."""
        ...

    def closed(self, window: "MainWindow") -> None:
        """A window was closed."""
        ...

    def quit(self) -> None:
        """Close all windows."""
        ...
