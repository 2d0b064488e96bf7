"""Triangles on their way from a file to a Geometry: one mesh in its own coordinates, joining, and normals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_CREASE_COS = 0.88  # a face more than about 28 degrees off the mean of its neighbours has an edge there
_GENTLE_COS = 0.77  # faces that meet at less than about 40 degrees there are one surface
_MOST_FACES = 64  # compared at one vertex, so that a fan of very many costs no more than its corners times this

PLAIN = (168, 172, 176, 255)  # sRGB of a surface that has no material


@dataclass(slots=True)
class Mesh:
    """n vertices and m triangles. Shapes and types as in `model.geometry.Geometry`; uv and texture together or not."""

    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    colour: np.ndarray
    skin: np.ndarray
    metallic: np.ndarray
    roughness: np.ndarray
    uv: np.ndarray | None = None
    texture: np.ndarray | None = None


def plain_mesh(
    points: np.ndarray,
    triangles: np.ndarray,
    normals: np.ndarray | None = None,
    colour: np.ndarray | tuple[int, int, int, int] = PLAIN,
) -> Mesh:
    """A mesh without material, normals computed where there are none."""
    points = np.ascontiguousarray(points, np.float32)
    triangles = np.ascontiguousarray(triangles, np.int32)
    count = len(points)
    source = np.arange(count)
    if normals is None:
        normals, triangles, source = creased_normals(points, triangles)
    n = len(source)
    colours = np.broadcast_to(np.asarray(colour, np.uint8), (count, 4))[source]
    return Mesh(
        points[source],
        np.ascontiguousarray(normals, np.float32),
        triangles,
        np.ascontiguousarray(colours),
        np.full(n, 255, np.uint8),
        np.zeros(n, np.uint8),
        np.full(n, 178, np.uint8),
    )


def join(meshes: Sequence[Mesh]) -> Mesh:
    """Several meshes as one."""
    if len(meshes) == 1:
        return meshes[0]
    starts = np.cumsum([0] + [len(mesh.points) for mesh in meshes[:-1]])
    textured = any(mesh.uv is not None for mesh in meshes)

    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(mesh, name) for mesh in meshes])

    triangles = np.concatenate([mesh.triangles + np.int32(k) for mesh, k in zip(meshes, starts, strict=True)])
    names = ("points", "normals", "colour", "skin", "metallic", "roughness")
    columns = {name: column(name) for name in names}
    uv = np.concatenate([_uv(mesh) for mesh in meshes]) if textured else None
    texture = np.concatenate([_texture(mesh) for mesh in meshes]) if textured else None
    return Mesh(triangles=triangles, uv=uv, texture=texture, **columns)


def _uv(mesh: Mesh) -> np.ndarray:
    return mesh.uv if mesh.uv is not None else np.zeros((len(mesh.points), 2), np.float32)


def _texture(mesh: Mesh) -> np.ndarray:
    return mesh.texture if mesh.texture is not None else np.full(len(mesh.points), -1, np.int16)


def creased_normals(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Normals for a mesh that has none: round where faces meet gently, sharp where they meet at an edge.

    Returns normals float32 (k, 3), triangles int32 (m, 3) and the source vertex of each of the k vertices: a vertex
    on a sharp edge is doubled. There, each corner takes the mean of the faces that meet its own one gently, so that
    a narrow face does not tilt the light on a wide one.
    """
    area = _face_normals(points, triangles)
    face = unit_rows(area)
    smooth = smooth_normals(points, triangles)
    sharp = np.einsum("mcj,mj->mc", smooth[triangles], face) < _CREASE_COS
    if not sharp.any():
        return smooth, triangles.astype(np.int32, copy=False), np.arange(len(points))
    edged = np.zeros(len(points), bool)
    edged[triangles[sharp]] = True
    rows, at = np.nonzero(edged[triangles])
    vertex = triangles[rows, at].astype(np.int64)
    own = _corner_normals(vertex, area[rows], face[rows])
    first, inverse = _alike(vertex, own)
    result = triangles.astype(np.int32, copy=True)
    result[rows, at] = len(points) + inverse
    source = np.concatenate([np.arange(len(points)), vertex[first]])
    normals = np.concatenate([smooth, own[first]])
    used = np.zeros(len(source), bool)
    used[result] = True
    renumbered = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return normals[used], renumbered[result], source[used]


def _corner_normals(vertex: np.ndarray, area: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Unit normals float32 (k, 3) of triangle corners: the mean of those faces at the same vertex, weighted by area,
    that lean less than about 40 degrees from the corner's own. `vertex` int (k,), `area` and `face` (k, 3) are the
    faces' normals, long as twice their area and of unit length."""
    order = np.argsort(vertex, kind="stable")
    vertex, area, face = vertex[order], area[order], face[order]
    total = area.copy()
    first = np.arange(len(vertex))
    for step in range(1, _MOST_FACES):
        first = first[first + step < len(vertex)]
        first = first[vertex[first] == vertex[first + step]]
        if not len(first):
            break
        near = first[np.einsum("ij,ij->i", face[first], face[first + step]) >= _GENTLE_COS]
        total[near] += area[near + step]
        total[near + step] += area[near]
    result = np.empty((len(vertex), 3), np.float32)
    result[order] = unit_rows(total)
    return result


def _alike(vertex: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of one vertex whose normals agree to half a degree, as rows of the first of each and int32 (k,)."""
    steps = np.rint((np.nan_to_num(normals) + 1) * 127).astype(np.int64)
    key = vertex << 24 | steps[:, 0] << 16 | steps[:, 1] << 8 | steps[:, 2]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first, inverse.astype(np.int32)


def smooth_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals float32 (n, 3): the mean of the faces around each vertex, weighted by their area."""
    face = _face_normals(points, triangles)
    total = np.zeros((len(points), 3))
    for axis in range(3):
        for corner in range(3):
            total[:, axis] += np.bincount(triangles[:, corner], face[:, axis], len(points))
    return unit_rows(total)


def _face_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    corners = points[triangles]
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to length 1; rows without a direction become (0, 0, 1)."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    good = np.isfinite(length) & (length > 1e-20)
    result = vectors / np.where(good, length, 1.0)[:, None]
    if not good.all():
        result[~good] = (0.0, 0.0, 1.0)
    return result.astype(np.float32, copy=False)
