"""Meshes placed at nodes, merged into one Geometry in scene coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import Geometry, GeometryNode, Texture
from twinviewer.scene.bounds import MAX_TRIANGLES, MAX_VERTICES
from twinviewer.scene.mesh import Mesh, unit_rows
from twinviewer.scene.progress import Progress

_FARTHEST_M = 1e15


@dataclass(slots=True)
class Part:
    """One mesh at one place: `node` is the row it belongs to, `matrix` float64 (4, 4) its place in the scene."""

    node: int
    mesh: Mesh
    matrix: np.ndarray


def assemble(
    label: str,
    nodes: Sequence[GeometryNode],
    parts: Sequence[Part],
    textures: Sequence[Texture],
    notes: Sequence[str],
    progress: Progress,
) -> Geometry:
    """The Geometry of all `parts`, which must be sorted by node. Raises SceneError when there is too much."""
    vertices = sum(len(part.mesh.points) for part in parts)
    count = sum(len(part.mesh.triangles) for part in parts)
    if count > MAX_TRIANGLES or vertices > MAX_VERTICES:
        text = f"the file unfolds to {count:,} triangles with {vertices:,} vertices; {MAX_TRIANGLES:,} are read."
        raise SceneError(text, label, "Export it with less detail.")
    arrays = _empty(vertices, count, any(part.mesh.uv is not None for part in parts))
    bounds = np.zeros((len(nodes), 2), np.int64)
    vertex = triangle = 0
    for done, part in enumerate(parts):
        if done % 512 == 0:
            progress(done / max(len(parts), 1), label)
        if not float(np.abs(part.matrix).max()) < _FARTHEST_M:
            text = "the node's transformation leads beyond all bounds."
            raise SceneError(text, nodes[part.node].path, "Check its scale and position.")
        n, m = len(part.mesh.points), len(part.mesh.triangles)
        if bounds[part.node, 1] == 0:
            bounds[part.node] = triangle, triangle
        bounds[part.node, 1] = triangle + m
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is found below
            _fill(arrays, part, vertex, triangle, n, m)
        vertex, triangle = vertex + n, triangle + m
    if vertices and not np.isfinite(arrays["points"]).all():
        bad = arrays["node"][int(np.argmin(np.isfinite(arrays["points"]).all(axis=1)))]
        raise SceneError("its vertices lie beyond all bounds.", nodes[bad].path, "Check its scale and position.")
    placed = tuple(
        replace(node, first=int(first), last=int(last)) for node, (first, last) in zip(nodes, bounds, strict=True)
    )
    return Geometry(nodes=placed, textures=tuple(textures), notes=tuple(notes), **arrays)


def _empty(vertices: int, triangles: int, textured: bool) -> dict[str, np.ndarray]:
    arrays = {
        "points": np.empty((vertices, 3), np.float32),
        "normals": np.empty((vertices, 3), np.float32),
        "triangles": np.empty((triangles, 3), np.int32),
        "node": np.empty(vertices, np.int32),
        "colour": np.empty((vertices, 4), np.uint8),
        "skin": np.empty(vertices, np.uint8),
        "metallic": np.empty(vertices, np.uint8),
        "roughness": np.empty(vertices, np.uint8),
    }
    if textured:
        arrays["uv"] = np.zeros((vertices, 2), np.float32)
        arrays["texture"] = np.full(vertices, -1, np.int16)
    return arrays


def _fill(arrays: dict[str, np.ndarray], part: Part, vertex: int, triangle: int, n: int, m: int) -> None:
    mesh, rows = part.mesh, slice(vertex, vertex + n)
    linear = part.matrix[:3, :3]
    np.matmul(mesh.points, linear.T.astype(np.float32), out=arrays["points"][rows])
    arrays["points"][rows] += part.matrix[:3, 3].astype(np.float32)
    arrays["normals"][rows] = _turned(mesh.normals, linear)
    target = arrays["triangles"][triangle : triangle + m]
    np.add(mesh.triangles, np.int32(vertex), out=target)
    if np.linalg.det(linear) < 0:  # a mirrored part would otherwise show its inside
        target[:, [1, 2]] = target[:, [2, 1]]
    arrays["node"][rows] = part.node
    for name in ("colour", "skin", "metallic", "roughness"):
        arrays[name][rows] = getattr(mesh, name)
    if mesh.uv is not None and mesh.texture is not None:
        arrays["uv"][rows] = mesh.uv
        arrays["texture"][rows] = mesh.texture


def _turned(normals: np.ndarray, linear: np.ndarray) -> np.ndarray:
    """Normals under the linear map float64 (3, 3), unit length again, mirrored and flattened maps included."""
    squares = linear.T @ linear
    size = float(np.sqrt(max(squares[0, 0], 0.0)))
    if size > 0 and np.allclose(squares, np.eye(3) * squares[0, 0], rtol=1e-5, atol=1e-6 * squares[0, 0]):
        return normals @ (linear / size).T.astype(np.float32)
    x, y, z = linear.T
    cofactors = np.stack([np.cross(y, z), np.cross(z, x), np.cross(x, y)], axis=1)
    if np.linalg.det(linear) < 0:
        cofactors = -cofactors
    peak = float(np.abs(cofactors).max())
    return unit_rows(normals @ (cofactors / (peak or 1.0)).T.astype(np.float32))
