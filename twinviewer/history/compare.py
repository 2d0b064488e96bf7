"""What differs between two moments: states, values and alarms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.model.alarm import Alarm
from twinviewer.model.asset import Tag
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.quality import Quality, quality_of

SHARE = 0.05  # of its span or normal band: a smaller difference of a measured value is not told


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One tag: what it said at both moments (None: nothing usable), and both qualities."""

    tag: Tag
    before: float | str | None
    after: float | str | None
    quality_before: Quality
    quality_after: Quality


@dataclass(frozen=True, slots=True)
class Difference:
    """`states` are the changes of state tags, `values` those of all others, alarms by key."""

    states: tuple[ValueChange, ...]
    values: tuple[ValueChange, ...]
    begun: tuple[Alarm, ...]
    ended: tuple[Alarm, ...]
    altered: tuple[tuple[Alarm, Alarm], ...]


def compare(
    tags: Sequence[Tag],
    before: TagSnapshot,
    after: TagSnapshot,
    alarms_before: Sequence[Alarm] = (),
    alarms_after: Sequence[Alarm] = (),
    share: float = SHARE,
) -> Difference:
    """Compare two snapshots of the same tags. Measured values count from `share` of their span on, others at once."""
    quality = [quality_of(s.status, s.received_ns) for s in (before, after)]
    slack = np.array([_slack(tag, share) for tag in tags])
    a = np.where(quality[0] < Quality.BAD, before.value, np.nan)
    b = np.where(quality[1] < Quality.BAD, after.value, np.nan)
    with np.errstate(invalid="ignore"):
        moved = np.abs(b - a) > slack
    moved |= np.isnan(a) != np.isnan(b)
    moved |= quality[0] != quality[1]
    for row in before.text.keys() | after.text.keys():
        moved[row] |= before.text.get(row) != after.text.get(row)
    changes = [
        ValueChange(
            tags[row],
            _said(before, a, row),
            _said(after, b, row),
            Quality(int(quality[0][row])),
            Quality(int(quality[1][row])),
        )
        for row in np.flatnonzero(moved).tolist()
    ]
    old, new = {x.key: x for x in alarms_before}, {x.key: x for x in alarms_after}
    return Difference(
        tuple(c for c in changes if c.tag.role == "state"),
        tuple(c for c in changes if c.tag.role != "state"),
        tuple(x for key, x in new.items() if key not in old),
        tuple(x for key, x in old.items() if key not in new),
        tuple((old[k], x) for k, x in new.items() if k in old and (x.state, x.active) != (old[k].state, old[k].active)),
    )


def _slack(tag: Tag, share: float) -> float:
    band = tag.span or tag.normal
    counted = tag.role in ("state", "count_good", "count_scrap", "queue") or band is None
    return 0.0 if counted or band is None else share * (band[1] - band[0])


def _said(snapshot: TagSnapshot, value: np.ndarray, row: int) -> float | str | None:
    if row in snapshot.text:
        return snapshot.text[row]
    return float(value[row]) if np.isfinite(value[row]) else None
