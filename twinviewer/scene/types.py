"""Asset types with `extends` resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twinviewer.model.bearing import Bearing
from twinviewer.model.errors import SceneError
from twinviewer.scene.manifest import Manifest, TagEntry, TypeEntry
from twinviewer.scene.toml_lines import Lines
from twinviewer.scene.vibration import VibrationTable


@dataclass(frozen=True, slots=True)
class TagTemplate:
    """A tag of a type, and the key path under which it was written."""

    key: str
    entry: TagEntry
    where: str


@dataclass(frozen=True, slots=True)
class AssetType:
    """What holds for every asset of one kind."""

    name: str
    label: str = ""
    station: bool = False
    rated_power_kw: float | None = None
    vibration_limits: tuple[float, float, float] | None = None
    vibration_group: str = ""
    bearing: Bearing | None = None
    tags: tuple[TagTemplate, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def resolve_types(manifest: Manifest, lines: Lines, table: VibrationTable) -> dict[str, AssetType]:
    """All types of the manifest. Raises SceneError on unknown or circular `extends` and unknown vibration classes."""
    return {name: _resolve(name, manifest, lines, table) for name in manifest.type}


def _resolve(name: str, manifest: Manifest, lines: Lines, table: VibrationTable) -> AssetType:
    fields: dict[str, Any] = {}
    tags: dict[str, TagTemplate] = {}
    data: dict[str, Any] = {}
    for ancestor in reversed(_chain(name, manifest, lines)):
        entry = manifest.type[ancestor]
        for key in ("station", "rated_power_kw", "vibration", "bearing"):
            if key in entry.model_fields_set:
                fields[key] = (getattr(entry, key), lines.where("type", ancestor, key))
        data.update(entry.data)
        for key, tag in entry.tags.items():
            where = lines.where("type", ancestor, "tags", key)
            tags[key] = TagTemplate(key, _merged(tags[key].entry, tag) if key in tags else tag, where)
    bearing = fields.get("bearing", (None,))[0]
    vibration, where = fields.get("vibration", (None, ""))
    limits, group = None, ""
    if vibration is not None:
        limits = vibration.limits or table.limits(vibration.group, vibration.foundation, where)
        group = "" if vibration.limits else f"{vibration.group} {vibration.foundation}"
    return AssetType(
        name=name,
        label=_label(name, manifest.type[name]),
        station=bool(fields.get("station", (False,))[0]),
        rated_power_kw=fields.get("rated_power_kw", (None,))[0],
        vibration_limits=limits,
        vibration_group=group,
        bearing=bearing.made() if bearing is not None else None,
        tags=tuple(tags.values()),
        data=data,
    )


def _chain(name: str, manifest: Manifest, lines: Lines) -> list[str]:
    """The type and what it extends, itself first."""
    chain: list[str] = []
    current: str | None = name
    while current is not None:
        if current in chain:
            text = f"the types extend each other in a circle: {' > '.join([*chain, current])}."
            raise SceneError(text, lines.where("type", current, "extends"), "Take one 'extends' away.")
        if current not in manifest.type:
            known = ", ".join(sorted(manifest.type))
            where = lines.where("type", chain[-1], "extends")
            raise SceneError(f"type '{current}' is not defined.", where, f"Defined are: {known}.")
        chain.append(current)
        current = manifest.type[current].extends
    return chain


def _merged(base: TagEntry, child: TagEntry) -> TagEntry:
    """`base` with what `child` says itself; limits are merged one by one, and a new address replaces the old one."""
    changes = {key: getattr(child, key) for key in child.model_fields_set}
    if "limits" in changes:
        own = {key: getattr(child.limits, key) for key in child.limits.model_fields_set}
        changes["limits"] = base.limits.model_copy(update=own)
    if "node" in changes:
        changes.setdefault("path", None)
    elif "path" in changes:
        changes["node"] = None
    return base.model_copy(update=changes)


def _label(name: str, entry: TypeEntry) -> str:
    return entry.label if entry.label is not None else name.replace("_", " ").replace("-", " ").capitalize()
