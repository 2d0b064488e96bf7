"""Reads from a recording what maintenance needs: running hours and pace of assets, and tags as arrays over minutes."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.model.asset import Asset, Tag
from twinviewer.model.errors import RecordingError
from twinviewer.model.quality import Quality, quality_of
from twinviewer.model.state import State
from twinviewer.model.units import factor
from twinviewer.scene.scene import Scene
from twinviewer.waveforms.tags import ACCELERATIONS, LINES

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
MOST_DAYS = 60.0
_UNITS = {"vibration": "mm/s", "power": "kW", **dict.fromkeys(ACCELERATIONS, "m/s²")}
READ = frozenset({"state", "vibration", "temperature", "current", "power", "pressure", "lubrication", "load", "speed"})
READ |= {"acceleration", "kurtosis", "envelope", "ambient", *LINES}


@dataclass(frozen=True)
class Minutes:
    """One asset's past. `time_ns` int64 (n,), evenly spaced; `value` float64 (n,) per tag key, vibration in mm/s,
    acceleration in m/s² and power in kW, a state that is text as its `State`, NaN where there is nothing usable; `bad`
    share of steps of bad quality, per tag key; `sampled_s` the step, `every_s` the median time between values of a tag,
    per tag key; `skew_s` by how much its values' own stamps are behind the recorder's clock (negative: ahead)."""

    asset: Asset
    time_ns: np.ndarray
    value: Mapping[str, np.ndarray]
    role: Mapping[str, str]
    bad: Mapping[str, float]
    sampled_s: float = float("nan")
    every_s: Mapping[str, float] = field(default_factory=dict)
    skew_s: float = 0.0

    def of_role(self, role: str) -> np.ndarray | None:
        """The values of the first tag with this role."""
        return next((self.value[key] for key, found in self.role.items() if found == role), None)


def scale_of(tag: Tag) -> float:
    """By what a tag's own value (or limit) is multiplied to be one of `Minutes.value`; NaN where its unit is none."""
    return factor(tag.unit, _UNITS[tag.role]) if tag.role in _UNITS else 1.0


def unit_of(tag: Tag) -> str:
    """The unit that its values have in `Minutes.value`."""
    return _UNITS.get(tag.role, tag.unit)


def span_of(recording: Recording, where: str) -> tuple[int, int]:
    """First and last moment. Raises RecordingError where nothing is recorded."""
    first, last = recording.span()
    if last <= first:
        raise RecordingError("nothing is recorded here yet", where, "Record for a while, then ask again.")
    return first, last


def minutes_of(
    recording: Recording,
    scene: Scene,
    assets: Sequence[Asset],
    until_ns: int = 0,
    days: float = MOST_DAYS,
    roles: Set[str] = READ,
) -> list[Minutes]:
    """The last `days` of some assets before `until_ns` (0: the end), by minutes; by seconds where less than two hours
    are recorded. A value holds until the next one as long as the recorder ran. Raises RecordingError."""
    first, last = span_of(recording, str(recording.folder))
    last = min(last, until_ns) if until_ns else last
    first = max(first, last - int(days * 24 * HOUR_NS))
    recorded = {tag.name for tag in recording.tags}
    known = [tag for tag in scene.tags if tag.name in recorded and tag.role in roles]
    of_asset = [_keyed(asset, known, scene) for asset in assets]
    wanted = list({tag.name: tag for tags in of_asset for tag in tags.values()}.values())
    if last - first > 2 * HOUR_NS:
        step_ns = MINUTE_NS
        columns = recording.minutes([recording.number(t.name) for t in wanted], first, last)
        columns = _with_before(columns, recording, first, [recording.number(t.name) for t in wanted])
        numbers, times, values, lasts, quality = (columns[name] for name in ("tag", "time", "mean", "last", "quality"))
    else:
        step_ns = SECOND_NS
        rows = recording.samples([t.name for t in wanted], first, last, before=True)
        numbers, times, values, quality = rows.tag, rows.time, rows.value, quality_of(rows.status, rows.time)
        lasts = values
    grid = np.arange(first // step_ns, last // step_ns + 1, dtype=np.int64) * step_ns
    on = _recorded(grid, recording, first, last)
    bounds = {n: np.searchsorted(numbers, [n, n + 1]) for n in (recording.number(t.name) for t in wanted)}

    skew, told = _skew_s(recording, last), _told_in_words(recording, wanted, first, last)

    def series(tag: Tag) -> tuple[np.ndarray, float, float]:
        a, b = bounds[recording.number(tag.name)]
        means = lasts if tag.role == "state" else values  # between two states there is none
        at, mean, newest, good = told.get(tag.name) or (times[a:b], means[a:b], lasts[a:b], quality[a:b])
        value, bad = _on_grid(grid, on, at, mean, newest, good)
        value = _while_fresh(value * scale_of(tag), grid, at, tag.stale_after_s, step_ns)
        return value, bad, max(float(np.median(np.diff(at))) / 1e9 if len(at) > 2 else np.inf, step_ns / 1e9)

    found = []
    for asset, tags in zip(assets, of_asset, strict=True):
        held = {key: series(tag) for key, tag in tags.items()}
        found.append(
            Minutes(
                asset,
                grid,
                {k: v for k, (v, _, _) in held.items()},
                {key: tag.role for key, tag in tags.items()},
                {k: bad for k, (_, bad, _) in held.items()},
                step_ns / 1e9,
                {k: every for k, (_, _, every) in held.items()},
                min((skew[n] for t in tags.values() if (n := recording.number(t.name)) in skew), key=abs, default=0.0),
            )
        )
    return found


def _told_in_words(
    recording: Recording, wanted: Sequence[Tag], first: int, last: int
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """By tag name, of states that are text: times, states (as numbers) twice, and quality."""
    tags = [tag for tag in wanted if tag.role == "state" and tag.is_text]
    if not tags:
        return {}
    rows, found = recording.state_changes(first, last), {}
    for tag in tags:
        own = rows.take(rows.tag == recording.number(tag.name))
        meaning = np.array([float(tag.states.get(word, State.UNKNOWN)) for word in own.words] or [np.nan])
        state = np.where(own.word >= 0, meaning[own.word], np.nan)
        found[tag.name] = own.time, state, state, quality_of(own.status, own.time)
    return found


def _keyed(asset: Asset, known: Sequence[Tag], scene: Scene) -> dict[str, Tag]:
    """An asset's tags by their keys; where none tells its surroundings, those of the place nearest to it, by name."""
    own = {tag.key: tag for tag in known if tag.asset_id == asset.asset_id}
    ambient = [tag for tag in known if tag.role == "ambient"]
    if not ambient or any(tag.role == "ambient" for tag in own.values()):
        return own
    path = {a.asset_id: a.path for a in scene.assets}

    def shared(tag: Tag) -> int:
        steps = zip(asset.path, path.get(tag.asset_id, ()), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], steps))

    nearest = max(ambient, key=shared)
    return {**own, nearest.name: nearest}


