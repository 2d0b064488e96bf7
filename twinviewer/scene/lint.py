"""What is wrong or doubtful in a scene, without a server: each finding with its place and what to do."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.notice import Notice
from twinviewer.model.units import factor
from twinviewer.scene.draft import Draft, is_bare
from twinviewer.scene.manifest import TagEntry
from twinviewer.scene.waveform_lint import waveform_findings
from twinviewer.waveforms.tags import ACCELERATIONS

_LIMITED_ROLES = {"vibration", "temperature", "pressure", "lubrication"}
_BASE_UNITS = {"vibration": "mm/s", "power": "kW", "energy": "kWh"}  # what values of these roles are turned into
_BASE_UNITS |= dict.fromkeys(("waveform", *ACCELERATIONS), "m/s²")
_ONCE_ROLES = ("state", "vibration", "power", "position_x", "position_y", "position_z", "heading_deg")
_LEVELS = {"error": 0, "warning": 1, "info": 2}
_MAX_NAMED = 5


def lint(draft: Draft, modes: Sequence[str] = ()) -> list[Notice]:
    """All findings, errors first. `modes` are the colour modes that a view may name; empty: not checked."""
    findings = [
        *draft.findings,
        *_unbound(draft),
        *_loose_nodes(draft),
        *_limits(draft),
        *_missing_limits(draft),
        *_useless_units(draft),
        *waveform_findings(draft),
        *_shared_addresses(draft),
        *_double_roles(draft),
        *_unused_types(draft),
        *_views(draft, modes),
    ]
    unique = {(f.level, f.text, f.where): f for f in findings}
    return sorted(unique.values(), key=lambda f: _LEVELS.get(f.level, 3))


def counts(findings: Iterable[Notice]) -> tuple[int, int, int]:
    """How many errors, warnings and remarks."""
    levels = [f.level for f in findings]
    return levels.count("error"), levels.count("warning"), levels.count("info")


def _unbound(draft: Draft) -> Iterable[Notice]:
    if is_bare(draft.scene.path):
        text = "a geometry file by itself has no tags: it shows the machines, not what they do."
        remedy = "Make a scene of it with 'twinviewer import'."
        if not draft.scene.tags:  # a bindings.csv beside it gives it some
            yield Notice("warning", text, remedy, draft.scene.path.name, "unbound")
        return
    for asset in draft.scene.assets:
        if asset.tags:
            continue
        kind = draft.manifest.type.get(asset.type)
        if kind is not None and kind.static:
            continue
        where = draft.resolved.where.get(asset.asset_id, asset.asset_id)
        if not asset.type:
            text = f"asset '{asset.asset_id}' has no type, so it has no tags."
            remedy = "Give it a type with tags, or let 'twinviewer bind' propose tags."
        elif kind is None or draft.types[asset.type].tags:
            continue  # the undefined type, or its tags without node id, were told about once
        else:
            text = f"asset '{asset.asset_id}' has no tags: its type '{asset.type}' has none."
            remedy = "Add tags to the type, or write 'static = true' there if it never has live data."
        yield Notice("warning", text, remedy, where, "unbound")
    for asset in draft.scene.assets:
        if not asset.nodes and draft.manifest.model:
            where = draft.resolved.where.get(asset.asset_id, "")
            text = f"asset '{asset.asset_id}' has no node in the geometry, so it is not in the picture."
            yield Notice("warning", text, "Fill the column 'node', or name a node like the asset.", where, "no-node")


def _loose_nodes(draft: Draft) -> Iterable[Notice]:
    """Surfaces that belong to no asset and of which no rule says that this is meant."""
    nodes, owner = draft.nodes.nodes, draft.scene.asset_of_node
    loose = [
        row for row, node in enumerate(nodes) if owner[row] < 0 and node.last > node.first and row not in draft.ignored
    ]
    if loose and draft.scene.assets:
        names = ", ".join(nodes[row].name for row in loose[:_MAX_NAMED]) + (", …" if len(loose) > _MAX_NAMED else "")
        many = f"{len(loose)} nodes with surfaces belong" if len(loose) > 1 else "a node with a surface belongs"
        text = f"{many} to no asset: {names}."
        remedy = "Bind them, or say with a rule that they are none: [[asset]] nodes = '…/**', ignore = true."
        yield Notice("warning", text, remedy, nodes[loose[0]].path, "loose-node")


def _limits(draft: Draft) -> Iterable[Notice]:
    """Limits that overlap, lie outside the span, or inside the normal band."""
    for tag in draft.scene.tags:
        for text, remedy in _limit_problems(tag):
            where = draft.resolved.where.get(tag.name, tag.name)
            yield Notice("error", f"the limits of '{tag.key}' {text}.", remedy, where, "limits")


def _limit_problems(tag: Tag) -> Iterable[tuple[str, str]]:
    limits = tag.limits
    names = ("low_low", "low", "high", "high_high")
    ordered = [(name, value) for name in names if (value := getattr(limits, name)) is not None]
    for (a, x), (b, y) in pairwise(ordered):
        if x > y or (x == y and (a, b) == ("low", "high")):
            yield f"overlap: {a} is {x:g}, {b} is {y:g}", "Order them low_low, low, high, high_high."
    if limits.low is not None and limits.high is not None and limits.hysteresis > limits.high - limits.low:
        yield f"lie closer together than their hysteresis of {limits.hysteresis:g}", "Make the hysteresis smaller."
    if tag.span is not None:
        for name, value in ordered:
            if not tag.span[0] <= value <= tag.span[1]:
                low, high = tag.span
                yield f"cannot be reached: {name} is {value:g}, the span is {low:g} to {high:g}", "Correct one of them."
    if tag.normal is not None:
        low = max((v for n, v in ordered if n.startswith("low")), default=-math.inf)
        high = min((v for n, v in ordered if n.startswith("high")), default=math.inf)
        if tag.normal[0] < low or tag.normal[1] > high:
            band = f"{tag.normal[0]:g} to {tag.normal[1]:g}"
            yield f"cut into the normal band of {band}", "Set them outside the normal band."


def _missing_limits(draft: Draft) -> Iterable[Notice]:
    """Once per template, and once per quantity that only the binding table has: quantities that wear and overheat
    should have limits, or say that they have none."""
    entries: dict[str, TagEntry] = {}
    for kind in draft.types.values():
        entries.update({template.where: template.entry for template in kind.tags})
    missing: dict[str, list[Tag]] = {}
    for tag in draft.scene.tags:
        limits = tag.limits
        if tag.role not in _LIMITED_ROLES:
            continue
        if any(v is not None for v in (limits.low_low, limits.low, limits.high, limits.high_high)):
            continue
        where = draft.resolved.where.get(tag.name, tag.name)
        if where in entries and "limits" in entries[where].model_fields_set:
            continue
        bound = where not in entries and (tag.asset_id, tag.key) in draft.bindings
        missing.setdefault(f"binding {tag.key}" if bound else where, []).append(tag)
    for place, tags in missing.items():
        text = f"the {tags[0].role} '{tags[0].key}' of {_assets(tags)} has no limits, so it never raises an alarm."
        where, remedy = place, "Add limits, or 'limits = {}' if that is meant."
        if place.startswith("binding "):
            where = draft.resolved.where.get(tags[0].name, tags[0].name)
            remedy = f"Add a column '{tags[0].key}.high' to the asset table, or a type that has this tag with limits."
        yield Notice("warning", text, remedy, where, "missing-limits")


def _useless_units(draft: Draft) -> Iterable[Notice]:
    """Roles whose values are compared with limits in a certain unit, in a unit that cannot be turned into it."""
    for tag in draft.scene.tags:
        wanted = _BASE_UNITS.get(tag.role) if tag.derived_from < 0 else None
        if wanted is not None and math.isnan(factor(tag.unit, wanted)):
            text = f"'{tag.unit}' is no unit for a tag of the role {tag.role}, so its value is not used as such."
            remedy = f'Write the unit that the server sends, such as "{wanted}", or another role.'
            yield Notice("error", text, remedy, draft.resolved.where.get(tag.name, tag.name), "unit")


def _assets(tags: Sequence[Tag]) -> str:
    return f"asset '{tags[0].asset_id}'" if len(tags) == 1 else f"{len(tags)} assets"


def _shared_addresses(draft: Draft) -> Iterable[Notice]:
    first: dict[object, Tag] = {}
    for tag in draft.scene.tags:
        if tag.derived_from >= 0:
            continue
        other = first.setdefault(tag.address, tag)
        if other is not tag:
            text = f"the tags '{other.name}' and '{tag.name}' read the same node {tag.address}."
            remedy = "Use {asset} or a capture in the node id, or correct one of the two."
            yield Notice("warning", text, remedy, draft.resolved.where.get(tag.name, tag.name), "duplicate-address")


def _double_roles(draft: Draft) -> Iterable[Notice]:
    told: set[tuple[str, str]] = set()
    for asset in draft.scene.assets:
        roles = [draft.scene.tags[row].role for row in asset.tags]
        for role in _ONCE_ROLES:
            if roles.count(role) > 1 and (asset.type, role) not in told:
                told.add((asset.type, role))
                keys = ", ".join(draft.scene.tags[row].key for row in asset.tags if draft.scene.tags[row].role == role)
                text = f"several tags of '{asset.asset_id}' have the role {role}: {keys}; only the first one is used."
                yield Notice("warning", text, "Leave the role with one of them.", _where(draft, asset), "role")


def _where(draft: Draft, asset: Asset) -> str:
    line = draft.lines.line("type", asset.type) if asset.type else 0
    return draft.lines.where("type", asset.type) if line else draft.resolved.where.get(asset.asset_id, "")


def _unused_types(draft: Draft) -> Iterable[Notice]:
    used = {asset.type for asset in draft.scene.assets}
    used |= {entry.extends for entry in draft.manifest.type.values() if entry.extends}
    for name in draft.manifest.type:
        if name not in used:
            where = draft.lines.where("type", name)
            yield Notice("info", f"no asset has the type '{name}'.", "Delete it if it is not needed.", where, "unused")


def _views(draft: Draft, modes: Sequence[str]) -> Iterable[Notice]:
    for k, view in enumerate(draft.manifest.view):
        if modes and view.mode and view.mode not in modes:
            text = f"the view '{view.name}' names the colour mode '{view.mode}', which does not exist."
            where = draft.lines.where("view", k, "mode")
            yield Notice("warning", text, f"There are {', '.join(modes)}.", where, "view")
