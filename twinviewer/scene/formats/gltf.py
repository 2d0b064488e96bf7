"""glTF 2.0, binary (.glb) and text (.gltf)."""

from pathlib import Path

import numpy as np

from twinviewer.model.geometry import Geometry, GeometryNode
from twinviewer.scene.assemble import Part, assemble
from twinviewer.scene.gltf.accessors import Accessors
from twinviewer.scene.gltf.document import Document
from twinviewer.scene.gltf.hierarchy import NodeRow, instances, walk
from twinviewer.scene.gltf.materials import Materials
from twinviewer.scene.gltf.primitives import Meshes
from twinviewer.scene.placement import Placement
from twinviewer.scene.progress import Progress

SUFFIXES = (".glb", ".gltf")
UP, UNIT = "Y", 1.0


def read(path: Path, placement: Placement, progress: Progress) -> Geometry:
    """All triangles of the file's scene. Raises SceneError naming file and node, mesh or accessor."""
    document = Document(path, placement.label)
    notes: dict[str, None] = {}
    rows = walk(document, notes)
    accessors = Accessors(document)
    materials = Materials(document, accessors)
    meshes = Meshes(document, accessors, materials)
    root = placement.matrix(UP, UNIT)
    parts = _parts(document, accessors, meshes, rows, root, progress)
    for key, text in (("animations", "animations are not played"), ("skins", "skinned parts stand in their rest pose")):
        if document.json.get(key):
            notes[f"{document.label}: {text}."] = None
    told = (*notes, *meshes.notes, *materials.notes)
    nodes = [_node(row, root) for row in rows]
    return assemble(document.label, nodes, parts, materials.textures, told, lambda f, t: progress(0.5 + f / 2, t))


def hierarchy(path: Path, placement: Placement) -> tuple[GeometryNode, ...]:
    """The same nodes as `read`, quickly; instead of its triangles a node that has some gets first = 0, last = 1."""
    document = Document(path, placement.label)
    root = placement.matrix(UP, UNIT)
    nodes = (_node(row, root, int(_has_surface(document, row.mesh))) for row in walk(document, {}))
    return tuple(nodes)


def dependencies(path: Path) -> tuple[Path, ...]:
    """The other files that this one is made of."""
    return Document(path, path.name).files()


def _parts(
    document: Document, accessors: Accessors, meshes: Meshes, rows: list[NodeRow], root: np.ndarray, progress: Progress
) -> list[Part]:
    parts: list[Part] = []
    for k, row in enumerate(rows):
        if k % 256 == 0:
            progress(0.5 * k / len(rows), document.label)
        mesh = meshes.get(row.mesh) if row.mesh >= 0 else None
        if mesh is None:
            continue
        matrix = root @ row.matrix
        many = instances(document, accessors, row.row)
        if many is None:
            parts.append(Part(k, mesh, matrix))
        else:
            parts.extend(Part(k, mesh, matrix @ place) for place in many)
    return parts


def _node(row: NodeRow, root: np.ndarray, last: int = 0) -> GeometryNode:
    return GeometryNode(row.path, row.name, row.parent, root @ row.matrix, 0, last, row.extras)


def _has_surface(document: Document, mesh: int) -> bool:
    primitives = document.items("meshes")[mesh].get("primitives", []) if mesh >= 0 else []
    return isinstance(primitives, list) and any(
        isinstance(p, dict) and p.get("mode", 4) in (4, 5, 6) for p in primitives
    )
