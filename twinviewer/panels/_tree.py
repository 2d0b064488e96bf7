"""The asset tree as arrays, without Qt: places and assets as nodes, what each shows, and what a filter leaves."""

from collections.abc import Sequence

import numpy as np

from twinviewer.model.asset import Asset
from twinviewer.model.frame import AssetStates
from twinviewer.model.quality import Quality
from twinviewer.model.state import State

# Worst first, as a control room reads a group: what needs a person before what is merely not running.
_ORDER = (
    State.FAULT,
    State.BLOCKED,
    State.STARVED,
    State.MAINTENANCE,
    State.UNKNOWN,
    State.SETUP,
    State.OFFLINE,
    State.IDLE,
    State.RUNNING,
)
RANK = np.zeros(len(State), np.int64)
for _rank, _state in enumerate(reversed(_ORDER)):
    RANK[_state] = _rank
_STATE_OF_RANK = np.array([int(s) for s in reversed(_ORDER)], np.uint8)
ROOT = -1


def shown_state(states: AssetStates) -> np.ndarray:
    """uint8 (n_assets,): the state to draw; UNKNOWN wherever the data behind it cannot be used now."""
    return np.where(states.quality >= Quality.STALE, np.uint8(State.UNKNOWN), states.state).astype(np.uint8)


