"""The figures of a shift, out of a recording: indicators, time in state, vibration, energy, alarms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twinviewer.history.layout import MINUTE_NS
from twinviewer.history.recording import Recording
from twinviewer.history.rows import Rows, concatenated
from twinviewer.kpi.book import Book
from twinviewer.kpi.book import load as load_book
from twinviewer.kpi.indicators import line_indicators
from twinviewer.kpi.lines import Line, lines_of
from twinviewer.kpi.own import OwnIndicators
from twinviewer.kpi.past import usable_last, usable_value
from twinviewer.kpi.report_alarms import AlarmFigures, alarm_figures
from twinviewer.kpi.tracks import Track, Tracks
from twinviewer.kpi.unseen import unseen_of
from twinviewer.model.asset import Asset
from twinviewer.model.frame import Kpi
from twinviewer.model.note import Note
from twinviewer.model.quality import Quality, quality_of
from twinviewer.scene.scene import Scene
from twinviewer.states.evaluator import factors, first_tag

NS = 1_000_000_000
NAN = float("nan")
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class AssetFigures:
    """One asset: `seconds` float64 (9,) in each state, the worst vibration (NaN: none) and when, energy (NaN: none)."""

    asset: Asset
    track: Track
    seconds: np.ndarray
    vibration_mm_s: float
    vibration_ns: int
    energy_kwh: float


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """Everything that a shift report says. `power_kw` is (time_ns int64, float64) of the sum of all meters."""

    scene: str
    from_ns: int
    to_ns: int
    recorded_s: float
    kpis: tuple[Kpi, ...]
    assets: tuple[AssetFigures, ...]
    energy_kwh: float
    carbon_kg: float
    carbon_source: str
    power_kw: tuple[np.ndarray, np.ndarray]
    alarms: AlarmFigures
    actions: tuple[dict[str, Any], ...]
    notes: tuple[Note, ...]


def shift_report(
    recording: Recording, scene: Scene, from_ns: int, to_ns: int, progress: Progress = lambda fraction, text: None
) -> ShiftReport:
    """All figures between two moments. `progress` may raise to cancel. Raises RecordingError."""
    progress(0.0, "states")
    tracks = Tracks(recording, scene, from_ns, to_ns)
    progress(0.3, "counters and energy")
    gains = gains_of(recording, scene, ("count_good", "count_scrap", "energy"), from_ns, to_ns)
    progress(0.5, "vibration and power")
    assets, power = _assets(recording, scene, tracks, gains)
    energy = float(np.nansum([a.energy_kwh for a in assets]))
    begun = recording.stretches(from_ns, to_ns)
    hours = (begun[-1].last_ns - begun[0].first_ns) / NS / 3600 if begun else 0.0
    figures = line_indicators(scene.kpi_targets, _counted(recording, scene, tracks, gains), hours, energy)
    progress(0.8, "alarms")
    book = load_book(scene.path)
    mean_kw = float(np.nanmean(power[1])) if np.isfinite(power[1]).any() else NAN
    own = own_kpis(recording, scene, book, (*figures, Kpi("power", "Power", mean_kw, "kW")), (from_ns, to_ns))
    diary = recording.diary
    notes = tuple(n for n in diary.settled_notes() if from_ns <= n.time_ns <= to_ns)
    return ShiftReport(
        scene=scene.name,
        from_ns=from_ns,
        to_ns=to_ns,
        recorded_s=sum(s.last_ns - s.first_ns for s in begun) / NS,
        kpis=(*(_targeted(k, book) for k in figures), *own),
        assets=assets,
        energy_kwh=energy,
        carbon_kg=energy * scene.energy.carbon_kg_per_kwh,
        carbon_source=scene.energy.carbon_source,
        power_kw=power,
        alarms=alarm_figures(diary.events(from_ns, to_ns), recording.alarms_at(to_ns), from_ns, to_ns),
        actions=tuple(diary.actions(from_ns, to_ns)),
        notes=notes,
    )


def gains_of(
    recording: Recording, scene: Scene, roles: tuple[str, ...], from_ns: int, to_ns: int, more: Sequence[int] = ()
) -> dict[int, float]:
    """By how much each tag (row of scene.tags) of these roles, and those in `more`, grew.

    A counter that goes back counts from there anew.
    """
    counting = {t.index for t in scene.tags if t.role in roles} | set(more)
    rows = {row: int(recording.number_of_row[row]) for row in sorted(counting)}
    rows = {row: number for row, number in rows.items() if number >= 0}
    if not rows:
        return {}
    seen = recording.minutes(list(rows.values()), from_ns, to_ns)
    begun = recording.stretches(from_ns, to_ns)
    first = recording.at(max(from_ns, begun[0].first_ns) if begun else from_ns)
    last = recording.at(to_ns)
    gains: dict[int, float] = {}
    for row, number in rows.items():
        a, b = np.searchsorted(seen["tag"], [number, number + 1])
        within = (seen["time"][a:b] >= from_ns) & (seen["time"][a:b] + 60 * NS <= to_ns)
        inside = usable_last(seen, a, b)[within]
        values = np.concatenate([[usable_value(first, row)], inside, [usable_value(last, row)]])
        values = values[np.isfinite(values)]
        step = np.diff(values)
        gains[row] = float(np.where(step >= 0, step, values[1:]).sum()) if len(values) else 0.0
    return gains


def _counted(recording: Recording, scene: Scene, tracks: Tracks, gains: dict[int, float]) -> list[Line]:
    """The lines with what they counted: the times and parts of each bottleneck, the parts that left."""
    lines = lines_of(scene)
    for line in lines:
        slowest, last = line.bottleneck(), line.last_counter()
        if slowest is not None:
            _count(recording, line, slowest, tracks, gains)
        if last is not None:
            last.total = gains.get(last.tag, NAN)
    return lines


def _count(recording: Recording, line: Line, k: int, tracks: Tracks, gains: dict[int, float]) -> None:
    track = tracks.of(line.stations[k])
    line.time_s[k] = track.seconds()
    for counter in (line.good[k], line.scrap[k]):
        counter.total = gains.get(counter.tag, 0.0)
        number = int(recording.number_of_row[counter.tag]) if counter.tag >= 0 else -1
        counter.unseen = unseen_of(recording, number, track).at(tracks.to_ns)
    line.failures[k] = len(track.failures_ns())


def _targeted(kpi: Kpi, book: Book) -> Kpi:
    """With the target that a person set in the window, where one did."""
    own = book.target(kpi.key)
    return kpi if own is None else replace(kpi, target=own.target)


def own_kpis(
    recording: Recording, scene: Scene, book: Book, figures: Sequence[Kpi], span: tuple[int, int]
) -> list[Kpi]:
    """The scene's own indicators over a stretch: tags by their mean, counters by their growth, indicators as given."""
    if not book.indicators:
        return []
    known = {k.key: k.value for k in figures}
    known |= {k.replace("throughput.", "rate."): v for k, v in known.items() if k.startswith("throughput.")}
    own = OwnIndicators(scene, book.indicators, [*known, "vibration", "alarms"])
    mean = mean_of(recording, scene, *span, own.tags)
    gains = gains_of(recording, scene, (), *span, tuple(own.counters.values()))
    grown = {name: gains.get(row, NAN) for name, row in own.counters.items()}
    note = "tags by their mean over the time of the report"
    return [replace(k, note=f"{k.note}; {note}") for k in own.over(mean, grown, known)]


