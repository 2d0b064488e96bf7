"""What the inspector says of one asset, without Qt: why it is as it is, its device status, its readings, its flow."""

from collections.abc import Sequence
from dataclasses import dataclass

from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.model.asset import Asset, Limits, Tag
from twinviewer.model.connection import Link
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.model.state import ABNORMAL_STATES, State
from twinviewer.panels import _text
from twinviewer.panels._kit.gauges import Reading, figure
from twinviewer.scene.scene import Scene

_STOPPING = (State.FAULT, State.MAINTENANCE, State.OFFLINE, State.SETUP)
ABNORMAL = ABNORMAL_STATES | {State.UNKNOWN}
_FAR = 6  # steps of the flow that are followed to find what holds an asset up
# OPC UA Part 6, Annex A: the codes a person meets most, the severity and sub-code in the upper half.
_STATUS_WORDS = {
    0x0000: "no number",  # said of a bad value only: the server calls good what is none
    0x8031: "no communication",
    0x8032: "waiting for a first value",
    0x8034: "node id unknown to the server",
    0x8033: "node id not valid",
    0x803A: "not readable",
    0x808A: "not connected",
    0x808B: "device failure",
    0x808C: "sensor failure",
    0x808D: "out of service",
    0x8089: "configuration error",
    0x803C: "out of range",
    0x8074: "another kind of value",
    0x4090: "last usable value",
    0x4091: "substitute value",
    0x4093: "sensor not accurate",
    0x4094: "engineering units exceeded",
    0x4095: "sub-normal",
}


@dataclass(frozen=True, slots=True)
class Device:
    """A device line in the manner of NAMUR NE 107: `status` "F", "C", "S", or "" where nobody can say."""

    status: str
    word: str
    text: str


def shown_state(frame: Frame, asset: Asset) -> State:
    """The asset's state as it may be drawn: UNKNOWN when the data behind it cannot be used now."""
    stale = frame.assets.quality[asset.index] >= Quality.STALE
    return State.UNKNOWN if stale else State(int(frame.assets.state[asset.index]))


def alarms_of(frame: Frame, asset_id: str) -> list[Alarm]:
    """The asset's alarms, the worst first."""
    return sorted((a for a in frame.alarms if a.asset_id == asset_id), key=lambda a: (a.priority, -a.since_ns))


def status_word(status: int) -> str:
    """A StatusCode in words, as hexadecimal where there is none."""
    return _STATUS_WORDS.get(status >> 16, f"status 0x{status:08X}")


def why(frame: Frame, scene: Scene, asset: Asset) -> str:
    """What holds the asset in its state: its fault, what it waits for, or why nobody knows. "" when all is well."""
    state = shown_state(frame, asset)
    if not asset.tags:
        return "the scene binds no tag to it"
    if state is State.UNKNOWN:
        return _why_unknown(frame, scene, asset)
    if state in (State.BLOCKED, State.STARVED):
        held = _held_by(frame, scene, asset, downstream=state is State.BLOCKED)
        if held is not None:
            return f"{held.asset_id} {'downstream' if state is State.BLOCKED else 'upstream'}: " + (
                f"{shown_state(frame, held).label.lower()}"
            )
    active = [a for a in alarms_of(frame, asset.asset_id) if a.active and a.state is not AlarmState.SHELVED]
    if active:
        return _inside(active[0].message.removeprefix(f"{state.label}: "))
    code = next((t for t in asset.tags if scene.tags[t].role == "fault_code"), None)
    return frame.tags.text.get(code, "") if code is not None and state is State.FAULT else ""


def _inside(message: str) -> str:
    """A message as it reads within a sentence; words like "E-2207" keep their capital."""
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


