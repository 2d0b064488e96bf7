"""The work orders of a scene as the maintenance panel keeps them: their file, and changes that threads carry out."""

import hashlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinviewer.maintenance.orders.calendar_file import icalendar
from twinviewer.maintenance.orders.connector import CsvConnector
from twinviewer.maintenance.orders.model import Change, Check, Decision, Order, OrderState
from twinviewer.maintenance.orders.plan_table import plan_table
from twinviewer.maintenance.orders.store import FILE, OrderStore
from twinviewer.maintenance.plan_results import PlannedJob
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


# What a record names besides states and ticks, where it was known before.
_FIELDS = {
    "title": "work", "kind": "kind", "start_ns": "start", "due_ns": "due", "crew": "crew", "skill": "skill",
    "people": "people", "also": "together with", "duration_h": "hours", "part": "part", "tools": "tools",
    "lock_out": "lock-out", "stops": "must stand",
}  # fmt: skip


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


def skills_and_parts(scene: Scene) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The skills of the crews and the spare parts in the scene's maintenance.toml, none where it cannot be read:
    planning says why."""
    try:
        tables = tomllib.loads(settings_file(scene).read_text("utf-8-sig"))
        skills = {str(skill) for crew in tables.get("crew", []) for skill in crew.get("skills", ())}
        parts = {str(part.get("name", "")) for part in tables.get("part", [])} - {""}
        return tuple(sorted(skills)), tuple(sorted(parts))
    except (OSError, ValueError, AttributeError, TypeError):
        return (), ()


def read(path: Path, progress: Tell) -> tuple[Order, ...]:
    """All work orders; none where there is no file yet. Raises DataError."""
    if not path.exists():
        return ()
    with OrderStore(path) as store:
        return store.orders()


def stamp(path: Path) -> tuple[int, ...]:
    """What changes whenever a program has written to a file of work orders: times and sizes of it and of what waits
    beside it (WAL); looking at it writes nothing."""
    found = []
    for part in (path, path.with_name(path.name + "-wal")):
        try:
            told = part.stat()
        except OSError:
            continue
        found += [told.st_mtime_ns, told.st_size] if told.st_size else []
    return tuple(found)


def decisions(path: Path, progress: Tell) -> tuple[Decision, ...]:
    """What persons decided about evidence cards, oldest first. Raises DataError."""
    if not path.exists():
        return ()
    with OrderStore(path) as store:
        return store.decisions()


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


def check(
    path: Path, number: str, line: int, on: bool, by: str, now_ns: int, progress: Tell
) -> tuple[tuple[Order, ...], str]:
    """Tick one line of a checklist, or take the tick back; returns all, and its number. Raises DataError."""
    with OrderStore(path) as store:
        lines = list(store.order(number).checks)
        lines[line] = Check(lines[line].text, on, by if on else "", now_ns if on else 0)
        why = f"{'done' if on else 'not done'}: {lines[line].text}"
        store.change(number, by, why, now_ns, checks=tuple(lines))
        return store.orders(), number


def read_csv(path: Path, table: Path, by: str, progress: Tell) -> tuple[tuple[Order, ...], str]:
    """Take in the work orders of a CSV file that are not known yet; returns all, and a sentence. Raises DataError."""
    found = CsvConnector(table).fetch()
    with OrderStore(path) as store:
        added, _updated = store.take_in(found, by, f"imported from {table.name}")
        kept = f", {len(found) - added} known already and left as they are" if len(found) > added else ""
        return store.orders(), f"{added} work orders added from {table.name}{kept}"


def record(path: Path, number: str, progress: Tell) -> tuple[str, ...]:
    """Who changed what and why, in sentences, newest first. Raises DataError."""
    from twinviewer.panels._text import clock

    with OrderStore(path) as store:
        found = [(c, _change_said(c)) for c in store.changes(number)]
    return tuple(f"{clock(c.at_ns, 0, seconds=False)}  {c.by}: {text}" for c, text in reversed(found) if text)


def _change_said(change: Change) -> str:
    """What was changed and why; "" for what goes with another change, such as the crew with the schedule."""
    from twinviewer.panels._text import clock

    before, after, why = change.before, change.after, change.why
    if change.what == "checks":
        return why
    if change.what == "state":
        return f"{after.replace('_', ' ')} ({why})"
    if change.what not in _FIELDS or before in ("", "0", "None"):
        return ""
    if change.what.endswith("_ns"):
        before, after = (clock(int(text), 0, seconds=False) for text in (before, after))
    return f"{_FIELDS[change.what]} {before} → {after or 'none'} ({why})"


@dataclass(frozen=True)
class Takeover:
    """How a whole plan becomes work orders: `fresh` are made of proposals of the planner, by the name of their job;
    `known` are numbers by the name of their job."""

    jobs: tuple[PlannedJob, ...]
    fresh: dict[str, Order]
    known: dict[str, str]


def schedule_plan(
    path: Path, takeover: Takeover, by: str, why: str, now_ns: int, progress: Tell
) -> tuple[tuple[Order, ...], int]:
    """Give all jobs of a plan their time and crew: proposals become work orders and are approved on the way; what has
    begun stays. Returns all work orders, and how many are scheduled by this. Raises DataError."""
    count = 0
    with OrderStore(path) as store:
        for job in takeover.jobs:
            if job.work_order in takeover.fresh:
                number = store.add(takeover.fresh[job.work_order], by, why).number
            elif job.work_order in takeover.known:
                number = takeover.known[job.work_order]
            else:
                continue
            count += _schedule(store, number, job, by, why, now_ns)
        return store.orders(), count


def _schedule(store: OrderStore, number: str, job: PlannedJob, by: str, why: str, now_ns: int) -> bool:
    order = store.order(number)
    times = {"start_ns": job.start_ns, "end_ns": job.end_ns, "crew": job.crew}
    if order.state is OrderState.PROPOSED:
        order = store.become(number, OrderState.APPROVED, by, why, now_ns)
    if order.state is OrderState.APPROVED:
        store.become(number, OrderState.SCHEDULED, by, why, now_ns, **times)
        return True
    if order.state is OrderState.SCHEDULED and (order.start_ns, order.crew) != (job.start_ns, job.crew):
        store.change(number, by, why, now_ns, **times)
        return True
    return False


def write_csv(path: Path, orders: tuple[Order, ...], progress: Tell) -> Path:
    """Work orders as CSV, the file replaced as a whole. Raises DataError."""
    CsvConnector(path).push(orders)
    return path


def write_cards(path: Path, orders: tuple[Order, ...], places: dict[str, str], now_ns: int, progress: Tell) -> Path:
    """Job cards as PDF, a page per work order. Raises DataError."""
    from twinviewer.panels import _maint_job_card as cards

    return cards.write(path, orders, places, now_ns, progress)


def write_plan(jobs: tuple[PlannedJob, ...], now_ns: int, path: Path, progress: Tell) -> Path:
    """Planned jobs as CSV where the file is named so, else as iCalendar. Raises DataError."""
    text = plan_table(jobs) if path.suffix.lower() == ".csv" else icalendar(jobs, now_ns)
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise DataError(f"the file cannot be written ({error})", str(path), "Check the folder.") from error
    return path
