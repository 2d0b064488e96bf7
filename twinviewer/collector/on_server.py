"""Who may write to the plant, and acknowledging an alarm of the server itself, which is such a write."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds.source import feed_of
from twinviewer.model.alarm import ServerCondition
from twinviewer.model.connection import without_secret
from twinviewer.model.errors import FeedError, TwinError
from twinviewer.model.notice import Notice


def append(audit: Path, line: Mapping[str, Any]) -> None:
    """One line in the audit log, on the disk before anything else happens. Raises FeedError."""
    try:
        with os.fdopen(os.open(audit, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(json.dumps({"time": datetime.now(UTC).isoformat(), **line}) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        remedy = "Nothing is written to the plant without a log: make this file writable."
        raise FeedError(f"the audit log cannot be written: {error}", str(audit), remedy) from error


def append_end(audit: Path, line: Mapping[str, Any]) -> str:
    """How something that was begun has ended, in the audit log; words for the person where that cannot be logged: what
    was done is done."""
    try:
        append(audit, line)
    except FeedError as error:
        return f" (how this ended is not in the log: {error.text})"
    return ""


def check_leave(pipeline: Pipeline, may_write: bool, what: str, where: str) -> None:
    """Raises FeedError where the window that asks, or the collector, was started without leave to write."""
    what = f"{what} writes to the plant, which is not allowed"
    if not may_write:
        remedy = "Open it with --allow-write, if this plant permits it."
        raise FeedError(f"{what} from this window", where, remedy)
    if not pipeline.source.options.allow_write:
        remedy = "If this plant permits it, close its windows, end its recording, and open it with --allow-write first."
        raise FeedError(f"{what}: its collector was started without --allow-write", where, remedy)


async def acknowledge(
    pipeline: Pipeline, audit: Path, condition: ServerCondition, by: str, reason: str, approved_by: str
) -> Notice:
    """Call Acknowledge, where `check_leave` let pass; that it holds is told by the server's own next event.

    Raises TwinError.
    """
    source, where = pipeline.source, condition.source or condition.name
    for word, text in (("who asks", by), ("who approved", approved_by)):
        if not text.strip():
            raise FeedError(f"an alarm is acknowledged on the server only when it is said {word}", where)
    feed = feed_of(source.url)
    call: Callable[..., Any] | None = getattr(feed, "acknowledge", None)
    if call is None:
        raise FeedError("this source cannot acknowledge alarms", source.url)
    line = {
        "command": "acknowledge", "condition": str(condition.address), "event": condition.event_id.hex(), "by": by,
        "reason": reason, "approved_by": approved_by, "url": without_secret(source.url),
    }  # fmt: skip
    append(audit, {"what": "begun", **line})
    try:
        await call(source, condition, reason or f"acknowledged by {by}")
    except TwinError as error:
        error.text += append_end(audit, {"what": f"failed: {error}", **line})
        raise
    gap = append_end(audit, {"what": "done", **line})
    text = f"{where}: {condition.message} acknowledged on the server{gap}."
    return Notice("warning" if gap else "info", text, "", where, f"acknowledge:{condition.key}")
