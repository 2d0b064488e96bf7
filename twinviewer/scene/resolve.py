"""Found assets and types become Asset and Tag rows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any

import numpy as np
from pydantic import ValidationError

from twinviewer.model.asset import Asset, NodeAddress, Tag
from twinviewer.model.bearing import Bearing
from twinviewer.model.errors import SceneError
from twinviewer.model.notice import Notice
from twinviewer.scene.addresses import parse_node, parse_path
from twinviewer.scene.bounds import MAX_TAGS
from twinviewer.scene.derived import derived_keys, derived_tag
from twinviewer.scene.found import Found
from twinviewer.scene.manifest import BearingEntry, Manifest, TagEntry
from twinviewer.scene.node_list import NodeList, top_level
from twinviewer.scene.overrides import Binding, TagOverride, tag_overrides
from twinviewer.scene.table import number
from twinviewer.scene.tag_rows import Facts, facts_of, make_tag
from twinviewer.scene.types import AssetType, TagTemplate
from twinviewer.scene.vibration import VibrationTable

_NO_TYPE = AssetType("")
_BEARING = "bearing_"


@dataclass(slots=True)
class Resolved:
    """Assets and tags of a scene. `where` tells for each asset id and tag name which line made it."""

    assets: list[Asset] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    findings: list[Notice] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)

    def key(self) -> str:
        """A hash of what decides the layout and meaning of tag and asset rows."""
        digest = hashlib.sha256()
        known: dict[tuple[object, ...], int] = {}
        for tag in self.tags:
            # Tags of one template share limits and states; telling them once is much quicker.
            facts = (id(tag.limits), id(tag.states), tag.role, tag.unit, tag.normal, tag.span, tag.stale_after_s)
            if (number := known.setdefault((*facts, tag.is_text), len(known))) == len(known) - 1:
                told = (tag.limits, sorted(tag.states.items()), *facts[2:], tag.is_text)
                digest.update(f"{number} {told!r}\n".encode())
            address = tag.address
            place: tuple[object, ...] = (tag.name, address.uri, address.identifier, address.browse_path, number)
            if tag.role == "waveform":
                place += (tag.sampling_hz, tag.band_hz)
            digest.update(f"{place!r}\n".encode())
        for a in self.assets:
            about: list[object] = [a.asset_id, a.type, a.tags, a.vibration_limits, a.rated_power_kw]
            if a.bearing is not None:
                about.append(astuple(a.bearing))
            digest.update((json.dumps(about) + "\n").encode())
        return digest.hexdigest()[:32]


class Resolver:
    """Makes the rows of one scene. Raises SceneError where a template cannot be filled."""

    def __init__(
        self,
        manifest: Manifest,
        types: Mapping[str, AssetType],
        table: VibrationTable,
        bindings: Mapping[tuple[str, str], Binding],
    ) -> None:
        self._manifest = manifest
        self._types = types
        self._table = table
        self._bindings = bindings
        self._result = Resolved()
        self._told_types: set[str] = set()
        self._known: dict[int, Facts] = {}
        self._added: dict[tuple[str, str], TagTemplate] = {}
        self._unbound: dict[tuple[str, str], list[str]] = {}
        self._bound: dict[str, list[str]] = {}
        for asset_id, key in bindings:
            self._bound.setdefault(asset_id, []).append(key)

    def run(self, found: Sequence[Found], nodes: NodeList) -> Resolved:
        """All assets and tags. The order is that of `found`."""
        owner = owners(found, nodes)
        dropped = _dropped(nodes)
        for index, item in enumerate(found):
            kind = self._kind(item)
            parent = self._parent(item, owner, nodes, index)
            path = self._path(item, nodes, owner, dropped)
            machine = self._machine(item, kind)
            tags = self._tags(item, kind, machine["bearing"] is not None)
            asset = Asset(
                index=index,
                asset_id=item.asset_id,
                name=item.name or item.asset_id,
                type=item.type,
                path=path,
                tags=tags,
                nodes=tuple(nodes.nodes[row].path for row in item.nodes),
                type_label=kind.label or item.type,
                part_of=found[parent].asset_id if parent >= 0 else "",
                extras={**kind.data, **item.extras},
                **machine,
            )
            self._result.assets.append(asset)
            self._result.where[item.asset_id] = item.where
        for (where, key), assets in self._unbound.items():
            of = f"asset '{assets[0]}'" if len(assets) == 1 else f"{len(assets)} assets ({assets[0]}, …)"
            remedy = "Write 'node' or 'path', or run 'twinviewer bind'."
            self._say("warning", "unbound", f"the tag '{key}' of {of} has no node id.", where, remedy)
        return self._result

    def _kind(self, item: Found) -> AssetType:
        if item.type in self._types:
            return self._types[item.type]
        if item.type and self._types and item.type not in self._told_types:
            self._told_types.add(item.type)
            text = f"the type '{item.type}' of asset '{item.asset_id}' is not defined, so it has no tags."
            self._say("warning", "type", text, item.where, f"Add [type.{item.type}] to scene.toml.")
        return replace(_NO_TYPE, name=item.type, label=item.type)

    def _parent(self, item: Found, owner: np.ndarray, nodes: NodeList, index: int) -> int:
        """The row of the asset that this one's first node hangs below, -1 for none."""
        row = nodes.nodes[item.nodes[0]].parent if item.nodes else -1
        while row >= 0 and owner[row] in (-1, index):
            row = nodes.nodes[row].parent
        return int(owner[row]) if row >= 0 else -1

    def _path(self, item: Found, nodes: NodeList, owner: np.ndarray, dropped: set[int]) -> tuple[str, ...]:
        site = (self._manifest.site,) if self._manifest.site else ()
        if item.path is not None:
            return site + tuple(step.strip() for step in item.path.split("/") if step.strip())
        steps: list[str] = []
        row = nodes.nodes[item.nodes[0]].parent if item.nodes else -1
        while row >= 0:
            if row not in dropped and owner[row] == -1:
                steps.append(nodes.nodes[row].name)
            row = nodes.nodes[row].parent
        return site + tuple(reversed(steps))

    def _machine(self, item: Found, kind: AssetType) -> dict[str, Any]:
        """Machine data from the type, with the table's columns on top."""
        limits, group = kind.vibration_limits, kind.vibration_group
        cells = item.row.cells if item.row else {}
        where = item.where if item.row is None else item.row.where
        if "vibration_group" in cells:
            foundation = cells.get("foundation", "rigid")
            limits = self._table.limits(cells["vibration_group"], foundation, where)
            group = f"{cells['vibration_group']} {foundation}"
        power = kind.rated_power_kw
        if "rated_power_kw" in cells:
            power = number(cells["rated_power_kw"], "rated_power_kw", where)
        station = kind.station
        if "station" in cells:
            station = cells["station"].lower() in ("yes", "true", "1", "x")
        return {
            "vibration_limits": limits,
            "vibration_group": group,
            "rated_power_kw": power,
            "station": station,
            "bearing": _bearing(cells, where) or kind.bearing,
        }

    # --- tags -------------------------------------------------------------------------------------------------

    def _tags(self, item: Found, kind: AssetType, with_bearing: bool) -> tuple[int, ...]:
        values = {"asset": item.asset_id, "type": item.type, "name": item.name or item.asset_id, **item.values}
        overrides = tag_overrides(item.row) if item.row else {}
        templates = {template.key: template for template in kind.tags}
        for key in self._bound.get(item.asset_id, ()):
            if key not in templates:
                templates[key] = self._added.setdefault(
                    (item.asset_id, key), self._bindings[item.asset_id, key].template()
                )
        entries = {key: self._entry(item, template, overrides) for key, template in templates.items()}
        derived = derived_keys(entries, with_bearing)
        rows: list[int] = []
        for key, template in templates.items():
            entry = entries[key]
            if key in derived:
                continue
            address, where = self._address(item, template, entry, values)
            if address is None:
                continue
            index = len(self._result.tags)
            if index >= MAX_TAGS:
                raise SceneError(f"the scene has more than {MAX_TAGS:,} tags.", item.where)
            facts = facts_of(entry) if entry is not template.entry else self._shared(template)
            self._result.tags.append(make_tag(index, item.asset_id, key, entry, facts, address))
            self._result.where[f"{item.asset_id}.{key}"] = where
            rows.append(index)
        rows += self._derived(item.asset_id, rows, derived, entries)
        for key in overrides.keys() - templates.keys():
            text = f"'{item.type or 'no type'}' has no tag '{key}', which a column of the table changes."
            self._say("warning", "type", text, overrides[key].where, "Correct the column's name.")
        return tuple(rows)

    def _entry(self, item: Found, template: TagTemplate, overrides: Mapping[str, TagOverride]) -> TagEntry:
        """What holds for a tag of this asset: the type's, then the table's, then the binding's."""
        key = template.key
        entry = overrides[key].applied(template.entry) if key in overrides else template.entry
        bound = self._bindings.get((item.asset_id, key))
        return bound.applied(entry) if bound is not None else entry

    def _derived(
        self,
        asset_id: str,
        rows: Sequence[int],
        derived: Mapping[str, tuple[str, str]],
        entries: Mapping[str, TagEntry],
    ) -> list[int]:
        """The rows of the tags that are worked out of this asset's waveforms."""
        tags, made = self._result.tags, list[int]()
        waveforms = {tags[row].key: tags[row] for row in rows}
        for key, (of, role) in derived.items():
            if of in waveforms:
                made.append(len(tags))
                tags.append(derived_tag(len(tags), waveforms[of], key, role, entries.get(key)))
                self._result.where[f"{asset_id}.{key}"] = self._result.where[waveforms[of].name]
        return made

    def _shared(self, template: TagTemplate) -> Facts:
        """The facts of a template; the types keep it alive, so its identity is its key."""
        found = self._known.get(id(template))
        if found is None:
            found = self._known[id(template)] = facts_of(template.entry)
        return found

    def _address(
        self, item: Found, template: TagTemplate, entry: TagEntry, values: Mapping[str, str]
    ) -> tuple[NodeAddress | None, str]:
        binding = self._bindings.get((item.asset_id, template.key))
        namespaces = self._manifest.namespaces
        if binding is not None:
            return binding.address(namespaces), binding.where
        if entry.node is not None:
            return parse_node(entry.node, namespaces, values, template.where), template.where
        if entry.path is not None:
            return parse_path(entry.path, namespaces, values, template.where), template.where
        self._unbound.setdefault((template.where, template.key), []).append(item.asset_id)
        return None, template.where

    def _say(self, level: str, key: str, text: str, where: str, remedy: str) -> None:
        self._result.findings.append(Notice(level, text, remedy, where, key))


