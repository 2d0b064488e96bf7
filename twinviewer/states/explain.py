"""Why an asset has its colour: the rule, its inputs, their quality and age, and the limit that was crossed."""

import math
from datetime import datetime

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.connection import Link
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone
from twinviewer.model.units import factor
from twinviewer.scene.scene import Scene


def clock(time_ns: int) -> str:
    """Local time of day with its zone, from UTC nanoseconds; "never" for 0."""
    if time_ns <= 0:
        return "never"
    return datetime.fromtimestamp(time_ns / 1e9).astimezone().strftime("%d %b %H:%M:%S %Z")


def duration(seconds: float) -> str:
    """A span as people say it: "0.4 s", "04:12", "2:05:00", "3 d 4 h"."""
    if not math.isfinite(seconds):
        return "never"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = int(seconds)
    if whole < 3600:
        return f"{whole // 60:02d}:{whole % 60:02d}"
    if whole < 172800:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def _input(frame: Frame, tag: Tag) -> str:
    snapshot = frame.tags
    assert snapshot.quality is not None
    assert snapshot.age_s is not None
    quality = Quality(int(snapshot.quality[tag.index]))
    if quality is Quality.UNKNOWN:
        return f"Input {tag.name} ({tag.address}): no sample was ever received."
    text = snapshot.text.get(tag.index)
    value = text if text else f"{snapshot.value[tag.index]:.4g} {tag.unit}".strip()
    status = int(snapshot.status[tag.index])
    return (
        f"Input {tag.name} = {value}; quality {quality.name.lower()} (status 0x{status:08X}); measured "
        f"{clock(int(snapshot.source_ns[tag.index]))}, {duration(float(snapshot.age_s[tag.index]))} ago."
    )


def _role(scene: Scene, asset: Asset, role: str) -> Tag | None:
    return next((scene.tags[t] for t in asset.tags if scene.tags[t].role == role), None)


def _trust(quality: int, frame: Frame) -> list[str]:
    if quality < Quality.UNCERTAIN:
        return []
    if frame.connection.link not in (Link.CONNECTED, Link.DEGRADED):
        why = frame.connection.why or frame.connection.link.name.lower()
        return [f"Drawn as a ghost: the connection is not there ({why}), so nothing is known to be true now."]
    reason = {
        Quality.UNCERTAIN: "the server calls its value uncertain",
        Quality.STALE: "its value is older than its limit",
        Quality.BAD: "the server says that its value is bad",
        Quality.UNKNOWN: "no value was ever received",
    }[Quality(quality)]
    return [f"Drawn as a ghost: {reason}."]


def explain(frame: Frame, scene: Scene, asset: Asset, mode: str) -> tuple[str, ...]:
    """Sentences that answer "why this colour?" for one asset in one colouring mode."""
    row = asset.index
    if not asset.tags:
        return ("This asset has no tags: it is drawn in its own material and says nothing about the plant.",)
    if mode == "vibration":
        lines = _vibration(frame, scene, asset, row)
    elif mode == "energy":
        lines = _energy(frame, scene, asset, row)
    else:
        lines = _status(frame, scene, asset, row)
    alarms = [a for a in frame.alarms if a.asset_id == asset.asset_id]
    lines += [f"Alarm P{a.priority}: {a.message}, since {clock(a.since_ns)}." for a in alarms]
    return tuple(lines)


def _status(frame: Frame, scene: Scene, asset: Asset, row: int) -> list[str]:
    state = State(int(frame.assets.state[row]))
    lines = []
    tag = _role(scene, asset, "state")
    if tag is not None:
        meaning = ", ".join(f"{k} = {v.label.lower()}" for k, v in tag.states.items())
        lines.append(f"State {state.label}: the scene maps {tag.key} to states ({meaning}).")
        lines.append(_input(frame, tag))
    elif (power := _role(scene, asset, "power")) is not None and asset.rated_power_kw:
        lines.append(
            f"State {state.label}: there is no state tag; more than 5 % of the rated "
            f"{asset.rated_power_kw:g} kW counts as running."
        )
        lines.append(_input(frame, power))
    else:
        lines.append("State unknown: this asset has neither a state tag nor a power tag with a rating.")
        lines += [_input(frame, scene.tags[t]) for t in asset.tags[:3]]
    return lines + _trust(int(frame.assets.quality[row]), frame)


def _vibration(frame: Frame, scene: Scene, asset: Asset, row: int) -> list[str]:
    tag = _role(scene, asset, "vibration")
    if tag is None:
        return ["No vibration sensor: drawn as outline, without a zone."]
    zone = Zone(int(frame.assets.zone[row]))
    if math.isnan(factor(tag.unit, "mm/s")):
        lines = [f"No zone: {tag.unit} is no unit of vibration velocity, which the zones are about."]
    elif asset.vibration_limits is None:
        lines = ["No zone: the scene gives no vibration limits for this asset."]
    else:
        a, b, c = asset.vibration_limits
        group = f", {asset.vibration_group}" if asset.vibration_group else ""
        lines = [
            f"Zone {zone.name if zone else 'none'}: boundaries A/B {a:g}, B/C {b:g}, C/D {c:g} mm/s RMS "
            f"(ISO 20816-3{group}); a zone is left downwards only 5 % below its boundary."
        ]
    return [*lines, _input(frame, tag), *_trust(int(frame.assets.vibration_quality[row]), frame)]


def _energy(frame: Frame, scene: Scene, asset: Asset, row: int) -> list[str]:
    tag = _role(scene, asset, "power")
    if tag is None:
        return ["No power meter: drawn as outline."]
    lines = [_input(frame, tag)]
    if math.isnan(factor(tag.unit, "kW")):
        return [f"No power: {tag.unit} is no unit of power.", *lines]
    if asset.rated_power_kw:
        share = 100 * frame.assets.power_kw[row] / asset.rated_power_kw
        lines.append(f"That is {share:.0f} % of the rated {asset.rated_power_kw:g} kW.")
    return lines + _trust(int(frame.assets.power_quality[row]), frame)
