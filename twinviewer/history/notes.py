"""Notes as they stand: nothing is ever taken out of the journal, so a correction is a line that names the first one."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from twinviewer.model.note import Note


def note_line(time_ns: int, text: str, by: str, asset: str = "") -> dict[str, Any]:
    """A note that a person pinned to a moment, and to an asset where it is about one."""
    return {"time_ns": time_ns, "asset": asset, "text": text, "by": by}


def change_line(
    time_ns: int, text: str, by: str, asset: str, corrects: str, withdrawn: bool, at_ns: int
) -> dict[str, Any]:
    """What a note says instead from `at_ns` on, or that and why (`text`) it is withdrawn. `corrects` is its key, and
    `time_ns` the moment that it is pinned to, so that both lie together wherever a stretch of time is cut out."""
    return {**note_line(time_ns, text, by, asset), "corrects": corrects, "withdrawn": withdrawn, "at_ns": at_ns}


def key_of(line: dict[str, Any]) -> str:
    """What a note's first line goes by; the same in every copy of the recording."""
    said = [line["time_ns"], *(str(line.get(name, "")) for name in ("asset", "text", "by"))]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def settled(lines: Iterable[dict[str, Any]]) -> list[Note]:
    """The notes that lines of the journal amount to, in the order of the moments they speak of.

    Of several corrections that of the last line holds, whatever the clocks said. One whose note is missing stands as a
    note of its own.
    """
    found: dict[str, Note] = {}
    for line in lines:
        asset, text, by = (str(line.get(name, "")) for name in ("asset", "text", "by"))
        first = found.get(str(line.get("corrects", "")))
        if first is None:
            key = key_of(line)
            found.setdefault(key, Note(line["time_ns"], asset, text, by, key, text))
            continue
        at_ns, gone = line.get("at_ns"), line.get("withdrawn") is True
        found[first.key] = Note(
            first.time_ns,
            first.asset_id if gone else asset,
            first.text if gone else text,
            first.by,
            first.key,
            first.first_text,
            by or "somebody",
            at_ns if type(at_ns) is int else 0,
            gone,
            text if gone else "",
        )
    return sorted(found.values(), key=lambda note: note.time_ns)