def _bearing(cells: Mapping[str, str], where: str) -> Bearing | None:
    """The bearing that columns such as "bearing_elements" or "bearing_bpfo" give. Raises SceneError."""
    given = {column: text for column, text in cells.items() if column.startswith(_BEARING)}
    values: dict[str, Any] = {}
    for column, text in given.items():
        name = column.removeprefix(_BEARING)
        if name not in BearingEntry.model_fields:
            known = ", ".join(_BEARING + key for key in BearingEntry.model_fields)
            raise SceneError(f"the column '{column}' is not known.", where, f"Known are {known}.")
        values[name] = number(text, column, where)
    if not values:
        return None
    try:
        return BearingEntry.model_validate(values).made()
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise SceneError(f"the columns {', '.join(given)}: {reason}.", where, "Correct the line.") from None


def owners(found: Sequence[Found], nodes: NodeList) -> np.ndarray:
    """int32 (len(nodes),): the asset row a node belongs to by itself or through its parents, -1 for none."""
    owner = np.full(len(nodes.nodes), -1, np.int32)
    for index, item in enumerate(found):
        owner[item.nodes] = index
    for row, node in enumerate(nodes.nodes):  # parents stand before their children
        if owner[row] < 0 and node.parent >= 0:
            owner[row] = owner[node.parent]
    return owner


def _dropped(nodes: NodeList) -> set[int]:
    """Lone grouping roots ("Scene", "world"), whose names say nothing about the plant."""
    dropped: set[int] = set()
    for first, last in nodes.spans:
        for row in top_level(nodes.nodes, first, last):
            parent = nodes.nodes[row].parent
            while parent >= first:
                dropped.add(parent)
                parent = nodes.nodes[parent].parent
    return dropped
