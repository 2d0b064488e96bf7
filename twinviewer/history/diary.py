"""Reads the journals of a recording: alarms as they stood, actions, the connection, notes."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from twinviewer.history import journal
from twinviewer.history.folder import Folder
from twinviewer.history.layout import ACTIONS, ALARMS, DAY_NS, LINKS, NOTES, day_ns
from twinviewer.history.notes import settled
from twinviewer.model.alarm import Alarm, AlarmEvent, AlarmState
from twinviewer.model.connection import Connection
from twinviewer.model.errors import RecordingError
from twinviewer.model.note import Note

CHECKPOINT = 500  # the standing alarms are kept after every so many lines of a day


@dataclass(slots=True)
class _Day:
    """The lines of one journal file in order of time, and what follows from them."""

    size: int
    times: list[int]
    lines: list[dict[str, Any]]
    books: dict[int, dict[str, Alarm]] = field(default_factory=dict)


class Diary:
    """Looks only at the days that are asked for, and again only where a file has grown."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._days: dict[tuple[str, str], _Day] = {}
        self._names: dict[str, list[str]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look what has come since."""
        self._names = {
            table: [n for n in self._folder.names(table) if day_ns(n) is not None] for table in (ALARMS, ACTIONS, LINKS)
        }
        for table, name in list(self._days):
            try:
                grown = self._folder.size(f"{table}/{name}") != self._days[table, name].size
            except OSError:
                grown = True
            if grown:
                del self._days[table, name]

    def _day(self, table: str, name: str) -> _Day:
        key = (table, name)
        if key not in self._days:
            try:
                raw = self._folder.read(f"{table}/{name}")
            except FileNotFoundError:
                raw = b""  # the retention took it
            except OSError as error:
                raise RecordingError(f"the file cannot be read: {error.strerror or error}", "/".join(key)) from error
            lines = sorted(journal.parse(raw), key=lambda line: line["time_ns"])
            self._days[key] = _Day(len(raw), [line["time_ns"] for line in lines], lines)
        return self._days[key]

    def _lines(self, table: str, from_ns: int, to_ns: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for name in self._names[table]:
            begin_ns = day_ns(name) or 0
            if begin_ns <= to_ns and begin_ns + DAY_NS > from_ns:
                found += [line for line in self._day(table, name).lines if from_ns <= line["time_ns"] <= to_ns]
        return found

    # alarms -------------------------------------------------------------------------------------------------------

    def events(self, from_ns: int, to_ns: int) -> list[AlarmEvent]:
        """Every change of an alarm between two moments, in order."""
        found: list[AlarmEvent] = []
        for line in self._lines(ALARMS, from_ns, to_ns):
            if line.get("what") != "standing":
                event = _event(line)
                found += [event] if event is not None else []
        return found

    def alarm_lines(self, from_ns: int, to_ns: int) -> list[dict[str, Any]]:
        """The same as it was written."""
        return self._lines(ALARMS, from_ns, to_ns)

    def alarms_at(self, time_ns: int) -> tuple[Alarm, ...]:
        """All alarms that stood at a moment: the worst first, then the newest."""
        for name in reversed(self._names[ALARMS]):
            if (day_ns(name) or 0) > time_ns:
                continue
            day = self._day(ALARMS, name)
            until = bisect_right(day.times, time_ns)
            if until:
                book = _book(day, until)
                return tuple(sorted(book.values(), key=lambda a: (a.priority, -a.since_ns, a.key)))
        return ()

    # connection, actions, notes -----------------------------------------------------------------------------------

    def connection_at(self, time_ns: int) -> Connection | None:
        """How the feed stood, None where the recording does not say."""
        for name in reversed(self._names[LINKS]):
            if (day_ns(name) or 0) > time_ns:
                continue
            day = self._day(LINKS, name)
            for line in reversed(day.lines[: bisect_right(day.times, time_ns)]):
                if line.get("what") == "begun":
                    return None
                connection = _connection(line)
                if connection is not None:
                    return connection
        return None

    def connections(self, from_ns: int, to_ns: int) -> list[tuple[int, Connection | None]]:
        """(moment, how the feed stood from then on), the first for `from_ns` itself; None: not said."""
        found: list[tuple[int, Connection | None]] = [(from_ns, self.connection_at(from_ns))]
        for line in self._lines(LINKS, from_ns + 1, to_ns):
            connection = _connection(line)
            if connection is not None or line.get("what") == "begun":
                found.append((line["time_ns"], connection))
        return found

    def told(self, from_ns: int, to_ns: int) -> list[dict[str, Any]]:
        """What the recorder said about itself and the connection, as it was written."""
        return self._lines(LINKS, from_ns, to_ns)

    def actions(self, from_ns: int, to_ns: int) -> list[dict[str, Any]]:
        """What people did, in order."""
        return self._lines(ACTIONS, from_ns, to_ns)

    def notes(self) -> list[dict[str, Any]]:
        """All lines about notes, corrections included, in order of the moments they speak of."""
        try:
            raw = self._folder.read(NOTES)
        except OSError:
            return []
        return sorted(journal.parse(raw), key=lambda line: line["time_ns"])

    def settled_notes(self) -> list[Note]:
        """The notes as they stand after their corrections, in order of the moments they speak of."""
        return settled(self.notes())


def _book(day: _Day, until: int) -> dict[str, Alarm]:
    """The alarms that stand after the first `until` lines of a day."""
    start = until - until % CHECKPOINT
    while start and start not in day.books:
        start -= CHECKPOINT
    book = dict(day.books.get(start, {}))
    for k in range(start, until):
        line = day.lines[k]
        if line.get("what") == "standing":
            told = line.get("alarms")
            alarms = [_alarm(fields) for fields in told] if isinstance(told, list) else []
            book = {alarm.key: alarm for alarm in alarms if alarm is not None}
        else:
            event = _event(line)
            if event is not None and event.alarm.state is AlarmState.NORMAL:
                book.pop(event.alarm.key, None)
            elif event is not None:
                book[event.alarm.key] = event.alarm
        if (k + 1) % CHECKPOINT == 0:
            day.books[k + 1] = dict(book)
    return book


def _event(line: dict[str, Any]) -> AlarmEvent | None:
    try:
        return journal.event_of(line)
    except (KeyError, TypeError, ValueError):
        return None


def _alarm(fields: dict[str, Any]) -> Alarm | None:
    try:
        return journal.alarm_of(fields)
    except (KeyError, TypeError, ValueError):
        return None


def _connection(line: dict[str, Any]) -> Connection | None:
    if line.get("what") != "connection":
        return None
    try:
        return journal.connection_of(line)
    except (KeyError, TypeError, ValueError):
        return None
