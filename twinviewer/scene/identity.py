"""Recognising nodes when geometry is exported again: by id, by path, else by shape and place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twinviewer.model.geometry import Geometry, GeometryNode
from twinviewer.model.notice import Notice
from twinviewer.scene.names import without_file
from twinviewer.scene.node_list import extras_id

PLACE_M = 0.05  # how far a node may have moved and still stand in the same place
_SIZE_M = 0.002
_SIZE_PART = 0.002


@dataclass(frozen=True, slots=True)
class NodePrint:
    """What is remembered of a node: its path, its id, and the shape and place of all that it carries.

    `size` and `centre` are of the bounding box, in metres, scene coordinates; `triangles` is 0 where it carries none.
    """

    path: str
    asset_id: str
    triangles: int
    size: tuple[float, float, float]
    centre: tuple[float, float, float]


@dataclass(slots=True)
class Changes:
    """What differs between two exports. Pairs are (old, new), those of `exchanged` two new nodes of which each stands
    where the other one's name was."""

    renamed: list[tuple[NodePrint, NodePrint]] = field(default_factory=list)
    moved: list[tuple[NodePrint, NodePrint]] = field(default_factory=list)
    reshaped: list[tuple[NodePrint, NodePrint]] = field(default_factory=list)
    added: list[NodePrint] = field(default_factory=list)
    lost: list[NodePrint] = field(default_factory=list)
    exchanged: list[tuple[NodePrint, NodePrint]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.renamed, self.moved, self.reshaped, self.added, self.lost, self.exchanged))


def prints(geometry: Geometry) -> list[NodePrint]:
    """One print per node, what hangs below it included."""
    low, high, triangles = _boxes(geometry)
    for row in range(len(geometry.nodes) - 1, -1, -1):  # children stand after their parents
        parent = geometry.nodes[row].parent
        if parent >= 0:
            low[parent] = np.minimum(low[parent], low[row])
            high[parent] = np.maximum(high[parent], high[row])
            triangles[parent] += triangles[row]
    filled = triangles > 0
    low[~filled] = high[~filled] = 0.0
    size = (high - low).round(4).tolist()
    centre = ((high + low) / 2).round(4).tolist()
    return [
        NodePrint(node.path, extras_id(node), int(triangles[row]), tuple(size[row]), tuple(centre[row]))
        for row, node in enumerate(geometry.nodes)
    ]


