"""The work orders of a scene as the maintenance panel keeps them: their file, and changes that threads carry out."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twinviewer.maintenance.orders.calendar_file import icalendar
from twinviewer.maintenance.orders.connector import CsvConnector
from twinviewer.maintenance.orders.model import Order, OrderState
from twinviewer.maintenance.orders.store import FILE, OrderStore
from twinviewer.maintenance.results import PlannedJob
from twinviewer.model.errors import DataError
from twinviewer.scene.scene import Scene

Tell = Callable[[float, str], None]
SETTINGS = "maintenance.toml"  # the name in maintenance.settings, whose import is too slow for the way to a window
TITLES = {
    OrderState.PROPOSED: "Proposed",
    OrderState.APPROVED: "Approved",
    OrderState.SCHEDULED: "Scheduled",
    OrderState.IN_PROGRESS: "In progress",
    OrderState.ON_HOLD: "On hold",
    OrderState.DONE: "Done",
    OrderState.CANCELLED: "Cancelled",
}


def data_folder() -> Path:
    """Where twinviewer keeps what was worked out and decided, after the habits of the system."""
    import platformdirs

    return platformdirs.user_data_path("twinviewer", appauthor=False)


def orders_file(scene: Scene, folder: Path | None = None) -> Path:
    """The file of a scene's work orders; scenes of the same name in other places have their own."""
    place = str(scene.path.resolve())
    name = re.sub(r"[^a-z0-9]+", "-", scene.name.lower()).strip("-") or "scene"
    key = hashlib.sha256(place.encode()).hexdigest()[:12]
    return (folder or data_folder()) / "maintenance" / f"{name}-{key}" / FILE


def settings_file(scene: Scene) -> Path:
    """Where the scene's maintenance.toml is, or would be."""
    return (scene.path if scene.path.is_dir() else scene.path.parent) / SETTINGS


def read(path: Path, progress: Tell) -> tuple[Order, ...]:
    """All work orders; none where there is no file yet. Raises DataError."""
    if not path.exists():
        return ()
    with OrderStore(path) as store:
        return store.orders()


def add(path: Path, order: Order, by: str, why: str, progress: Tell) -> tuple[tuple[Order, ...], str]:
    """Add one; returns all, and its number. Raises DataError."""
    with OrderStore(path) as store:
        number = store.add(order, by, why).number
        return store.orders(), number


def become(
    path: Path, number: str, state: OrderState, by: str, why: str, now_ns: int, values: dict[str, Any], progress: Tell
) -> tuple[tuple[Order, ...], str]:
    """Move one on in its life; returns all, and its number. Raises DataError where it cannot go there."""
    with OrderStore(path) as store:
        store.become(number, state, by, why, now_ns, **values)
        return store.orders(), number


def record(path: Path, number: str, progress: Tell) -> tuple[str, ...]:
    """Who changed what and why, in sentences, newest first. Raises DataError."""
    from twinviewer.panels._text import clock

    with OrderStore(path) as store:
        found = [c for c in store.changes(number) if c.what == "state"]
    said = (f"{clock(c.at_ns, 0, seconds=False)}  {c.by}: {c.after.replace('_', ' ')} ({c.why})" for c in found)
    return tuple(reversed([*said]))


def write_csv(path: Path, orders: tuple[Order, ...], progress: Tell) -> Path:
    """Work orders as CSV, the file replaced as a whole. Raises DataError."""
    CsvConnector(path).push(orders)
    return path


def write_calendar(jobs: tuple[PlannedJob, ...], now_ns: int, path: Path, progress: Tell) -> Path:
    """Planned jobs as iCalendar. Raises DataError."""
    try:
        path.write_text(icalendar(jobs, now_ns), encoding="utf-8", newline="")
    except OSError as error:
        raise DataError(f"the file cannot be written ({error})", str(path), "Check the folder.") from error
    return path
