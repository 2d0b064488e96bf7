"""Configurations of Azure Digital Twins 3D Scenes: elements on meshes, behaviours with value ranges."""

import re
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from twinviewer.scene.imported import (
    ImportedAsset,
    ImportedModel,
    ImportedScene,
    ImportedTag,
    dicts,
    slug,
    text_of,
)
from twinviewer.scene.likeness import role_of

TITLE = "Azure 3D Scenes configurations (JSON)"

_PROPERTY = re.compile(r"\s*PrimaryTwin\.([A-Za-z_]\w*)\s*\Z")
# The loader that those scenes were made with adds these to the names of a file's nodes.
_LOADER_MADE = re.compile(r"^_+|_primitive\d+$")


def matches(path: Path, data: Any) -> bool:
    """Whether the file is such a configuration."""
    inner = data.get("configuration") if isinstance(data, dict) else None
    return isinstance(inner, dict) and isinstance(inner.get("scenes"), list)


def read(path: Path, data: dict[str, Any]) -> list[ImportedScene]:
    """Every scene of the configuration that has elements."""
    inner = data["configuration"]
    behaviours = dicts(inner.get("behaviors"))
    return [_scene(path, entry, behaviours) for entry in dicts(inner["scenes"]) if dicts(entry.get("elements"))]


def _scene(path: Path, entry: dict, behaviours: list[dict]) -> ImportedScene:
    scene = ImportedScene(text_of(entry, "displayName") or path.stem)
    scene.notes.append(f"Taken over from {path.name} (Azure 3D Scenes).")
    scene.notes.append("Elements name meshes as another loader made them up: check the column 'node'.")
    for asset in dicts(entry.get("assets")):
        file = PurePosixPath(text_of(asset, "url").replace("\\", "/")).name
        if file.lower().endswith((".glb", ".gltf")):
            found = path.parent / file
            scene.models.append(ImportedModel(file, found if found.is_file() else None))
    wanted = set(entry.get("behaviorIDs") or ()) if isinstance(entry.get("behaviorIDs"), list) else set()
    active = [b for b in behaviours if not wanted or b.get("id") in wanted]
    used: dict[str, int] = {}
    for element in dicts(entry.get("elements")):
        _element(scene, element, [b for b in active if _concerns(b, text_of(element, "id"))], used)
    return scene


def _concerns(behaviour: dict, element_id: str) -> bool:
    sources = dicts(behaviour.get("datasources"))
    return any(element_id in (source.get("elementIDs") or ()) for source in sources)


def _element(scene: ImportedScene, element: dict, behaviours: list[dict], used: dict[str, int]) -> None:
    name = text_of(element, "displayName") or text_of(element, "primaryTwinID") or text_of(element, "id")
    used[name] = used.get(name, 0) + 1
    asset_id = name if used[name] == 1 else f"{name} {used[name]}"
    nodes = [text for text in element.get("objectIDs") or () if isinstance(text, str)]
    patterns = tuple(dict.fromkeys(f"**/{_LOADER_MADE.sub('', _LOADER_MADE.sub('', node))}" for node in nodes))
    taken = {pattern for asset in scene.assets for pattern in asset.nodes}
    if taken.intersection(patterns):
        scene.notes.append(f"'{asset_id}' is a part of a mesh that belongs to another element: it has no place yet.")
    patterns = tuple(pattern for pattern in patterns if pattern not in taken)
    tags = _tags(scene, behaviours)
    kind = _type_of(scene, behaviours, tags)
    scene.assets.append(ImportedAsset(asset_id, kind, name, "", patterns))


def _type_of(scene: ImportedScene, behaviours: list[dict], tags: dict[str, ImportedTag]) -> str:
    """A type for all elements with the same behaviours."""
    if not tags:
        return ""
    name = slug(" ".join(text_of(b, "displayName") for b in behaviours[:1])) or "type"
    number, unique = 1, name
    while unique in scene.types and scene.types[unique] != tags:
        number += 1
        unique = f"{name}-{number}"
    scene.types.setdefault(unique, tags)
    return unique


def _tags(scene: ImportedScene, behaviours: list[dict]) -> dict[str, ImportedTag]:
    tags: dict[str, ImportedTag] = {}
    for behaviour in behaviours:
        for visual in dicts(behaviour.get("visuals")):
            units = {}
            for widget in dicts(visual.get("widgets")):
                settings = widget.get("widgetConfiguration")
                settings = settings if isinstance(settings, dict) else {}
                expression = text_of(widget, "valueExpression") or text_of(settings, "valueExpression")
                units[expression] = text_of(settings, "units")
            for expression in (text_of(visual, "valueExpression"), *units):
                found = _PROPERTY.match(expression)
                if found:
                    role, sure = role_of(found[1], units.get(expression, ""))
                    role = role if sure >= 0.7 else ""
                    limits = _limits(scene, text_of(behaviour, "displayName"), visual)
                    tag = tags.setdefault(found[1], ImportedTag(role, units.get(expression, ""), limits))
                    tag.unit = tag.unit or units.get(expression, "")
    return tags


def _limits(scene: ImportedScene, name: str, visual: dict) -> dict[str, float]:
    """Where ranges begin that have no end: the first is the high limit, a second one the urgent one."""
    ranges = [_pair(entry.get("values")) for entry in dicts(visual.get("valueRanges"))]
    known = sorted(pair for pair in ranges if pair is not None)
    if any(a[1] > b[0] for a, b in pairwise(known)):
        note = f"The value ranges of '{name}' overlap."
        if note not in scene.notes:
            scene.notes.append(note)
    starts = [low for low, high in known if high == float("inf")]
    return dict(zip(("high", "high_high"), sorted(set(starts)), strict=False)) if len(known) > 1 else {}


def _pair(values: Any) -> tuple[float, float] | None:
    if not isinstance(values, list) or len(values) != 2:
        return None
    try:
        low, high = (float(value) for value in values)
    except (TypeError, ValueError):
        return None
    return (low, high) if low <= high else None