def _skew_s(recording: Recording, last: int) -> dict[int, float]:
    """By tag number, how long before the recorder its newest value was stamped by its source (s)."""
    rows = recording.newest(last)
    stamped = rows.source > 0
    late = (rows.time[stamped] - rows.source[stamped]) / SECOND_NS
    return dict(zip(rows.tag[stamped].tolist(), late.tolist(), strict=True))


def _with_before(
    columns: Mapping[str, np.ndarray], recording: Recording, first: int, wanted: Sequence[int]
) -> dict[str, np.ndarray]:
    """Minutes of tags with what held when they begin: a machine that runs all the time says so only once."""
    rows = recording.newest(first)
    own = np.isin(rows.tag, np.array(wanted, np.int64))
    held = {
        "tag": rows.tag[own],
        "time": np.minimum(rows.time[own], first),
        "mean": rows.value[own],
        "last": rows.value[own],
        "quality": quality_of(rows.status[own], rows.time[own]),
    }
    whole = {name: np.concatenate([held[name], columns[name]]) for name in held}
    order = np.lexsort((whole["time"], whole["tag"]))
    return {name: column[order] for name, column in whole.items()}


def _recorded(grid: np.ndarray, recording: Recording, first: int, last: int) -> np.ndarray:
    """bool (n,): when the recorder ran and the feed delivered."""
    on = np.zeros(len(grid), bool)
    for stretch in recording.usable(first, last):
        on |= (grid >= stretch.first_ns - MINUTE_NS) & (grid <= stretch.last_ns + MINUTE_NS)
    return on


def _on_grid(
    grid: np.ndarray, on: np.ndarray, time: np.ndarray, mean: np.ndarray, last: np.ndarray, quality: np.ndarray
) -> tuple[np.ndarray, float]:
    """What was said in each step, or was said last before it, NaN where nothing was; the share of bad quality."""
    if not len(time):
        return np.full(len(grid), np.nan), 0.0
    at = np.searchsorted(time, grid + (grid[1] - grid[0] if len(grid) > 1 else 1), "left") - 1
    holds, at = on & (at >= 0), np.maximum(at, 0)
    bad = holds & (quality[at] >= Quality.BAD)
    value = np.where(time[at] >= grid, mean[at], last[at])
    return np.where(holds & ~bad, value, np.nan), float(bad.mean())


def _while_fresh(
    value: np.ndarray, grid: np.ndarray, time: np.ndarray, after_s: float | None, step_ns: int
) -> np.ndarray:
    """`value` float64 (n,), NaN where the newest sample is older than the scene lets it be."""
    if after_s is None or not len(time):
        return value
    at = np.maximum(np.searchsorted(time, grid + step_ns, "left") - 1, 0)
    return np.where(grid - time[at] <= after_s * SECOND_NS + step_ns, value, np.nan)


def running(recording: Recording, scene: Scene, assets: Sequence[Asset]) -> tuple[dict[str, float], dict[str, float]]:
    """Running hours now and running hours per hour, by asset, from the counters of role "hours"."""
    first, last = span_of(recording, str(recording.folder))
    hours, pace = dict[str, float](), dict[str, float]()
    recorded = {tag.name for tag in recording.tags}
    begin, end = recording.at(first), recording.at(last)
    length_h = (last - first) / HOUR_NS
    for asset in assets:
        for row in asset.tags:
            tag = scene.tags[row]
            if tag.role != "hours" or tag.name not in recorded or not np.isfinite(end.value[row]):
                continue
            hours[asset.asset_id] = float(end.value[row])
            run = float(end.value[row] - begin.value[row]) / length_h
            if np.isfinite(run) and 0 <= run <= 1.5 and length_h >= 1:
                pace[asset.asset_id] = run
    return hours, pace


def opened(path: Path, scene: Scene) -> Recording:
    """The recording of a scene. Raises RecordingError where it holds none of the scene's tags."""
    recording = Recording.open(path, scene)
    known = {tag.name for tag in scene.tags}
    if not any(tag.name in known for tag in recording.tags):
        recording.close()
        raise RecordingError("the recording has no tag of this scene", str(path), "Was it made of another scene?")
    return recording
