"""What the plant at a glance says, line by line, from one frame."""

from dataclasses import dataclass

import numpy as np

from twinviewer.model.frame import Frame
from twinviewer.model.palette import STATE, ZONE
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone
from twinviewer.panels import _text
from twinviewer.panels._alarm_rows import ASIDE, WAITING
from twinviewer.panels._kit.gauges import figure
from twinviewer.panels._kit.style import theme
from twinviewer.panels._tree import shown_state
from twinviewer.session import Session

ORDER = (
    State.FAULT,
    State.BLOCKED,
    State.STARVED,
    State.SETUP,
    State.MAINTENANCE,
    State.UNKNOWN,
    State.RUNNING,
    State.IDLE,
    State.OFFLINE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a symbol ("state", "zone", "alarm" with its code), words, a bar of 0 to 1, a value.

    `asset_ids` is what a click goes through, one after the other.
    """

    symbol: str
    code: int
    text: str
    value: str
    share: float = -1.0
    token: str = ""
    quiet: str = ""
    asset_ids: tuple[str, ...] = ()


def state_lines(frame: Frame, session: Session) -> list[Line]:
    """How many assets are in each state, what needs a person first."""
    assets = session.scene.assets
    states = shown_state(frame.assets)
    watched = np.fromiter((bool(a.tags) for a in assets), bool, len(assets))
    total = max(int(watched.sum()), 1)
    lines: list[Line] = []
    for state in ORDER:
        rows = np.nonzero(watched & (states == state))[0]
        if len(rows):
            ids = tuple(assets[r].asset_id for r in rows.tolist()[:200])
            token = STATE[theme()][state]
            lines.append(Line("state", state, state.label, f"{len(rows):,}", len(rows) / total, token, "", ids))
    return lines


def alarm_lines(frame: Frame) -> list[Line]:
    """Active alarms by priority, and how many of them wait."""
    lines: list[Line] = []
    for priority in (1, 2, 3, 4):
        own = [a for a in frame.alarms if a.priority == priority and a.state not in ASIDE]
        if own:
            waiting = sum(a.state in WAITING for a in own)
            said = f"{waiting} not acknowledged" if waiting else "all acknowledged"
            ids = tuple(dict.fromkeys(a.asset_id for a in own))
            code = priority if waiting else priority + 10
            lines.append(Line("alarm", code, f"Priority {priority}", str(len(own)), quiet=said, asset_ids=ids))
    return lines


def vibration_lines(frame: Frame, session: Session, most: int) -> list[Line]:
    """The worst vibrations: zone first, then velocity. Only usable values."""
    states = frame.assets
    usable = (states.vibration_quality < Quality.STALE) & np.isfinite(states.vibration_mm_s)
    rows = np.nonzero(usable)[0]
    order = np.lexsort((-states.vibration_mm_s[rows], -states.zone[rows].astype(int)))
    lines: list[Line] = []
    for row in rows[order][:most].tolist():
        asset, value, zone = session.scene.assets[row], float(states.vibration_mm_s[row]), Zone(int(states.zone[row]))
        limit = asset.vibration_limits[2] if asset.vibration_limits else None
        share = value / (1.5 * limit) if limit else -1.0
        quiet = asset.type_label or asset.type
        token = ZONE[theme()][zone]
        text = f"{figure(value)} mm/s"
        lines.append(Line("zone", zone, asset.asset_id, text, share, token, quiet, (asset.asset_id,)))
    return lines


def power_lines(frame: Frame, session: Session, most: int) -> list[Line]:
    """The biggest consumers. Only usable values."""
    states = frame.assets
    usable = (states.power_quality < Quality.STALE) & np.isfinite(states.power_kw) & (states.power_kw > 0)
    rows = np.nonzero(usable)[0]
    rows = rows[np.argsort(-states.power_kw[rows], kind="stable")]
    total = float(states.power_kw[rows].sum()) or 1.0
    shown = shown_state(states)
    lines: list[Line] = []
    for row in rows[:most].tolist():
        asset, value = session.scene.assets[row], float(states.power_kw[row])
        quiet = asset.type_label or asset.type
        state = int(shown[row])
        share = value / float(states.power_kw[rows[0]])
        text = f"{figure(value)} kW"
        lines.append(Line("state", state, asset.asset_id, text, share, "", quiet, (asset.asset_id,)))
    if len(rows) > most:
        rest = 100 * float(states.power_kw[rows[:most]].sum()) / total
        lines.append(Line("", 0, f"These {most} take {rest:.0f} % of {figure(total)} kW", ""))
    return lines


def silent_lines(frame: Frame, session: Session, most: int) -> list[Line]:
    """Assets whose state nobody can say, the longest silence first."""
    assets = session.scene.assets
    watched = np.fromiter((bool(a.tags) for a in assets), bool, len(assets))
    rows = np.nonzero(watched & (frame.assets.quality >= Quality.STALE))[0]
    silent_s = _text.silent_s(frame)
    rows = rows[np.argsort(-np.nan_to_num(silent_s[rows], posinf=1e18), kind="stable")]
    lines = [
        Line(
            "state",
            State.UNKNOWN,
            assets[row].asset_id,
            _text.age(float(silent_s[row])),
            quiet=Quality(int(frame.assets.quality[row])).name.lower(),
            asset_ids=(assets[row].asset_id,),
        )
        for row in rows[:most].tolist()
    ]
    if len(rows) > most:
        lines.append(Line("", 0, f"and {len(rows) - most:,} more", ""))
    return lines
