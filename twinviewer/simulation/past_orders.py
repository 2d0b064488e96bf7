"""What a recording says was made at the first station of each source, product after product: the orders of then."""

import itertools
from collections.abc import Sequence

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.scene.scene import Scene
from twinviewer.simulation import evidence
from twinviewer.simulation.flow_tables import made_at
from twinviewer.simulation.line import Line, Lot
from twinviewer.simulation.plant_now import LOADED, PlantNow

NS = 1_000_000_000
BEYOND = 1.5  # the last lot goes on for so many times of what was made: a model that is too quick must not run dry


def runs_at(
    line: Line, scene: Scene, recording: Recording, station: str, from_ns: int, to_ns: int
) -> list[tuple[str, int]]:
    """(product as the plant calls it, parts) of what a station finished, in order; "" where no tag says the product."""
    times, counts, products = [np.zeros(0)], [np.zeros(0)], list[str]()
    for asset in evidence.known_assets(line, scene, station):
        for role, key in (("count_good", "GoodCount"), ("count_scrap", "ScrapCount")):
            tag = evidence.tag_of(scene, asset, role, key)
            if tag is None or recording.number_of_row[tag.index] < 0:
                continue
            time_s, value = evidence.samples(recording, tag, from_ns, to_ns)
            step = np.diff(value)
            made = np.flatnonzero(step > 0)
            times.append(time_s[made + 1])
            counts.append(step[made])
            products += _texts(scene, recording, asset, time_s[made + 1], from_ns, to_ns)
    at = np.concatenate(times)
    order = np.argsort(at, kind="stable")
    made = [(products[k], round(float(n))) for k, n in zip(order, np.concatenate(counts)[order], strict=True)]
    grouped = itertools.groupby(made, key=lambda m: m[0])
    return [(product, sum(n for _, n in parts)) for product, parts in grouped]


def _texts(scene: Scene, recording: Recording, asset: str, at_s: np.ndarray, from_ns: int, to_ns: int) -> list[str]:
    """The product that an asset showed just before each moment."""
    tag = evidence.tag_of(scene, asset, "product", "Product")
    if tag is None or recording.number_of_row[tag.index] < 0:
        return [""] * len(at_s)
    rows = recording.samples([tag.name], from_ns, to_ns, before=True)
    k = np.searchsorted(rows.time / NS, at_s, "left") - 1
    return [(rows.text(int(j)) or "") if j >= 0 else "" for j in k]


def past_lots(line: Line, scene: Scene, recording: Recording, feeds: str, now: PlantNow, to_ns: int) -> tuple[Lot, ...]:
    """What a source released after `now`, as lots of the line's products; nothing where no counter says.

    Parts that were at the station already come out of the beginning. A product that the line does not make there
    stands for another one that it does: what matters is where one ends and the next begins.
    """
    seen = runs_at(line, scene, recording, feeds, now.time_ns, to_ns)
    if not seen:
        return ()
    there = now.stations.get(feeds)
    held = sum(m.state in LOADED for m in there.machines) if there else 0
    left = _without(seen, held + (len(there.queue) if there else 0))
    names = named(line, feeds, [p for p, _ in left])
    lots = [[n, q] for n, (_, q) in zip(names, left, strict=True)]
    total = sum(q for _, q in seen)
    lots[-1][1] += max(50, round(BEYOND * total))
    return tuple(Lot(product=n, quantity=q) for n, q in lots)


def _without(seen: Sequence[tuple[str, int]], n: int) -> list[tuple[str, int]]:
    """The runs without the first `n` parts; at least the last product stays."""
    left = list(seen)
    while n > 0 and len(left) > 1:
        product, quantity = left[0]
        taken = min(n, quantity)
        n -= taken
        left[0] = (product, quantity - taken)
        if left[0][1] == 0:
            left.pop(0)
    return left


def named(line: Line, station: str, products: Sequence[str]) -> list[str]:
    """The line's own products for those of a record: the same name where the station makes it, else another than the
    one before."""
    made = made_at(line, station)
    found: list[str] = []
    for k, product in enumerate(products):
        before = found[-1] if found else ""
        same = k > 0 and product == products[k - 1]
        if product in made and (product != before or same):
            found.append(product)
        elif same:
            found.append(before)
        else:
            found.append(next((p for p in made if p != before), made[0]))
    return found