def _boxes(geometry: Geometry) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Own bounding box (inf where empty) and own triangle count of each node."""
    count = len(geometry.nodes)
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    if len(geometry.node):
        starts = np.flatnonzero(np.diff(geometry.node, prepend=-1))
        rows = geometry.node[starts]
        np.minimum.at(low, rows, np.minimum.reduceat(geometry.points, starts, axis=0))
        np.maximum.at(high, rows, np.maximum.reduceat(geometry.points, starts, axis=0))
    triangles = np.array([node.last - node.first for node in geometry.nodes], np.int64)
    return low, high, triangles


def compare(old: Sequence[NodePrint], new: Sequence[NodePrint]) -> Changes:
    """What became of each node of `old` in `new`."""
    changes = Changes()
    by_path = {p.path: p for p in new}
    old_paths = {p.path for p in old}
    lost = [p for p in old if p.path not in by_path]
    added = [p for p in new if p.path not in old_paths]
    for before in old:
        after = by_path.get(before.path)
        if after is None:
            continue
        if not _same_shape(before, after):
            changes.reshaped.append((before, after))
        elif not _same_place(before, after):
            changes.moved.append((before, after))
    changes.exchanged = _exchanged([*changes.reshaped, *changes.moved])
    told = {p.path for pair in changes.exchanged for p in pair}
    changes.reshaped = [(a, b) for a, b in changes.reshaped if b.path not in told]
    changes.moved = [(a, b) for a, b in changes.moved if b.path not in told]
    pairs = _by_id(lost, added)
    pairs.update(_by_shape([p for p in lost if p.path not in pairs], added, set(pairs.values())))
    found = {p.path: p for p in added}
    changes.renamed = [(p, found[pairs[p.path]]) for p in lost if p.path in pairs]
    changes.lost = [p for p in lost if p.path not in pairs]
    taken = set(pairs.values())
    changes.added = [p for p in added if p.path not in taken]
    return changes


def aliases(changes: Changes) -> dict[str, str]:
    """Old path by new path, for every node that was only renamed."""
    return {after.path: before.path for before, after in changes.renamed}


def _exchanged(changed: Sequence[tuple[NodePrint, NodePrint]]) -> list[tuple[NodePrint, NodePrint]]:
    """Pairs of nodes of which each looks and stands like the other one did before."""
    old = {before.path: before for before, _ in changed}
    buckets: dict[int, list[NodePrint]] = {}
    for _, after in changed:
        buckets.setdefault(after.triangles, []).append(after)
    pairs: dict[str, tuple[NodePrint, NodePrint]] = {}
    for before, after in changed:
        for other in _near(before, buckets.get(before.triangles, [])):
            free = after.path not in pairs and other.path not in pairs and other.path != after.path
            if free and _near(old[other.path], [after]):
                first, second = sorted((after, other), key=lambda p: p.path)
                pairs[after.path] = pairs[other.path] = (first, second)
    return list(dict.fromkeys(pairs.values()))


def _by_id(lost: Sequence[NodePrint], added: Sequence[NodePrint]) -> dict[str, str]:
    """Pairs whose id in the extras is the same and unique."""
    old, new = _unique_ids(lost), _unique_ids(added)
    return {old[key]: new[key] for key in old.keys() & new.keys()}


def _unique_ids(nodes: Sequence[NodePrint]) -> dict[str, str]:
    ids = [p.asset_id for p in nodes]
    return {p.asset_id: p.path for p in nodes if p.asset_id and ids.count(p.asset_id) == 1}


def _by_shape(lost: Sequence[NodePrint], added: Sequence[NodePrint], taken: set[str]) -> dict[str, str]:
    """Pairs of the same shape in the same place; the closest in name and depth where several would do."""
    buckets: dict[int, list[NodePrint]] = {}
    for node in added:
        if node.triangles and node.path not in taken:
            buckets.setdefault(node.triangles, []).append(node)
    candidates = [
        (*_unlikeness(before, after), before.path, after.path)
        for before in lost
        for after in _near(before, buckets.get(before.triangles, []))
    ]
    pairs: dict[str, str] = {}
    used = set(taken)
    for *_, old, new in sorted(candidates):
        if old not in pairs and new not in used:
            pairs[old] = new
            used.add(new)
    return pairs


def _near(before: NodePrint, bucket: Sequence[NodePrint]) -> list[NodePrint]:
    if not bucket or not before.triangles:
        return []
    centres = np.array([p.centre for p in bucket])
    rows = np.flatnonzero((np.abs(centres - before.centre) <= PLACE_M).all(axis=1)).tolist()
    return [bucket[row] for row in rows if _same_shape(before, bucket[row]) and _same_place(before, bucket[row])]


def _unlikeness(before: NodePrint, after: NodePrint) -> tuple[int, int, float]:
    """Sorts candidates: same depth first, then the same last step, then the distance."""
    old, new = without_file(before.path), without_file(after.path)
    depth = abs(old.count("/") - new.count("/"))
    step = int(old.rpartition("/")[2] != new.rpartition("/")[2])
    return depth, step, float(np.linalg.norm(np.subtract(before.centre, after.centre)))


def _same_shape(a: NodePrint, b: NodePrint) -> bool:
    return a.triangles == b.triangles and bool(np.allclose(a.size, b.size, rtol=_SIZE_PART, atol=_SIZE_M))


def _same_place(a: NodePrint, b: NodePrint) -> bool:
    return float(np.linalg.norm(np.subtract(a.centre, b.centre))) <= PLACE_M


def exchanges(changes: Changes) -> list[Notice]:
    """A finding for every two nodes that changed names, which nobody can tell from two machines that changed places."""
    return [
        Notice("warning", f"the nodes '{a.path}' and '{b.path}' have exchanged their places or their names.",
               "See whether each asset still stands where its machine does.", a.path, "exchanged")
        for a, b in told_exchanges(changes)
    ]  # fmt: skip


def told_renames(changes: Changes) -> list[tuple[NodePrint, NodePrint]]:
    """The renamed nodes without those that only follow from a renamed parent."""
    pairs = {(a.path, b.path) for a, b in changes.renamed}
    return [(a, b) for a, b in changes.renamed if not _follows(a.path, b.path, pairs)]


def told_exchanges(changes: Changes) -> list[tuple[NodePrint, NodePrint]]:
    """The exchanged nodes without those that only follow from exchanged parents."""
    pairs = {(a.path, b.path) for a, b in changes.exchanged} | {(b.path, a.path) for a, b in changes.exchanged}
    return [(a, b) for a, b in changes.exchanged if not _follows(a.path, b.path, pairs)]


def _follows(old: str, new: str, pairs: set[tuple[str, str]]) -> bool:
    (old_parent, _, old_step), (new_parent, _, new_step) = old.rpartition("/"), new.rpartition("/")
    return old_step == new_step and (old_parent, new_parent) in pairs


def relabelled(nodes: Sequence[NodePrint], label: str) -> list[NodePrint]:
    """The same prints with another file before "#"."""
    return [NodePrint(f"{label}#{without_file(p.path)}", p.asset_id, p.triangles, p.size, p.centre) for p in nodes]


def bound_paths(nodes: Sequence[GeometryNode], old_names: Mapping[str, str]) -> list[str]:
    """The path by which rules and tables know each node."""
    return [old_names.get(node.path, node.path) for node in nodes]
