"""Which notes stand in the picture at a moment."""

from datetime import datetime

from twinviewer.gui.abnormal import Label
from twinviewer.model.frame import Frame
from twinviewer.panels._text import signed
from twinviewer.session import Note, Noted, Session

NS = 1_000_000_000
AHEAD_NS, SHOWN_NS = 30 * NS, 600 * NS  # a note is seen from a little before its moment until ten minutes after
MOST_NOTES = 8
_LONGEST = 44


def notes_at(session: Session, frame: Frame) -> list[Note]:
    """The notes of this moment, the newest last."""
    past = session.past
    if not isinstance(past, Noted):
        return []
    return [n for n in past.notes(frame.now_ns - SHOWN_NS, frame.now_ns + AHEAD_NS) if not n.withdrawn]


def note_labels(session: Session, frame: Frame) -> list[Label]:
    """A label at the asset for each of them, the newest first."""
    notes = notes_at(session, frame)
    if not notes:
        return []
    rows = {a.asset_id: a.index for a in session.scene.assets}
    pinned = [n for n in reversed(notes) if n.asset_id in rows][:MOST_NOTES]
    return [Label(rows[n.asset_id], _short(n.text), _from(n), ("note", 0)) for n in pinned]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _from(note: Note) -> str:
    clock = datetime.fromtimestamp(note.time_ns / NS).strftime("%H:%M:%S")
    return " · ".join(part for part in (note.asset_id, signed(note), clock) if part)
