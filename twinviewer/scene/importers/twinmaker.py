"""Scene files of AWS IoT TwinMaker: nodes with model references, data bindings and rules."""

import re
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from twinviewer.model.errors import SceneError
from twinviewer.scene.imported import (
    ImportedAsset,
    ImportedModel,
    ImportedScene,
    ImportedTag,
    dicts,
    text_of,
    zup_place,
)
from twinviewer.scene.likeness import TEXT_ROLES, role_of

TITLE = "AWS IoT TwinMaker scenes (JSON)"

_UNITS = {"centimeters": 0.01, "millimeters": 0.001, "feet": 0.3048, "inches": 0.0254}
_COMPARED = re.compile(r"\s*([A-Za-z_]\w*)\s*(>=|>|<=|<)\s*(-?\d+(?:\.\d+)?)\s*\Z")


def matches(path: Path, data: Any) -> bool:
    """Whether the file is such a scene."""
    return isinstance(data, dict) and "specVersion" in data and isinstance(data.get("nodes"), list)


def read(path: Path, data: dict[str, Any]) -> list[ImportedScene]:
    """The one scene of the file. Raises SceneError on a node tree with a cycle."""
    scene = ImportedScene(path.stem, notes=[f"Taken over from {path.name} (TwinMaker)."])
    nodes = dicts(data["nodes"])
    limits = _limits(data.get("rules"))
    for row, matrix in _placed(nodes, data.get("rootNodeIndexes"), path, _UNITS.get(text_of(data, "unit"), 1.0)):
        node = nodes[row]
        for component in dicts(node.get("components")):
            if component.get("type") == "ModelRef":
                _model(scene, path, node, component, matrix, _bindings(nodes, row, path), limits)
            elif component.get("type") not in ("Tag", "ModelShader", "MotionIndicator"):
                note = f"{component.get('type')} of node '{text_of(node, 'name')}' was not taken over."
                scene.notes.append(note)
    if not scene.assets:
        scene.notes.append("There is no model reference in it.")
    return [scene]


def _placed(nodes: list[dict], roots: Any, path: Path, unit: float) -> list[tuple[int, np.ndarray]]:
    """Every node below the roots with its matrix in the Y-up world, in metres."""
    start = roots if isinstance(roots, list) else range(len(nodes))
    world = np.diag([unit, unit, unit, 1.0])
    stack = [(row, world) for row in reversed(list(start)) if _is_row(row, nodes)]
    found, seen = [], set()
    while stack:
        row, above = stack.pop()
        if row in seen:
            raise SceneError("the nodes form a cycle.", f"{path.name}#nodes[{row}]", "Export the scene again.")
        seen.add(row)
        matrix = above @ _matrix(nodes[row].get("transform"))
        found.append((row, matrix))
        children = nodes[row].get("children")
        below = reversed(children if isinstance(children, list) else [])
        stack.extend((child, matrix) for child in below if _is_row(child, nodes))
    return found


def _is_row(row: Any, nodes: list[dict]) -> bool:
    return isinstance(row, int) and 0 <= row < len(nodes)


def _matrix(transform: Any) -> np.ndarray:
    """Position, rotation (radians about X, Y, Z, applied in that order from the inside of X) and scale."""
    transform = transform if isinstance(transform, dict) else {}
    x, y, z = _vector(transform.get("rotation"), 0.0)
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = (about_x @ about_y @ about_z) * _vector(transform.get("scale"), 1.0)
    matrix[:3, 3] = _vector(transform.get("position"), 0.0)
    return matrix


def _vector(value: Any, default: float) -> list[float]:
    good = isinstance(value, list) and len(value) == 3 and all(isinstance(v, (int, float)) for v in value)
    return [float(v) for v in value] if good else [default] * 3


def _bindings(nodes: list[dict], row: int, path: Path) -> list[dict]:
    """The data binding contexts of a node and of what hangs below it."""
    found: list[dict] = []
    for below, _ in _placed(nodes, [row], path, 1.0):
        stack: list[Any] = list(dicts(nodes[below].get("components")))
        while stack:
            part = stack.pop(0)
            for key, value in part.items():
                if key == "dataBindingContext" and isinstance(value, dict):
                    found.append(value)
                elif isinstance(value, dict):
                    stack.append(value)
    return found


def _model(
    scene: ImportedScene,
    path: Path,
    node: dict,
    component: dict,
    matrix: np.ndarray,
    bindings: list[dict],
    limits: dict[str, dict[str, float]],
) -> None:
    file = PurePosixPath(text_of(component, "uri").replace("\\", "/")).name
    if not file:
        return
    found = path.parent / file
    position, angles, scale, even = zup_place(matrix)
    if not even:
        scene.notes.append(f"'{text_of(node, 'name')}' is scaled differently along its axes; the mean was taken.")
    earlier = sum(model.file == file for model in scene.models)
    scene.models.append(ImportedModel(file, found if found.is_file() else None, position, angles, scale))
    place = next((text for b in bindings if (text := text_of(b, "entityPath"))), "")
    asset_id = place.rpartition("/")[2] or text_of(node, "name") or file
    name = text_of(node, "name") or asset_id
    tags = scene.types.setdefault(name, {})
    for binding in bindings:
        key = text_of(binding, "propertyName")
        if key:
            role, sure = role_of(key, "")
            is_alarm = "alarm" in key.casefold()
            role = "speed" if key.casefold() == "rpm" else role if sure >= 0.7 and not is_alarm else ""
            text = role in TEXT_ROLES or is_alarm
            tags.setdefault(key, ImportedTag(role, "rpm" if key == "RPM" else "", limits.get(key, {}), text))
    label = f"{file}[{earlier}]" if earlier else file
    known = {asset.asset_id for asset in scene.assets}
    number = 1
    unique = asset_id
    while unique in known:
        number += 1
        unique = f"{asset_id} {number}"
    scene.assets.append(ImportedAsset(unique, name, name, place.rpartition("/")[0], (f"{label}#*",)))


def _limits(rules: Any) -> dict[str, dict[str, float]]:
    """Alarm limits by property, from rule statements that compare it with a number."""
    found: dict[str, dict[str, float]] = {}
    for rule in rules.values() if isinstance(rules, dict) else ():
        for statement in dicts(rule.get("statements") if isinstance(rule, dict) else None):
            compared = _COMPARED.match(text_of(statement, "expression"))
            target = text_of(statement, "target")
            if compared is None or not ("Error" in target or "Warning" in target or "color" in target):
                continue
            side = "high" if compared[2].startswith(">") else "low"
            name = f"{side}_{side}" if "Error" in target else side
            found.setdefault(compared[1], {}).setdefault(name, float(compared[3]))
    return {key: _ordered(limits) for key, limits in found.items()}


def _ordered(limits: dict[str, float]) -> dict[str, float]:
    """One limit is enough where two would be the same."""
    for side in ("high", "low"):
        urgent = f"{side}_{side}"
        if side in limits and limits[side] == limits.get(urgent):
            del limits[urgent]
    return limits