def mean_of(recording: Recording, scene: Scene, from_ns: int, to_ns: int, rows: Sequence[int]) -> np.ndarray:
    """float64 (tags,): the mean of the minutes of some tags (rows of scene.tags); NaN for all others."""
    found = np.full(len(scene.tags), NAN)
    numbers = {row: int(recording.number_of_row[row]) for row in rows if recording.number_of_row[row] >= 0}
    if not numbers:
        return found
    seen = recording.minutes(list(numbers.values()), from_ns, to_ns)
    grid = np.arange(from_ns, to_ns, 60 * NS, dtype=np.int64)
    known = np.zeros(len(grid), bool)
    for stretch in recording.usable(from_ns, to_ns):
        known |= (grid + 60 * NS > stretch.first_ns) & (grid <= stretch.last_ns)
    for row, number in numbers.items():
        held = np.where(known, _held(seen, number, grid), NAN)
        if np.isfinite(held).any():
            found[row] = float(np.nanmean(held))
    return found


def _assets(
    recording: Recording, scene: Scene, tracks: Tracks, gains: dict[int, float]
) -> tuple[tuple[AssetFigures, ...], tuple[np.ndarray, np.ndarray]]:
    vibration, power, energy = (first_tag(scene, role) for role in ("vibration", "power", "energy"))
    to_mm_s, to_kw, to_kwh = (factors(scene, *of) for of in ((vibration, "mm/s"), (power, "kW"), (energy, "kWh")))
    numbers = recording.number_of_row
    wanted = [int(numbers[t]) for t in (*vibration, *power) if t >= 0 and numbers[t] >= 0]
    seen = recording.minutes(wanted, tracks.from_ns, tracks.to_ns)
    edges = _edges(recording, [_number(numbers, t) for t in vibration], tracks.from_ns, tracks.to_ns)
    grid = np.arange(tracks.from_ns, tracks.to_ns, 60 * NS, dtype=np.int64)
    hours = np.minimum(tracks.to_ns - grid, 60 * NS) / (3600 * NS)
    known = tracks.known(grid)
    total = np.full(len(grid), NAN)
    found: list[AssetFigures] = []
    for asset in scene.assets:
        if not asset.tags:
            continue
        worst, when = _worst(seen, edges, _number(numbers, vibration[asset.index]), (tracks.from_ns, tracks.to_ns))
        worst *= to_mm_s[asset.index]
        own_kw = np.where(known, _held(seen, _number(numbers, power[asset.index]), grid), NAN) * to_kw[asset.index]
        total = np.where(np.isfinite(own_kw), np.nan_to_num(total) + own_kw, total)
        counted = gains.get(int(energy[asset.index]), NAN) * to_kwh[asset.index]
        if not np.isfinite(counted) and np.isfinite(own_kw).any():
            counted = float(np.nansum(own_kw * hours))
        track = tracks.of(asset)
        found.append(AssetFigures(asset, track, track.seconds(), worst, when, counted))
    return tuple(found), (grid, total)


