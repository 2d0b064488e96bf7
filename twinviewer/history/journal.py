"""Rare things, one JSON object a line, one file a day: alarms, people's actions, the connection."""

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from twinviewer.history.layout import NOTES, day_name
from twinviewer.history.typed import made
from twinviewer.model.alarm import Alarm, AlarmEvent, AlarmState
from twinviewer.model.connection import Connection, Link, without_secret


def append(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Add lines, all or none; a line torn by a kill before is ended first, so that it cannot spoil the next.

    Raises OSError.
    """
    text = "".join(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        size = os.fstat(descriptor).st_size
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":
                text = "\n" + text
        line = memoryview(text.encode(errors="replace"))  # half a character of a pasted text is no reason to fail
        raw = line
        try:
            while len(raw):
                raw = raw[os.write(descriptor, raw) :]
            os.fsync(descriptor)  # rare, and the only account of it
        except OSError:
            _take_back(descriptor, size, len(line) - len(raw))
            raise
    finally:
        os.close(descriptor)


def _take_back(descriptor: int, size: int, written: int) -> None:
    """Leave a file as it was: who tries again would have some lines twice. Not where somebody else wrote behind us."""
    with contextlib.suppress(OSError):
        if os.fstat(descriptor).st_size == size + written:
            os.ftruncate(descriptor, size)


def parse(raw: bytes) -> list[dict[str, Any]]:
    """The whole lines of a journal file, in order; what is torn is left out."""
    found: list[dict[str, Any]] = []
    for line in raw.split(b"\n"):
        try:
            fields = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            continue
        if isinstance(fields, dict) and type(fields.get("time_ns")) is int and 0 <= fields["time_ns"] < 2**63:
            found.append(fields)
    return found


def day_file(folder: Path, table: str, time_ns: int) -> Path:
    """Where a line of `table` at this moment belongs."""
    return folder / table if table == NOTES else folder / table / day_name(time_ns)


def alarm_fields(alarm: Alarm) -> dict[str, Any]:
    """An alarm as JSON can hold it; NaN is null."""
    fields = asdict(alarm)
    fields["state"] = alarm.state.name
    for name in ("value", "limit"):
        fields[name] = fields[name] if fields[name] - fields[name] == 0 else None
    return fields


def event_line(event: AlarmEvent) -> dict[str, Any]:
    """One change of an alarm."""
    alarm = alarm_fields(event.alarm)
    return {"time_ns": event.time_ns, "what": event.what, "by": event.by, "reason": event.reason, "alarm": alarm}


def standing_line(time_ns: int, alarms: Iterable[Alarm]) -> dict[str, Any]:
    """All alarms that stand at a moment: what the changes after it start from."""
    return {"time_ns": time_ns, "what": "standing", "alarms": [alarm_fields(a) for a in alarms]}


def alarm_of(fields: dict[str, Any]) -> Alarm:
    """Back from JSON. Raises KeyError, TypeError or ValueError for what is no alarm."""
    fields = dict(fields)
    for name in ("value", "limit"):
        fields[name] = float("nan") if fields.get(name) is None else float(fields[name])
    return made(Alarm, {**fields, "state": AlarmState[fields["state"]]})


def event_of(line: dict[str, Any]) -> AlarmEvent:
    """Back from JSON. Raises KeyError, TypeError or ValueError for what is no event."""
    what, by, reason = str(line["what"]), str(line.get("by", "")), str(line.get("reason", ""))
    return AlarmEvent(int(line["time_ns"]), what, alarm_of(line["alarm"]), by, reason)


def connection_line(time_ns: int, connection: Connection) -> dict[str, Any]:
    """How the feed stood from this moment on."""
    told = {"url": without_secret(connection.url), "link": connection.link.name}
    return {"time_ns": time_ns, "what": "connection", **asdict(connection), **told}


def connection_of(line: dict[str, Any]) -> Connection:
    """Back from JSON. Raises KeyError or TypeError for what is none."""
    fields = {name: value for name, value in line.items() if name not in ("time_ns", "what")}
    return made(Connection, {**fields, "link": Link[fields["link"]]})