def _why_unknown(frame: Frame, scene: Scene, asset: Asset) -> str:
    link = frame.connection.link
    if frame.source == "live" and link not in (Link.CONNECTED, Link.DEGRADED):
        word = {Link.LOST: "connection lost", Link.COLLECTOR_LOST: "the collector does not answer"}
        return word.get(link, frame.connection.why or link.name.lower())
    if frame.source == "none":
        return "no feed is connected"
    deciding = [t for t in asset.tags if scene.tags[t].role == "state"] or list(asset.tags[:1])
    tag = scene.tags[deciding[0]]
    quality = _text.quality_of(tag, frame)
    if quality == Quality.BAD:
        return f"{tag.key}: {status_word(int(frame.tags.status[tag.index]))}"
    if quality == Quality.STALE:
        return f"{tag.key} is {_text.age(_text.age_of(tag, frame))} old"
    return f"{tag.key} never had a value" if quality == Quality.UNKNOWN else f"{tag.key} has an unknown value"


def _held_by(frame: Frame, scene: Scene, asset: Asset, *, downstream: bool) -> Asset | None:
    """The nearest asset along the flow that stands still on its own account."""
    row = {a.asset_id: a for a in scene.assets}
    seen, edge = {asset.asset_id}, [asset.asset_id]
    for _ in range(_FAR):
        edge = [
            there
            for up, down in scene.flow
            for here, there in (((up, down),) if downstream else ((down, up),))
            if here in edge and there not in seen
        ]
        seen.update(edge)
        for name in edge:
            if name in row and shown_state(frame, row[name]) in _STOPPING:
                return row[name]
    return None


def device(frame: Frame, scene: Scene, asset: Asset) -> Device | None:
    """The device line, None while every tag is good."""
    tags = [scene.tags[t] for t in asset.tags]
    bad = [t for t in tags if _text.quality_of(t, frame) == Quality.BAD]
    if bad:
        word = status_word(int(frame.tags.status[bad[0].index]))
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        check = frame.tags.status[bad[0].index] >> 16 == 0x808D
        name = "Function check" if check else "Failure"
        return Device("C" if check else "F", name, f"NE 107 · {bad[0].key}{more}: {word}, signal not valid")
    stale = [t for t in tags if _text.quality_of(t, frame) == Quality.STALE]
    if stale:
        oldest = max(_text.age_of(t, frame) for t in stale)
        text = f"{len(stale)} of {len(tags)} values are not up to date, the oldest {_text.age(oldest)} old"
        return Device("", "Old values", text)
    unsure = [t for t in tags if _text.quality_of(t, frame) == Quality.UNCERTAIN]
    if unsure:
        word = status_word(int(frame.tags.status[unsure[0].index]))
        return Device("S", "Out of specification", f"NE 107 · {unsure[0].key}: {word}")
    never = [t for t in tags if _text.quality_of(t, frame) == Quality.UNKNOWN]
    if never:
        return Device("", "No values", f"{len(never)} of {len(tags)} values never came")
    return None


_ORDER = ("power", "vibration", "temperature", "current", "pressure", "load", "speed", "lubrication", "health")
_LAST = ("count_good", "count_scrap", "queue", "cycle_time", "energy", "hours", "product", "order", "fault_code",
         "position_x", "position_y", "position_z", "heading_deg")  # fmt: skip
_COUNTED = ("count_good", "count_scrap", "energy", "hours")


def tags_of(scene: Scene, asset: Asset) -> list[Tag]:
    """All tags in a fixed order: what is watched first, then counters and texts, where a moving asset is last."""

    def place(tag: Tag) -> tuple[int, int]:
        if tag.role == "state":
            return (-1, tag.index)
        if tag.role in _ORDER:
            return (_ORDER.index(tag.role), tag.index)
        return (100 + _LAST.index(tag.role) if tag.role in _LAST else 50, tag.index)

    return sorted((scene.tags[t] for t in asset.tags), key=place)


def is_numeric(tag: Tag) -> bool:
    """Whether a trend can be drawn of it."""
    return not tag.is_text and tag.role != "state"


def has_band(tag: Tag, asset: Asset) -> bool:
    """Whether a bar says something about it: it is a number with a usual band, a span or limits."""
    known = tag.normal is not None or tag.span is not None or limits_of(tag, asset) != Limits()
    return is_numeric(tag) and known and tag.role not in _COUNTED


