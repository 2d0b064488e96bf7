"""What the plant reads from a scene: kinds of assets, routes of vehicles, and the settings of its behaviour."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from twinviewer.model.asset import Asset, Tag


class PlantScene(Protocol):
    """The part of a scene that the plant needs; `twinviewer.scene.scene.Scene` has it."""

    @property
    def name(self) -> str: ...
    @property
    def assets(self) -> tuple[Asset, ...]: ...
    @property
    def tags(self) -> tuple[Tag, ...]: ...
    @property
    def flow(self) -> tuple[tuple[str, str], ...]: ...


@dataclass(frozen=True, slots=True)
class PlantSettings:
    """How the plant behaves. Times are plant time.

    `mtbf_h` and `mttr_s` are means of exponential times, operating time between failures and hands-on repair;
    `call_s` is what the crew needs to arrive, `bearing_life_h` the mean life of bearings in running hours. `cv` is the
    coefficient of variation of the lognormal cycle times, `takt_s` the cycle of a station without a CycleTime tag,
    `slack` by how much parts are released slower than the slowest stage works. `lot_s` is the production time of one
    order, `setup_s` the mean changeover. `shift_h` limits production to these hours of a UTC day, for example
    ((6.0, 22.0),); empty means always.
    """

    mtbf_h: float = 60.0
    mttr_s: float = 420.0
    call_s: float = 90.0
    bearing_life_h: float = float("inf")
    crew: int = 2
    cv: float = 0.05
    takt_s: float = 12.0
    slack: float = 0.03
    lot_s: float = 4200.0
    setup_s: float = 480.0
    scrap: float = 0.002
    products: tuple[str, ...] = ("Housing H2", "Bracket B4", "Flange F7", "Cover C1")
    shift_h: tuple[tuple[float, float], ...] = ()
    warm_up_s: float = 1200.0
    ambient_c: float = 22.0


CALM = PlantSettings()
DEMO = PlantSettings(mtbf_h=5.0, mttr_s=300.0, call_s=150.0, bearing_life_h=400.0)

_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("conveyor", ("conveyor", "belt")),
    ("agv", ("agv", "amr", "forklift", "shuttle")),
    ("crane", ("crane", "gantry")),
    ("compressor", ("compressor",)),
    ("chiller", ("chiller", "cooler")),
    ("ahu", ("ahu", "air handling", "ventilat")),
    ("exchanger", ("exchanger",)),
    ("tank", ("tank", "vessel", "silo")),
    ("pump", ("pump",)),
    ("valve", ("valve",)),
    ("rack", ("rack", "shelf", "storage")),
    ("oven", ("oven", "furnace", "kiln")),
    ("washer", ("wash",)),
    ("robot", ("robot",)),
    ("cnc", ("cnc", "mill", "lathe", "machining")),
    ("press", ("press",)),
    ("welder", ("weld",)),
)
FLUID = frozenset({"tank", "pump", "valve", "exchanger", "compressor", "chiller", "ahu"})
MOVERS = frozenset({"agv", "crane"})
CHANGEOVER = frozenset({"cnc", "press", "welder"})


def kind_of(asset: Asset) -> str:
    """What sort of thing an asset is, from the words of its type; "machine" where they say nothing."""
    words = f"{asset.type} {asset.type_label}".lower()
    for kind, marks in _KINDS:
        if any(mark in words for mark in marks):
            return kind
    return "machine"


def stream(seed: int, *purpose: object) -> random.Random:
    """Random numbers of one purpose. They depend on names only, never on the order in which others draw."""
    return random.Random("/".join(str(part) for part in (seed, *purpose)))


def route_of(asset: Asset, x_span: tuple[float, float], y_span: tuple[float, float]) -> list[tuple[float, float]]:
    """Corner points (m) on which a vehicle drives: `extras.route` as "x y; x y; …", else a loop inside its spans."""
    points: list[tuple[float, float]] = []
    for pair in str(asset.extras.get("route") or "").split(";"):
        numbers = pair.replace(",", " ").split()
        if len(numbers) >= 2:
            try:
                points.append((float(numbers[0]), float(numbers[1])))
            except ValueError:
                return _loop(x_span, y_span)
    return points if len(points) >= 2 else _loop(x_span, y_span)


def _loop(x_span: tuple[float, float], y_span: tuple[float, float]) -> list[tuple[float, float]]:
    (x0, x1), (y0, y1) = x_span, y_span
    dx, dy = 0.1 * (x1 - x0), 0.1 * (y1 - y0)
    return [(x0 + dx, y0 + dy), (x1 - dx, y0 + dy), (x1 - dx, y1 - dy), (x0 + dx, y1 - dy)]


def tags_by_key(assets: Sequence[Asset], tags: Sequence[Tag]) -> list[dict[str, Tag]]:
    """Per asset: its tags by key."""
    found: list[dict[str, Tag]] = [{} for _ in assets]
    for asset in assets:
        for row in asset.tags:
            found[asset.index][tags[row].key] = tags[row]
    return found


def tag_of_role(tags: Mapping[str, Tag], role: str) -> Tag | None:
    """The first tag of an asset with this role."""
    return next((tag for tag in tags.values() if tag.role == role), None)
