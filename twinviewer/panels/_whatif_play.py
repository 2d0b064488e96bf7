"""Turns planned stops of assets, as the maintenance plan hands them over, into a scenario of the flow model."""

from collections.abc import Sequence
from dataclasses import dataclass

from twinviewer.panels._whatif_model import Control, Kept

PLAY = "whatif.play"  # the command that takes what was handed over
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Handed:
    """Assets that shall stand: (from, UTC ns; asset; for how long, s)."""

    name: str
    note: str
    stops: tuple[tuple[int, str, float], ...]


def places(controls: Sequence[Control]) -> dict[str, tuple[str, int]]:
    """Station and machine (from 1) of each asset that the flow model knows."""
    found: dict[str, tuple[str, int]] = {}
    for control in controls:
        station = control.id.partition(".")[2]
        for k, asset in enumerate(control.assets):
            found.setdefault(asset, (station, k + 1))
    return found


def scenario_of(handed: Handed, controls: Sequence[Control], start_ns: int) -> Kept:
    """The scenario of a run that begins at `start_ns`; stops before it and of assets without a station are left out.
    Stops of one machine that meet become one."""
    known = places(controls)
    spans: dict[tuple[str, int], list[list[float]]] = {}
    for at_ns, asset, down_s in sorted(handed.stops):
        begin = (at_ns - start_ns) / _NS
        if asset not in known or begin + down_s <= 0:
            continue
        begin, end = max(begin, 0.0), begin + down_s
        own = spans.setdefault(known[asset], [])
        if own and begin <= own[-1][1]:
            own[-1][1] = max(own[-1][1], end)
        else:
            own.append([begin, end])
    events = [
        (begin, station, end - begin, machine, True)
        for (station, machine), own in spans.items()
        for begin, end in own
    ]  # fmt: skip
    return Kept(handed.name, events=tuple(sorted(events)), note=handed.note)
