"""What is open in a window, and the one call that brings it up to date."""

from twinviewer.model.note import Note
from twinviewer.session.events import Event
from twinviewer.session.journal import Band, Change, Journal, Mark, Noted, Past, Reads, Seekable, Shares
from twinviewer.session.session import Session
from twinviewer.session.sources import LiveSource, NoSource, Polled, Source, empty_snapshot
from twinviewer.session.trends import Series, TrendBuffer

__all__ = [
    "Band",
    "Change",
    "Event",
    "Journal",
    "LiveSource",
    "Mark",
    "NoSource",
    "Note",
    "Noted",
    "Past",
    "Polled",
    "Reads",
    "Seekable",
    "Series",
    "Session",
    "Shares",
    "Source",
    "TrendBuffer",
    "empty_snapshot",
]
