"""What the parts of the maintenance panel share: session, commands, files, and work that runs beside the window."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twinviewer.model.asset import Asset
from twinviewer.model.errors import TwinError
from twinviewer.model.notice import Notice
from twinviewer.panels import _maint_book as book
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.jobs import Job
from twinviewer.session import Session

GROUP = "Maintenance"


class Desk:
    """One per panel. Outcomes of jobs are used only while the same scene is open."""

    def __init__(self, session: Session, actions: Actions) -> None:
        self.session, self.actions = session, actions
        self.folder: Path | None = None  # of all work orders; None: the person's own
        self.clock: Callable[[], int] = time.time_ns  # UTC ns, where the window shows no moment
        self._epoch = 0

    def close(self) -> None:
        """Another scene, or the end: what still runs is of no use."""
        self._epoch += 1

    @property
    def file(self) -> Path:
        """The file of this scene's work orders."""
        return book.orders_file(self.session.scene, self.folder)

    @property
    def now_ns(self) -> int:
        """The moment that the window shows."""
        frame = self.session.frame
        return frame.now_ns if frame is not None else self.clock()

    @property
    def asset(self) -> Asset | None:
        """The selected asset."""
        chosen = self.session.selection
        return next((a for a in self.session.scene.assets if a.asset_id == chosen), None)

    @property
    def asset_id(self) -> str:
        """The id of the selected asset, "" for none."""
        asset = self.asset
        return asset.asset_id if asset is not None else ""

    @property
    def recording(self) -> Path | None:
        """The recording that is open, or the one that the plant's collector makes; None without one."""
        archive = getattr(self.session, "archive", None)
        address = archive.address if archive is not None else ""
        return Path(address) if address and "://" not in address else None

    def select(self, asset_id: str) -> None:
        """Select an asset of the scene; work orders may name others."""
        if any(a.asset_id == asset_id for a in self.session.scene.assets):
            self.session.select(asset_id)

    def fly(self, asset_id: str) -> None:
        """Select an asset and show it in the picture."""
        if any(a.asset_id == asset_id for a in self.session.scene.assets):
            self.session.fly_to(asset_id)

    def say(self, text: str) -> None:
        """Tell the person that something is done."""
        self.session.notice.emit(Notice("info", text))

    def failed(self, error: Exception) -> None:
        """Tell the person what went wrong."""
        if isinstance(error, TwinError):
            self.session.notice.emit(Notice("error", error.text, error.remedy, error.where))
        else:
            self.session.notice.emit(Notice("error", str(error), "Try again; the log has more."))

    def run(
        self, title: str, function: Callable[..., Any], *arguments: Any, done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None, cancelled: Callable[[], object] | None = None,
    ) -> Job:  # fmt: skip
        """Run beside the window: what minds files in a thread, what calculates in a process."""
        epoch = self._epoch

        def still(call: Callable[..., object]) -> Callable[..., object]:
            return lambda *found: call(*found) if epoch == self._epoch else None

        light = function.__module__ == book.__name__
        return self.actions.jobs.start(
            title, function, *arguments, done=still(done), failed=still(failed or self.failed),
            cancelled=still(cancelled) if cancelled is not None else None, thread=light,
        )  # fmt: skip