def fact(tag: Tag, frame: Frame) -> str:
    """A counter or a text as it is written; a value that cannot be used is a question mark."""
    quality = _text.quality_of(tag, frame)
    if not is_numeric(tag):
        return _words(tag, frame, quality)
    if quality >= Quality.BAD:
        return "?"
    value = float(frame.tags.value[tag.index])
    text = f"{value:,.0f}" if tag.role in _COUNTED or abs(value) >= 1000 else figure(value)
    return f"{text} {tag.unit}".strip()


def reading(tag: Tag, frame: Frame, asset: Asset, alarms: Sequence[Alarm]) -> Reading:
    """A tag as a bar: its value against band, limits and zone boundaries, with its quality in words."""
    quality = _text.quality_of(tag, frame)
    active = [a.priority for a in alarms if a.active and a.tag == tag.name and a.state is not AlarmState.SHELVED]
    note = ""
    if quality == Quality.BAD:
        note = f"bad: {status_word(int(frame.tags.status[tag.index]))}"
    elif quality == Quality.UNCERTAIN:
        note = status_word(int(frame.tags.status[tag.index]))
    elif quality != Quality.GOOD:
        note = {Quality.STALE: "stale", Quality.UNKNOWN: "never received"}[quality]
    return Reading(
        name=_text.title_of(tag),
        value=float("nan") if tag.is_text or quality >= Quality.BAD else float(frame.tags.value[tag.index]),
        unit=tag.unit,
        text=_words(tag, frame, quality),
        normal=tag.normal,
        span=tag.span,
        limits=limits_of(tag, asset),
        quality=quality,
        note=note,
        priority=min(active, default=0),
    )


def _words(tag: Tag, frame: Frame, quality: Quality) -> str:
    if tag.role != "state" and not tag.is_text:
        return ""
    if quality >= Quality.BAD:
        return "?"
    if tag.is_text:
        raw = frame.tags.text.get(tag.index, "") or "–"
    else:
        value = float(frame.tags.value[tag.index])
        raw = f"{value:g}"
    state = tag.states.get(raw) if tag.role == "state" else None
    return f"{state.label} ({raw})" if state is not None else raw


def limits_of(tag: Tag, asset: Asset) -> Limits:
    """The tag's own limits; a vibration without any is judged by the zone boundaries B/C and C/D."""
    none = tag.limits == Limits() or all(
        v is None for v in (tag.limits.low_low, tag.limits.low, tag.limits.high, tag.limits.high_high)
    )
    if tag.role == "vibration" and none and asset.vibration_limits is not None:
        return Limits(high=asset.vibration_limits[1], high_high=asset.vibration_limits[2])
    return tag.limits


def flow_around(scene: Scene, asset_id: str, most: int) -> tuple[list[str], int, int]:
    """Assets along the flow, upstream first, at most `most` of them; and how many more feed and are fed directly.

    Where the flow splits, the first branch is followed.
    """
    ups = [u for u, d in scene.flow if d == asset_id]
    downs = [d for u, d in scene.flow if u == asset_id]
    before: list[str] = []
    after: list[str] = []
    while len(before) + len(after) + 1 < most:
        grown = False
        for chain, downstream in ((before, False), (after, True)):
            if len(before) + len(after) + 1 >= most:
                break
            end = chain[-1] if chain else asset_id
            found = next((d if downstream else u for u, d in scene.flow if (u if downstream else d) == end), None)
            if found is not None and found not in (asset_id, *before, *after):
                chain.append(found)
                grown = True
        if not grown:
            break
    return [*reversed(before), asset_id, *after], max(0, len(ups) - 1), max(0, len(downs) - 1)


def as_table(frame: Frame, scene: Scene, asset: Asset) -> str:
    """All values of an asset as tab-separated text for a clipboard, with quality and time."""
    lines = ["tag\tvalue\tunit\tquality\tsource time"]
    for tag in tags_of(scene, asset):
        quality = _text.quality_of(tag, frame)
        raw = frame.tags.text.get(tag.index, "") if tag.is_text else f"{float(frame.tags.value[tag.index]):.6g}"
        stamp = int(frame.tags.source_ns[tag.index])
        when = _text.local(stamp).isoformat(timespec="milliseconds") if stamp > 0 else ""
        lines.append(f"{tag.name}\t{raw}\t{tag.unit}\t{quality.name}\t{when}")
    return "\n".join(lines)
