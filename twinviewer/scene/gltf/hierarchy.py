"""The node tree of a glTF document as rows: canonical paths, world matrices, extras, without recursion."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from twinviewer.scene.bounds import MAX_DEPTH, MAX_INSTANCES, MAX_NODES
from twinviewer.scene.gltf.accessors import Accessors
from twinviewer.scene.gltf.document import Document
from twinviewer.scene.names import NodePaths

_INSTANCING = "EXT_mesh_gpu_instancing"


@dataclass(slots=True)
class NodeRow:
    """One visited node that is kept. `row` is its place in the file, `parent` a row of the list, `mesh` -1 for none.

    `matrix` is node to file world, float64 (4, 4).
    """

    row: int
    path: str
    name: str
    parent: int
    matrix: np.ndarray
    mesh: int
    extras: dict[str, Any]


def walk(document: Document, notes: dict[str, None]) -> list[NodeRow]:
    """All nodes of the document's scene, parents before children, in the file's order.

    Nodes with neither name nor mesh only hand their matrix on. Raises SceneError on cycles, on nodes with two
    parents, and on trees larger than the bounds.
    """
    nodes = document.items("nodes")
    if len(nodes) > MAX_NODES:
        text = f"the file has {len(nodes):,} nodes; at most {MAX_NODES:,} are read."
        raise document.fail(text, "nodes", "Join small parts in the CAD export.")
    paths = NodePaths(document.label)
    kept: list[NodeRow] = []
    seen = bytearray(len(nodes))
    stack = [(row, -1, np.eye(4), 0) for row in reversed(_roots(document, len(nodes)))]
    while stack:
        row, parent, above, depth = stack.pop()
        place = f"nodes[{row}]"
        if seen[row]:
            raise document.fail("the node is reached twice: the hierarchy has a cycle or a shared child.", place)
        seen[row] = 1
        if depth > MAX_DEPTH:
            raise document.fail(f"the hierarchy is more than {MAX_DEPTH} levels deep.", place)
        node = nodes[row]
        if _hidden(document, node, place, notes):
            continue
        matrix = (
            above @ _local(document, node, place)
            if node.keys() & {"matrix", "translation", "rotation", "scale"}
            else above
        )
        entry = _row(document, node, row, parent, matrix, paths, kept, place)
        if entry is not None:
            kept.append(entry)
            parent = len(kept) - 1
        children = _references(document, node.get("children", []), len(nodes), place)
        stack.extend((child, parent, matrix, depth + 1) for child in reversed(children))
    return kept


def instances(document: Document, accessors: Accessors, row: int) -> np.ndarray | None:
    """Instance matrices float64 (k, 4, 4) of nodes[row] (EXT_mesh_gpu_instancing), None where it is not instanced."""
    place = f"nodes[{row}]"
    packed = document.extension(document.items("nodes")[row], _INSTANCING, place)
    if packed is None:
        return None
    attributes = document.table(packed, "attributes", place)
    arrays: dict[str, np.ndarray] = {}
    for key, width in (("TRANSLATION", 3), ("ROTATION", 4), ("SCALE", 3)):
        accessor = document.index(attributes, key, "accessors", place)
        if accessor is None:
            continue
        if accessors.count(accessor) > MAX_INSTANCES:
            raise document.fail(f"it makes more than {MAX_INSTANCES:,} instances.", place)
        arrays[key] = accessors.floats(accessor).astype(np.float64)
        if arrays[key].shape[1] != width or not np.isfinite(arrays[key]).all():
            raise document.fail(f"instance {key} is not {width} finite numbers each.", f"accessors[{accessor}]")
    counts = {len(array) for array in arrays.values()}
    if len(counts) != 1:
        raise document.fail("its instance attributes do not have the same number of entries.", place)
    return _compose(counts.pop(), arrays)


def _compose(count: int, arrays: dict[str, np.ndarray]) -> np.ndarray:
    matrices = np.zeros((count, 4, 4))
    matrices[:, 3, 3] = 1.0
    turn = arrays.get("ROTATION")
    matrices[:, :3, :3] = np.eye(3) if turn is None else quaternion_matrices(turn)
    if "SCALE" in arrays:
        matrices[:, :3, :3] *= arrays["SCALE"][:, None, :]
    if "TRANSLATION" in arrays:
        matrices[:, :3, 3] = arrays["TRANSLATION"]
    return matrices


def quaternion_matrices(quaternions: np.ndarray) -> np.ndarray:
    """Rotation matrices (k, 3, 3) of quaternions (k, 4) in the order x, y, z, w; a zero quaternion turns nothing."""
    length = np.linalg.norm(quaternions, axis=1, keepdims=True)
    unit = np.where(length > 1e-12, quaternions / np.where(length > 1e-12, length, 1.0), [[0.0, 0.0, 0.0, 1.0]])
    x, y, z, w = unit.T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def _roots(document: Document, count: int) -> list[int]:
    scenes = document.items("scenes")
    if scenes:
        row = document.index(document.json, "scene", "scenes", "scene")
        entry = scenes[row if row is not None else 0]
        return _references(document, entry.get("nodes", []), count, "scenes[0]")
    children = set()
    for row, node in enumerate(document.items("nodes")):
        children.update(_references(document, node.get("children", []), count, f"nodes[{row}]"))
    return [row for row in range(count) if row not in children]


def _references(document: Document, value: object, count: int, place: str) -> list[int]:
    if not isinstance(value, list):
        raise document.fail("its list of nodes is not a list.", place)
    for row in value:
        if isinstance(row, bool) or not isinstance(row, int) or not 0 <= row < count:
            raise document.fail(f"it names node {row!r}, but there are only {count}.", place)
    return value


def _hidden(document: Document, node: dict[str, Any], place: str, notes: dict[str, None]) -> bool:
    visibility = document.extension(node, "KHR_node_visibility", place)
    if visibility is None or visibility.get("visible", True) is not False:
        return False
    notes[f"{document.label}: nodes marked invisible were left out."] = None
    return True


def _row(
    document: Document,
    node: dict[str, Any],
    row: int,
    parent: int,
    matrix: np.ndarray,
    paths: NodePaths,
    kept: list[NodeRow],
    place: str,
) -> NodeRow | None:
    mesh = document.index(node, "mesh", "meshes", place)
    name = node.get("name", "")
    if not isinstance(name, str):
        raise document.fail("its name is not text.", place)
    if not name and mesh is None:
        return None
    if not name and mesh is not None:
        name = str(document.items("meshes")[mesh].get("name") or "mesh")
    extras = node.get("extras", {})
    path, name = paths.add(kept[parent].path if parent >= 0 else "", name, place)
    return NodeRow(
        row, path, name, parent, matrix, -1 if mesh is None else mesh, extras if isinstance(extras, dict) else {}
    )


def _local(document: Document, node: dict[str, Any], place: str) -> np.ndarray:
    if "matrix" in node:
        return np.array(document.numbers(node, "matrix", 16, [], place)).reshape(4, 4).T
    result = np.eye(4)
    if "rotation" in node:
        result[:3, :3] = quaternion_matrices(np.array([document.numbers(node, "rotation", 4, [], place)]))[0]
    if "scale" in node:
        result[:3, :3] *= document.numbers(node, "scale", 3, [], place)
    if "translation" in node:
        result[:3, 3] = document.numbers(node, "translation", 3, [], place)
    return result
