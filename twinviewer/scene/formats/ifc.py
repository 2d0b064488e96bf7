"""IFC building models, through the optional package ifcopenshell."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import Geometry, GeometryNode
from twinviewer.scene.assemble import Part, assemble
from twinviewer.scene.bounds import MAX_DEPTH, MAX_NODES
from twinviewer.scene.mesh import Mesh, plain_mesh
from twinviewer.scene.names import NodePaths
from twinviewer.scene.paths import read_bytes
from twinviewer.scene.placement import Placement
from twinviewer.scene.progress import Progress

SUFFIXES = (".ifc",)
UP, UNIT = "Z", 1.0  # ifcopenshell gives metres whatever the file is in

# Volumes that are thought, not built. Spaces stay in the tree without surfaces: furniture stands in them.
_UNSEEN = {"IfcSpace", "IfcOpeningElement", "IfcOpeningStandardCase", "IfcGrid", "IfcVirtualElement", "IfcAnnotation"}


def read(path: Path, placement: Placement, progress: Progress) -> Geometry:
    """All built elements with their surfaces; spaces and openings are left out. Raises SceneError."""
    label, root = placement.label, placement.matrix(UP, UNIT)
    model = _open(path, label)
    rows = _rows(model, label)
    row_of = {element.id(): row for row, (element, _) in enumerate(rows)}
    nodes = [_node(element, node, root) for element, node in rows]
    parts, unplaced = [], 0
    for done, shape in _shapes(model, label):
        progress(0.9 * done, label)
        row = row_of.get(shape.id)
        mesh = _mesh(shape.geometry, label)
        if row is None or mesh is None:
            unplaced += row is None
            continue
        matrix = np.array(shape.transformation.matrix, np.float64).reshape(4, 4).T
        parts.append(Part(row, mesh, root @ matrix))
    parts.sort(key=lambda part: part.node)
    notes = [f"{label}: spaces and openings are not shown."]
    if unplaced:
        notes.append(f"{label}: {unplaced} elements stand nowhere in the building and were left out.")
    return assemble(label, nodes, parts, (), notes, lambda fraction, text: progress(0.9 + fraction / 10, text))


def hierarchy(path: Path, placement: Placement) -> tuple[GeometryNode, ...]:
    """The same nodes as `read`; those that may have surfaces get first = 0, last = 1."""
    model = _open(path, placement.label)
    root = placement.matrix(UP, UNIT)
    rows = _rows(model, placement.label)
    return tuple(_node(element, node, root, int(_is_seen(element))) for element, node in rows)


def _library(name: str, label: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        text = "IFC files need the package ifcopenshell, which is not installed."
        raise SceneError(text, label, "Install it: pip install 'twinviewer[ifc]'.") from None


def _open(path: Path, label: str) -> Any:
    library = _library("ifcopenshell", label)
    text = read_bytes(path).decode("latin-1")
    if not text.lstrip().startswith("ISO-10303-21"):
        raise SceneError("this is not an IFC file: it does not begin with ISO-10303-21.", label, "Export it again.")
    if "END-ISO-10303-21" not in text[-4096:]:
        raise SceneError("the file ends before END-ISO-10303-21: it is truncated.", label, "Export it again.")
    try:
        return library.file.from_string(text)
    except Exception as error:  # the library raises several unrelated types
        raise SceneError(f"the file cannot be read: {error}.", label, "Export it again as IFC 2x3 or 4.") from None


def _rows(model: Any, label: str) -> list[tuple[Any, GeometryNode]]:
    """The spatial tree, parents before children, as elements with their nodes (matrices not yet set)."""
    paths = NodePaths(label)
    rows: list[tuple[Any, GeometryNode]] = []
    stack: list[tuple[Any, int, int]] = [(project, -1, 0) for project in reversed(model.by_type("IfcProject"))]
    seen: set[int] = set()
    while stack:
        element, parent, depth = stack.pop()
        if element.id() in seen:
            raise SceneError(f"#{element.id()} stands twice in the spatial tree: it has a cycle.", label)
        seen.add(element.id())
        if len(rows) >= MAX_NODES or depth > MAX_DEPTH:
            raise SceneError(f"the file has more than {MAX_NODES:,} elements, or they are nested too deeply.", label)
        kind = element.is_a()
        above = rows[parent][1].path if parent >= 0 else ""
        path, name = paths.add(above, getattr(element, "Name", None) or kind, f"#{element.id()}")
        extras = {"globalId": getattr(element, "GlobalId", ""), "ifcClass": kind}
        rows.append((element, GeometryNode(path, name, parent, np.eye(4), 0, 0, extras)))
        stack.extend((child, len(rows) - 1, depth + 1) for child in reversed(_children(element)))
    return rows


def _children(element: Any) -> list[Any]:
    found: list[Any] = []
    for relation in getattr(element, "IsDecomposedBy", None) or ():
        found.extend(relation.RelatedObjects)
    for relation in getattr(element, "ContainsElements", None) or ():
        found.extend(relation.RelatedElements)
    return [child for child in found if child.is_a() not in _UNSEEN or child.is_a() == "IfcSpace"]


def _is_seen(element: Any) -> bool:
    return getattr(element, "Representation", None) is not None and element.is_a() not in _UNSEEN


def _node(element: Any, node: GeometryNode, root: np.ndarray, last: int = 0) -> GeometryNode:
    return GeometryNode(node.path, node.name, node.parent, root, 0, last, node.extras)


def _shapes(model: Any, label: str) -> Iterator[tuple[float, Any]]:
    """How far the work has come (0…1), and each tessellated shape."""
    geometry = _library("ifcopenshell.geom", label)
    settings = geometry.settings()
    left_out = [element for kind in sorted(_UNSEEN) for element in _of_type(model, kind)]
    iterator = geometry.iterator(settings, model, 2, exclude=left_out or None)
    if not iterator.initialize():
        return
    while True:
        yield iterator.progress() / 100, iterator.get()
        if not iterator.next():
            return


def _of_type(model: Any, kind: str) -> list[Any]:
    try:
        return list(model.by_type(kind))
    except RuntimeError:  # the schema of the file does not have this class
        return []


def _mesh(shape: Any, label: str) -> Mesh | None:
    points = np.array(shape.verts, np.float32).reshape(-1, 3)
    triangles = np.array(shape.faces, np.int32).reshape(-1, 3)
    if len(triangles) == 0:
        return None
    if not np.isfinite(points).all():
        raise SceneError("an element has points that are no numbers.", label, "Export the file again.")
    materials = np.array(shape.material_ids, np.int64)
    palette = np.array([_colour(material) for material in shape.materials] or [(0.7, 0.7, 0.7, 1.0)])
    shades = np.rint(np.clip(palette, 0, 1) * 255).astype(np.uint8)
    rows = np.clip(materials, 0, len(shades) - 1) if len(materials) == len(triangles) else np.zeros(len(triangles), int)
    smooth = plain_mesh(points, triangles)  # normals first, while neighbours still share their vertices
    corners = smooth.triangles.reshape(-1)
    paint = np.repeat(shades[rows], 3, axis=0)
    unfolded = np.arange(len(corners), dtype=np.int32).reshape(-1, 3)
    return plain_mesh(smooth.points[corners], unfolded, smooth.normals[corners], paint)


def _colour(material: Any) -> tuple[float, float, float, float]:
    """sRGB and alpha 0…1 of a surface style."""
    diffuse = material.diffuse
    red, green, blue = diffuse.components if hasattr(diffuse, "components") else diffuse
    transparency = material.transparency
    alpha = 1.0 - transparency if transparency == transparency else 1.0
    return float(red), float(green), float(blue), float(alpha)
