"""The alarm list without Qt: its words, its order, its filter and its file."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from twinviewer.model.alarm import SERVER, Alarm, AlarmState, parts_of
from twinviewer.panels._text import NS, clock, duration, local

SYMBOL, TIME, ASSET, MESSAGE, STATE, ACTIVE, ACTION = range(7)
COLUMNS = ("Priority", "Time", "Asset", "Message", "State", "Active for", "Action")
WORDS = {
    AlarmState.NORMAL: "NORMAL",
    AlarmState.UNACKNOWLEDGED: "UNACK",
    AlarmState.ACKNOWLEDGED: "ACK",
    AlarmState.RETURNED_UNACKNOWLEDGED: "RTN",
    AlarmState.SHELVED: "SHELVED",
    AlarmState.SUPPRESSED: "SUPPRESSED",
    AlarmState.OUT_OF_SERVICE: "OUT OF SERVICE",
}
SPOKEN = {
    AlarmState.UNACKNOWLEDGED: "not acknowledged",
    AlarmState.ACKNOWLEDGED: "acknowledged",
    AlarmState.RETURNED_UNACKNOWLEDGED: "returned to normal, not acknowledged",
    AlarmState.SHELVED: "shelved",
    AlarmState.SUPPRESSED: "suppressed",
    AlarmState.OUT_OF_SERVICE: "out of service",
}
WAITING = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED})
ASIDE = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})
ACKNOWLEDGE, SHELVE, UNSHELVE = "Acknowledge", "Shelve…", "Unshelve"


def held_reason(source: str) -> str:
    """Why nothing can be done about alarms of such a source (`Frame.source`), "" where something can."""
    return {
        "replay": "Alarms as they stood then: nothing can be done about them. Live (0) brings the plant back.",
        "simulation": "Alarms of a simulation: nothing can be done about them. Live (0) brings the plant back.",
    }.get(source, "")


def action_of(alarm: Alarm) -> str:
    """The next thing a person may do with an alarm, "" for none."""
    if alarm.state in WAITING:
        return ACKNOWLEDGE
    return {AlarmState.ACKNOWLEDGED: SHELVE, AlarmState.SHELVED: UNSHELVE}.get(alarm.state, "")


def active_for(alarm: Alarm, now_ns: int) -> str:
    """How long it has been active; how long the shelf still holds; how long it was active when it is over."""
    if alarm.state is AlarmState.SHELVED and alarm.until_ns:
        return f"{duration((alarm.until_ns - now_ns) / NS)} left"
    if not alarm.active:
        return f"{duration((alarm.changed_ns - alarm.since_ns) / NS)}, over"
    return duration((now_ns - alarm.since_ns) / NS)


def sentence(alarm: Alarm, now_ns: int) -> str:
    """What a screen reader says of an alarm."""
    text = f"Priority {alarm.priority}, {alarm.asset_id}, {alarm.message}, {SPOKEN.get(alarm.state, 'normal')}"
    text += ", raised by the server" if alarm.source == SERVER else ""
    return f"{text}, since {clock(alarm.since_ns, now_ns)}, {active_for(alarm, now_ns)}"


def details(alarm: Alarm, now_ns: int) -> str:
    """All that is known of an alarm, a line each."""
    origin = f"Raised by the server: {alarm.tag}" if alarm.source == SERVER else f"Tag {alarm.tag}"
    lines = [alarm.message, origin, f"Since {clock(alarm.since_ns, now_ns)}"]
    if alarm.value == alarm.value:
        limit = f", limit {alarm.limit:g}" if alarm.limit == alarm.limit else ""
        lines.append(f"Value when raised {alarm.value:.4g}{limit}")
    if alarm.by:
        said = f": {alarm.reason}" if alarm.reason else ""
        lines.append(f"{WORDS[alarm.state].capitalize()} by {alarm.by}, {clock(alarm.changed_ns, now_ns)}{said}")
    if alarm.until_ns:
        lines.append(f"Until {clock(alarm.until_ns, now_ns, seconds=False)}")
    return "\n".join(lines)


def _urgency(alarm: Alarm) -> tuple[int, ...]:
    """Set aside last; then by priority; then what waits for a person; then the newest."""
    return (int(alarm.state in ASIDE), alarm.priority, int(alarm.state not in WAITING), -alarm.since_ns)


_KEYS = {
    SYMBOL: _urgency,
    TIME: lambda a: a.since_ns,
    ASSET: lambda a: a.asset_id.casefold(),
    MESSAGE: lambda a: a.message.casefold(),
    STATE: lambda a: int(a.state),
    ACTIVE: lambda a: -a.since_ns,
    ACTION: action_of,
}


@dataclass(frozen=True)
class Wanted:
    """What the list shows and in which order."""

    priorities: frozenset[int] = frozenset({1, 2, 3, 4})
    text: str = ""
    asset_id: str = ""
    column: int = SYMBOL
    descending: bool = False
    types: dict[str, str] = field(default_factory=dict, compare=False)

    def lets(self, alarm: Alarm) -> bool:
        """Whether an alarm is shown."""
        if alarm.priority not in self.priorities or (self.asset_id and alarm.asset_id != self.asset_id):
            return False
        about = (alarm.asset_id, self.types.get(alarm.asset_id, ""), alarm.message, alarm.tag, alarm.source)
        words = " ".join(about).casefold()
        return all(word in words for word in self.text.casefold().split())

    def rows(self, alarms: Iterable[Alarm]) -> list[Alarm]:
        """The alarms that are shown, in order; equal ones by urgency, so that rows do not dance."""
        shown = sorted((a for a in alarms if self.lets(a)), key=lambda a: (_urgency(a), a.key))
        shown.sort(key=_KEYS[self.column], reverse=self.descending)
        return shown


def headline(alarms: Sequence[Alarm], alarms_10_min: int) -> str:
    """ "3 unacknowledged, 1 shelved   ·   6 in the last 10 min (flood above 10)"."""
    waiting = sum(a.state in WAITING for a in alarms)
    aside = sum(a.state in ASIDE for a in alarms)
    first = f"{waiting} unacknowledged, {aside} shelved" if alarms else "none"
    return f"{first}   ·   {alarms_10_min} in the last 10 min (flood above 10)"


def as_csv(alarms: Iterable[Alarm]) -> str:
    """The list as RFC 4180 text, times in ISO 8601 with their offset; a line that stands for several is several rows.

    Texts that a spreadsheet would take for a formula get an apostrophe in front (CWE-1236).
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = "time priority asset tag message state active changed by reason until key source"
    writer.writerow(columns.split())
    for a in (part for alarm in alarms for part in parts_of(alarm)):
        until = local(a.until_ns).isoformat(timespec="seconds") if a.until_ns else ""
        row = (
            local(a.since_ns).isoformat(timespec="milliseconds"),
            str(a.priority),
            a.asset_id,
            a.tag,
            a.message,
            WORDS[a.state],
            "yes" if a.active else "no",
            local(a.changed_ns).isoformat(timespec="milliseconds"),
            a.by,
            a.reason,
            until,
            a.key,
            a.source or "twinviewer",
        )
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in row])
    return out.getvalue()