def _number(numbers: np.ndarray, row: int) -> int:
    return int(numbers[row]) if row >= 0 else -1


def _edges(recording: Recording, numbers: Sequence[int], from_ns: int, to_ns: int) -> Rows:
    """The samples of the minutes that only partly belong to a stretch of time."""
    first_ns, last_ns = -(-from_ns // MINUTE_NS) * MINUTE_NS, to_ns // MINUTE_NS * MINUTE_NS
    wanted = [number for number in numbers if number >= 0]
    spans = [(from_ns, min(first_ns, to_ns) - 1), (max(last_ns, from_ns), to_ns)]
    return concatenated([recording.of_numbers(wanted, a, b) for a, b in spans if a < b])


def _worst(seen: dict[str, np.ndarray], edges: Rows, number: int, span: tuple[int, int]) -> tuple[float, int]:
    """The highest usable value of a tag and when it came: its minute, or its moment where that is known."""
    a, b = np.searchsorted(seen["tag"], [number, number + 1]) if number >= 0 else (0, 0)
    begun = seen["time"][a:b]
    whole = (begun >= span[0]) & ((begun % MINUTE_NS != 0) | (begun + MINUTE_NS <= span[1]))
    own = edges.take(edges.tag == number)
    edge = np.where(quality_of(own.status, own.time) < Quality.BAD, own.value, NAN)
    high = np.append(np.where(whole, seen["max"][a:b], NAN), edge)  # bad samples are in no aggregate
    if not np.isfinite(high).any():
        return NAN, 0
    k = int(np.nanargmax(high))
    return float(high[k]), int(np.append(begun, own.time)[k])


def _held(seen: dict[str, np.ndarray], number: int, grid: np.ndarray) -> np.ndarray:
    """The mean of each minute, held where no sample came; NaN before the first."""
    a, b = np.searchsorted(seen["tag"], [number, number + 1]) if number >= 0 else (0, 0)
    if a == b:
        return np.full(len(grid), NAN)
    k = np.searchsorted(seen["time"][a:b], grid + 60 * NS, "left") - 1
    return np.where(k >= 0, seen["mean"][a:b][np.maximum(k, 0)], NAN)
