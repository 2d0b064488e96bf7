"""Planned jobs as iCalendar (RFC 5545), for the calendars of crews."""

from collections.abc import Iterable
from datetime import UTC, datetime

from twinviewer.maintenance.plan_results import PlannedJob

WIDTH = 75  # octets of a line, RFC 5545 3.1


def icalendar(jobs: Iterable[PlannedJob], made_ns: int, host: str = "twinviewer") -> str:
    """One event per job that has a start; identifiers stay the same from export to export."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//twinviewer//maintenance//EN", "CALSCALE:GREGORIAN"]
    for job in jobs:
        if job.start_ns:
            lines += _event(job, made_ns, host)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines)


def _event(job: PlannedJob, made_ns: int, host: str) -> list[str]:
    about = [job.reason, f"Crew: {job.who}"] + ([f"Part: {job.part}"] if job.part else [])
    return [
        "BEGIN:VEVENT",
        f"UID:{_escaped(job.work_order)}@{host}",
        f"DTSTAMP:{_stamp(made_ns)}",
        f"DTSTART:{_stamp(job.start_ns)}",
        f"DTEND:{_stamp(job.end_ns)}",
        f"SUMMARY:{_escaped(f'{job.asset_id}: {job.title}')}",
        f"LOCATION:{_escaped(job.asset_id)}",
        f"CATEGORIES:{_escaped(job.kind)}",
        f"DESCRIPTION:{_escaped(chr(10).join(about))}",
        "END:VEVENT",
    ]


def _stamp(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
    return "".join(c for c in text if c == "\t" or (c >= " " and c != "\x7f"))  # RFC 5545 3.1 has no other controls


def _folded(line: str) -> str:
    """A content line, folded so that no piece is longer than 75 octets and no character is cut."""
    pieces, piece, room = [], "", WIDTH
    for character in line:
        size = len(character.encode("utf-8"))
        if size > room:
            pieces.append(piece)
            piece, room = "", WIDTH - 1
        piece += character
        room -= size
    pieces.append(piece)
    return "\r\n ".join(pieces) + "\r\n"
