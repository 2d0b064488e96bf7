"""The lines of the plant, built from the scene's flow: which stations feed which, at what pace, with which orders."""

from collections.abc import Callable, Sequence

from twinviewer.model.asset import Asset, Tag
from twinviewer.plant.agenda import Agenda
from twinviewer.plant.conveyors import Belt
from twinviewer.plant.parts import Node, Part, Rhythm, Source
from twinviewer.plant.repairs import Unit
from twinviewer.plant.spec import CHANGEOVER, FLUID, MOVERS, PlantScene, PlantSettings, kind_of, stream
from twinviewer.plant.stations import Station


class Lines:
    """All lines of the plant. `nodes` maps an asset row to its node; `rhythms` has one entry per line."""

    def __init__(
        self, scene: PlantScene, tags: Sequence[dict[str, Tag]], settings: PlantSettings, seed: int, agenda: Agenda
    ) -> None:
        self.nodes: dict[int, Node] = {}
        self.rhythms: list[Rhythm] = []
        self.products = settings.products
        self._settings = settings
        self._seed = seed
        self._agenda = agenda
        self._tags = tags
        self._cycles: dict[int, float] = {}
        self._sources: list[Source] = []
        for members, links in _lines_of(scene):
            self._build(members, links)

    def part_of(self, unit: Unit) -> Part | None:
        """The part that a node works on, or had last."""
        node = self.nodes.get(unit.index)
        return node.last if node is not None else None

    def set_open(self, is_open: bool) -> None:
        """Begin or end the shift of every line: outside it no part is begun."""
        for rhythm in self.rhythms:
            rhythm.open = is_open
        if is_open:
            for node in self.nodes.values():
                node.since = self._agenda.now
                if isinstance(node, Station):
                    self._agenda.soon(node.start)
            for source in self._sources:
                self._agenda.soon(source.push)

    def in_plant(self) -> int:
        """Parts that are in the lines now."""
        return sum(node.parts() for node in self.nodes.values())

    def _build(self, members: Sequence[Asset], links: Sequence[tuple[int, int]]) -> None:
        feeders: dict[int, list[int]] = {a.index: [] for a in members}
        followers: dict[int, list[int]] = {a.index: [] for a in members}
        for up, down in links:
            followers[up].append(down)
            feeders[down].append(up)
        pace_s = self._pace(members, feeders, followers)
        rhythm = Rhythm(pace_s)
        self.rhythms.append(rhythm)
        for asset in members:
            behind_belt = any(kind_of(a) == "conveyor" for a in members if a.index in feeders[asset.index])
            self.nodes[asset.index] = self._node(asset, rhythm, behind_belt)
        for asset in members:
            node = self.nodes[asset.index]
            node.feeders.extend(self.nodes[i] for i in feeders[asset.index])
            node.followers.extend(self.nodes[i] for i in followers[asset.index])
        heads = [self.nodes[a.index] for a in members if not feeders[a.index]] or [self.nodes[members[0].index]]
        lot = max(1, round(self._settings.lot_s / pace_s))
        for head in heads:
            draw = stream(self._seed, head.asset_id, "orders")
            interval = pace_s * (1 + self._settings.slack) * len(heads)
            self._sources.append(Source(head, interval, lot, len(self.products), draw))

    def _pace(self, members: Sequence[Asset], feeders: dict[int, list[int]], followers: dict[int, list[int]]) -> float:
        """Seconds per part of the slowest stage; machines with the same neighbours work side by side."""
        stages: dict[tuple[tuple[int, ...], tuple[int, ...]], list[float]] = {}
        for asset in members:
            if kind_of(asset) == "conveyor":
                continue
            tag = self._tags[asset.index].get("CycleTime")
            normal = tag.normal if tag is not None else None
            cycle = (normal[0] + normal[1]) / 2 if normal and normal[0] + normal[1] > 0 else self._settings.takt_s
            self._cycles[asset.index] = cycle
            neighbours = (tuple(sorted(feeders[asset.index])), tuple(sorted(followers[asset.index])))
            beside = neighbours if any(neighbours) else ((asset.index,), ())
            stages.setdefault(beside, []).append(cycle)
        return max((1 / sum(1 / c for c in cycles) for cycles in stages.values()), default=self._settings.takt_s)

    def _node(self, asset: Asset, rhythm: Rhythm, behind_belt: bool) -> Node:
        tag = self._tags[asset.index].get("Queue")
        room = int(tag.span[1]) if tag is not None and tag.span is not None and tag.span[1] >= 1 else 0
        if kind_of(asset) == "conveyor":
            capacity = room or 8
            return Belt(asset, self._agenda, rhythm, capacity, min(20.0, 0.4 * capacity * rhythm.pace_s))
        settings = self._settings
        capacity = min(room or 4, 2 if behind_belt else 4)
        draw = stream(self._seed, asset.asset_id, "work")
        station = Station(asset, self._agenda, rhythm, capacity, self._cycles[asset.index], settings.cv, draw)
        if station.kind in CHANGEOVER:
            station.setup_s = settings.setup_s
        return station


def _lines_of(scene: PlantScene) -> list[tuple[list[Asset], list[tuple[int, int]]]]:
    """The connected parts of the flow that carry parts, each as its assets and links (rows); fluids are left out.
    A station that the flow does not name is a line of its own."""
    row = {a.asset_id: a.index for a in scene.assets}
    links = [(row[u], row[d]) for u, d in dict.fromkeys(scene.flow) if u in row and d in row and u != d]
    group = {i: i for pair in links for i in pair}

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for up, down in links:
        group[root(up)] = root(down)
    members: dict[int, list[Asset]] = {}
    for i in sorted(group):
        members.setdefault(root(i), []).append(scene.assets[i])
    lines: list[tuple[list[Asset], list[tuple[int, int]]]] = []
    for key, assets in members.items():
        if any(a.station for a in assets) or not any(kind_of(a) in FLUID | MOVERS for a in assets):
            lines.append((assets, [pair for pair in links if root(pair[0]) == key]))
    alone = [a for a in scene.assets if a.station and a.index not in group and kind_of(a) not in FLUID | MOVERS]
    return lines + [([asset], []) for asset in alone]


def connect_failures(
    lines: Lines, mtbf_s: float, breaks: Callable[[Station], None], spoils: Callable[[Station], bool]
) -> None:
    """Let stations fail after exponential operating times and spoil parts."""
    for node in lines.nodes.values():
        if isinstance(node, Station):
            node.mtbf_s, node.breaks, node.spoils = mtbf_s, breaks, spoils
