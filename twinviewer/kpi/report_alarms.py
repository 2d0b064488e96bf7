"""How the alarm system did over a stretch of time: the figures of EEMUA 191 (edition 3) and ISA-18.2."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.model.alarm import Alarm, AlarmEvent

NS = 1_000_000_000
WINDOW_NS = 600 * NS
FLOOD_BEGINS, FLOOD_ENDS = 10, 5  # alarms in ten minutes
STALE_NS = 24 * 3600 * NS
CHATTER, CHATTER_NS = 3, 60 * NS  # so many times within a minute
WORST = 10


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """`per_10_min` mean, `peak_10_min` the most in any ten minutes (EEMUA 191: at most 1 and 10 are manageable).

    `flood_share` 0 to 1 of the time was in one of `floods`. `acknowledged_s` are response times in seconds (sorted).
    `stale` stood longer than 24 h at the end, `chattering` keys came three times within a minute. `by_priority` counts
    priorities 1 to 4; `worst` holds (key, count) of the most frequent. `rate` counts each ten minutes, from the start.
    """

    raised: int
    per_10_min: float
    peak_10_min: int
    floods: int
    flood_share: float
    acknowledged_s: np.ndarray
    never_acknowledged: int
    stale: tuple[str, ...]
    chattering: tuple[str, ...]
    by_priority: tuple[int, int, int, int]
    worst: tuple[tuple[str, int], ...]
    rate: np.ndarray


def alarm_figures(events: Sequence[AlarmEvent], standing: Sequence[Alarm], from_ns: int, to_ns: int) -> AlarmFigures:
    """Figures of the events between two moments; `standing` are the alarms that stood at the end."""
    raised = [e for e in events if e.what == "raised"]
    times = np.array([e.time_ns for e in raised], np.int64)
    floods, flooded_ns = _floods(times, to_ns)
    response, waiting = _responses(events)
    priority = Counter(e.alarm.priority for e in raised)
    steps = max(1, -(-(to_ns - from_ns) // WINDOW_NS))
    return AlarmFigures(
        raised=len(raised),
        per_10_min=len(raised) * WINDOW_NS / max(to_ns - from_ns, 1),
        peak_10_min=_peak(times),
        floods=floods,
        flood_share=flooded_ns / max(to_ns - from_ns, 1),
        acknowledged_s=np.sort(response),
        never_acknowledged=waiting,
        stale=tuple(a.key for a in standing if a.active and to_ns - a.since_ns > STALE_NS),
        chattering=_chattering(raised),
        by_priority=(priority[1], priority[2], priority[3], priority[4]),
        worst=tuple(Counter(e.alarm.key for e in raised).most_common(WORST)),
        rate=np.bincount((times - from_ns) // WINDOW_NS, minlength=steps)[:steps],
    )


def _peak(times: np.ndarray) -> int:
    """The most alarms in any ten minutes."""
    if not len(times):
        return 0
    return int((np.searchsorted(times, times + WINDOW_NS, "left") - np.arange(len(times))).max())


def _floods(times: np.ndarray, to_ns: int) -> tuple[int, int]:
    """How many floods there were and how long all of them lasted: from above ten to below five in ten minutes."""
    marks = np.unique(np.concatenate([times, times + WINDOW_NS + 1]))
    marks = marks[marks <= to_ns]
    count = np.searchsorted(times, marks, "right") - np.searchsorted(times, marks - WINDOW_NS, "left")
    floods, total, since = 0, 0, -1
    for moment, n in zip(marks.tolist(), count.tolist(), strict=True):
        if since < 0 and n > FLOOD_BEGINS:
            floods, since = floods + 1, moment
        elif since >= 0 and n < FLOOD_ENDS:
            total, since = total + moment - since, -1
    return floods, total + (to_ns - since if since >= 0 else 0)


def _responses(events: Sequence[AlarmEvent]) -> tuple[np.ndarray, int]:
    """Seconds from raised to acknowledged, and how many were never acknowledged."""
    waiting: dict[str, int] = {}
    seconds: list[float] = []
    for event in events:
        if event.what == "raised":
            waiting.setdefault(event.alarm.key, event.time_ns)
        elif event.what == "acknowledged" and event.alarm.key in waiting:
            seconds.append((event.time_ns - waiting.pop(event.alarm.key)) / NS)
    return np.array(seconds), len(waiting)


def _chattering(raised: Sequence[AlarmEvent]) -> tuple[str, ...]:
    found: list[str] = []
    times: dict[str, list[int]] = {}
    for event in raised:
        own = times.setdefault(event.alarm.key, [])
        own.append(event.time_ns)
        if len(own) >= CHATTER and own[-1] - own[-CHATTER] <= CHATTER_NS and event.alarm.key not in found:
            found.append(event.alarm.key)
    return tuple(found)
