"""Turns a waveform that came into samples of the tags that are worked out of it; quality and times are its own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.bearing import Bearing
from twinviewer.model.errors import DataError
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.sample import SampleBatch
from twinviewer.model.units import factor
from twinviewer.waveforms.spectrum import Features, features
from twinviewer.waveforms.tags import LINES, value_of

BAD_TYPE_MISMATCH = 0x80740000  # the server sends something else than an array of numbers
BAD_OUT_OF_RANGE = 0x803C0000  # too short, or not finite
BAD_CONFIGURATION = 0x80890000  # BadConfigurationError: the scene does not say what is needed
BAD_WAITING = 0x80320000  # BadWaitingForInitialData: the speed has not come yet
UNCERTAIN_LAST_USABLE = 0x40900000
_BAD = 0x80000000


@dataclass(frozen=True, slots=True)
class Arrived:
    """One sample of a waveform tag: `values` (k,), None where it is no array of numbers."""

    slot: int
    values: np.ndarray | None
    status: int
    source_ns: int
    server_ns: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is worked out of one waveform: (row, role) of each tag, and where the speed of the shaft comes from."""

    tag: Tag
    made: tuple[tuple[int, str], ...]
    bearing: Bearing | None
    speed: Tag | None
    to_rpm: float


class Reduction:
    """Built once per scene. `slots` are the rows of the waveforms; `is_waveform` bool (n_tags,)."""

    def __init__(self, assets: Sequence[Asset], tags: Sequence[Tag]) -> None:
        self._plans: dict[int, _Plan] = {}
        by_source: dict[int, list[tuple[int, str]]] = {}
        for tag in tags:
            if tag.derived_from >= 0:
                by_source.setdefault(tag.derived_from, []).append((tag.index, tag.role))
        for asset in assets:
            for row in asset.tags:
                if row in by_source:
                    self._plans[row] = _plan(tags[row], tuple(by_source[row]), asset, tags)
        self.slots = tuple(self._plans)
        self.is_waveform = np.zeros(len(tags), bool)
        self.is_waveform[list(self.slots)] = True

    def arrived(self, batch: SampleBatch) -> list[Arrived]:
        """The samples of waveforms in a batch, in order."""
        return [
            Arrived(
                int(batch.slot[row]),
                batch.arrays.get(row),
                int(batch.status[row]),
                int(batch.source_ns[row]),
                int(batch.server_ns[row]),
            )
            for row in np.flatnonzero(self.is_waveform[batch.slot]).tolist()
        ]

    def samples(self, arrived: Arrived, known: TagSnapshot, received_ns: int) -> SampleBatch:
        """What is worked out of one waveform, with the speed as `known` then. Never raises: what cannot be worked out
        is bad, and its status says why."""
        plan = self._plans[arrived.slot]
        rpm, speed_status = _speed(plan, known, received_ns)
        status = arrived.status
        found = None
        if status < _BAD:
            status, found = _worked_out(plan, arrived, rpm)
        values, statuses = [], []
        for _, role in plan.made:
            value = value_of(found, role) if found is not None else float("nan")
            own = max(status, speed_status) if role in LINES and found is not None else status
            if own < _BAD and not math.isfinite(value):
                own = BAD_OUT_OF_RANGE  # too slow or too fast for the length and the sampling of the waveform
            values.append(value if own < _BAD else float("nan"))
            statuses.append(own)
        n = len(plan.made)
        return SampleBatch(
            np.array([row for row, _ in plan.made], np.int32),
            np.array(values, np.float64),
            np.array(statuses, np.uint32),
            np.full(n, arrived.source_ns, np.int64),
            np.full(n, arrived.server_ns, np.int64),
            received_ns,
        )


def _worked_out(plan: _Plan, arrived: Arrived, rpm: float) -> tuple[int, Features | None]:
    """(status, features or None)."""
    if arrived.values is None:
        return BAD_TYPE_MISMATCH, None
    if plan.tag.sampling_hz <= 0:
        return BAD_CONFIGURATION, None
    try:
        return arrived.status, features(arrived.values, plan.tag.sampling_hz, plan.bearing, rpm, plan.tag.band_hz)
    except DataError:
        band = plan.tag.band_hz
        wrong_band = band is not None and not 0 < band[0] < band[1] <= plan.tag.sampling_hz / 2
        return (BAD_CONFIGURATION if wrong_band else BAD_OUT_OF_RANGE), None


def _plan(tag: Tag, made: tuple[tuple[int, str], ...], asset: Asset, tags: Sequence[Tag]) -> _Plan:
    speeds = [tags[row] for row in asset.tags if tags[row].role == "speed"]
    nominal = asset.bearing.rpm if asset.bearing is not None else None
    for speed in speeds:
        scale = factor(speed.unit, "rpm") if speed.unit else math.nan
        if speed.unit == "%" and nominal is not None:
            scale = nominal / 100
        if not math.isnan(scale):
            return _Plan(tag, made, asset.bearing, speed, scale)
    return _Plan(tag, made, asset.bearing, None, math.nan if nominal is None else nominal)


def _speed(plan: _Plan, known: TagSnapshot, now_ns: int) -> tuple[float, int]:
    """Turns a minute of the shaft (NaN: nobody knows), and the status of what says so."""
    if plan.speed is None:
        return plan.to_rpm, 0 if plan.to_rpm == plan.to_rpm else BAD_CONFIGURATION
    row = plan.speed.index
    if not known.received_ns[row]:
        return math.nan, BAD_WAITING
    status, value = int(known.status[row]), float(known.value[row])
    if status >= _BAD or not math.isfinite(value):
        return math.nan, status if status >= _BAD else BAD_OUT_OF_RANGE
    limit_s = plan.speed.stale_after_s
    if limit_s is not None and now_ns - int(known.received_ns[row]) > limit_s * 1e9:
        status = max(status, UNCERTAIN_LAST_USABLE)
    return value * plan.to_rpm, status