class Tree:
    """Nodes 0 to n_groups - 1 are places, the rest assets: node = n_groups + asset index.

    `label`, `parent` (-1 at the top) and `asset` (-1 for places) have one row per node. Steps that all assets share
    are left out, and a place with nothing in it but one other place is joined with it.
    """

    def __init__(self, assets: Sequence[Asset]) -> None:
        self.assets = assets
        groups, place_of = _groups(assets)
        self.n_groups = len(groups)
        self.label: list[str] = [name for name, _ in groups] + [a.asset_id for a in assets]
        self.parent = np.array([parent for _, parent in groups] + place_of, np.int64)
        self._nest(assets)
        self.asset = np.concatenate([np.full(self.n_groups, -1), np.arange(len(assets))]).astype(np.int64)
        self.children: dict[int, np.ndarray] = _children(self.parent)
        self.ancestors = self._ancestors(len(assets))
        self.monitored = np.array([bool(a.tags) for a in assets], bool)

    def _nest(self, assets: Sequence[Asset]) -> None:
        """Put parts under the asset they belong to, unless that would make a ring."""
        row = {a.asset_id: a.index for a in assets}
        for asset in assets:
            owner = row.get(asset.part_of, -1)
            above, steps = owner, 0
            while above not in (-1, asset.index) and steps <= len(assets):
                above, steps = row.get(assets[above].part_of, -1), steps + 1
            if owner >= 0 and above == -1:
                self.parent[self.n_groups + asset.index] = self.n_groups + owner

    def _ancestors(self, n_assets: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Pairs (assets, group) level by level: which place each asset counts for."""
        pairs: list[tuple[np.ndarray, np.ndarray]] = []
        assets = np.arange(n_assets)
        above = self.parent[self.n_groups + assets] if n_assets else np.empty(0, np.int64)
        while len(assets):
            is_group = (above >= 0) & (above < self.n_groups)
            if is_group.any():
                pairs.append((assets[is_group], above[is_group]))
            keep = above >= 0
            assets, above = assets[keep], self.parent[above[keep]]
        return pairs

    def node_of(self, asset: int) -> int:
        """The node of an asset row."""
        return self.n_groups + asset

    def visible(self, mask: np.ndarray) -> dict[int, np.ndarray]:
        """Children by parent when only assets of `mask` are let through; whatever they stand in stays."""
        keep = np.zeros(len(self.parent), bool)
        nodes = self.n_groups + np.nonzero(mask)[0]
        while len(nodes):
            keep[nodes] = True
            nodes = self.parent[nodes]
            nodes = np.unique(nodes[nodes >= 0])
            nodes = nodes[~keep[nodes]]
        return {parent: kids[keep[kids]] for parent, kids in self.children.items()}


class Shown:
    """What every node shows at one moment, as arrays over nodes; compare two to know what to repaint."""

    FIELDS = ("state", "priority", "unacknowledged", "tenths_kw", "kw_quality")

    def __init__(self, tree: Tree, states: AssetStates) -> None:
        n, groups = len(tree.parent), tree.n_groups
        self.state = np.zeros(n, np.uint8)
        self.priority = np.zeros(n, np.uint8)
        self.unacknowledged = np.zeros(n, bool)
        self.kw_quality = np.full(n, Quality.UNKNOWN, np.uint8)
        power = np.where(np.isfinite(states.power_kw), states.power_kw, 0.0)
        usable = (states.power_quality < Quality.STALE) & np.isfinite(states.power_kw)
        total = np.zeros(n)
        self.state[groups:] = shown_state(states)
        self.priority[groups:] = states.priority
        self.unacknowledged[groups:] = states.unacknowledged
        self.kw_quality[groups:] = np.where(np.isfinite(states.power_kw), states.power_quality, Quality.UNKNOWN)
        total[groups:] = power
        self._sum_groups(tree, np.where(usable, power, 0.0), usable, total)
        # Tenths of a kilowatt are what is written (whole ones of places), so a change below them is none.
        total[:groups] = np.round(total[:groups])
        self.tenths_kw = np.round(np.clip(total, -1e12, 1e12) * 10).astype(np.int64)

    def _sum_groups(self, tree: Tree, power: np.ndarray, usable: np.ndarray, total: np.ndarray) -> None:
        """Worst state and priority, any unacknowledged alarm, and the sum of usable powers of each place."""
        groups, n = tree.n_groups, tree.n_groups
        if not n:
            return
        rank = np.full(n, -1, np.int64)
        priority = np.full(n, 9, np.uint8)
        unacknowledged = np.zeros(n, bool)
        worst = np.where(tree.monitored, RANK[self.state[groups:]], -1)
        own = np.where(self.priority[groups:] > 0, self.priority[groups:], 9)
        metered = np.zeros(n, bool)
        missing = np.zeros(n, bool)
        silent = ~usable & (self.kw_quality[groups:] != Quality.UNKNOWN)
        for assets, group in tree.ancestors:
            np.maximum.at(rank, group, worst[assets])
            np.minimum.at(priority, group, own[assets])
            np.logical_or.at(unacknowledged, group, self.unacknowledged[groups:][assets])
            np.logical_or.at(metered, group, usable[assets])
            np.logical_or.at(missing, group, silent[assets])
            total[:n] += np.bincount(group, power[assets], n)
        self.state[:n] = np.where(rank >= 0, _STATE_OF_RANK[np.maximum(rank, 0)], State.UNKNOWN)
        self.priority[:n] = np.where(priority == 9, 0, priority)
        self.unacknowledged[:n] = unacknowledged
        part = np.where(missing, Quality.UNCERTAIN, Quality.GOOD)
        self.kw_quality[:n] = np.where(metered, part, Quality.UNKNOWN)

    def changed(self, before: "Shown") -> np.ndarray:
        """int64 (k,): nodes that look different now."""
        different = np.zeros(len(self.state), bool)
        for name in self.FIELDS:
            different |= getattr(self, name) != getattr(before, name)
        return np.nonzero(different)[0]


def _children(parent: np.ndarray) -> dict[int, np.ndarray]:
    order = np.argsort(parent, kind="stable")
    values, starts = np.unique(parent[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, starts[1:]), strict=True)) if len(parent) else {}


def _groups(assets: Sequence[Asset]) -> tuple[list[tuple[str, int]], list[int]]:
    """Places as (label, parent), parents first, and the place of every asset (-1: none)."""
    shared = _shared_steps([a.path for a in assets])
    paths = [a.path[shared:] for a in assets]
    known: dict[tuple[str, ...], None] = {}
    for path in paths:
        for length in range(1, len(path) + 1):
            known.setdefault(path[:length])
    below: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for path in known:
        below.setdefault(path[:-1], set()).add(path)
    holds = set(paths)
    joined = {path for path in known if path not in holds and len(below.get(path, ())) == 1}
    rows: dict[tuple[str, ...], int] = {}
    groups: list[tuple[str, int]] = []
    for path in known:
        if path in joined:
            continue
        start = len(path) - 1
        while start > 0 and path[:start] in joined:
            start -= 1
        label = " · ".join(path[start:])
        rows[path] = len(groups)
        groups.append((label, rows.get(path[:start], ROOT)))
    return groups, [rows.get(path, ROOT) for path in paths]


def _shared_steps(paths: Sequence[tuple[str, ...]]) -> int:
    """How many first steps all paths share, leaving at least one step to the shortest of them."""
    if len(set(paths)) < 2:
        return 0
    shared = 0
    while all(len(p) > shared + 1 for p in paths) and len({p[shared] for p in paths}) == 1:
        shared += 1
    return shared
