"""Triangles with normals, and the rigid moves that place them: the one data type of the scene maker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

Matrix = np.ndarray


@dataclass(frozen=True, slots=True)
class Mesh:
    """points float64 (n, 3) in metres, Z up; normals float64 (n, 3) unit length; triangles int64 (m, 3)."""

    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray

    def at(self, matrix: Matrix) -> Mesh:
        """The same triangles placed by `matrix` (4, 4); a mirroring matrix keeps the outside outside."""
        linear = matrix[:3, :3]
        normals = self.normals @ np.linalg.inv(linear)
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        triangles = self.triangles[:, ::-1] if np.linalg.det(linear) < 0 else self.triangles
        return Mesh(self.points @ linear.T + matrix[:3, 3], normals / np.maximum(length, 1e-12), triangles)

    def to(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        """The same triangles, shifted."""
        return Mesh(self.points + np.array([x, y, z]), self.normals, self.triangles)


def at(x: float = 0.0, y: float = 0.0, z: float = 0.0, rx: float = 0.0, ry: float = 0.0, rz: float = 0.0) -> Matrix:
    """The placement (4, 4): turned about X, then Y, then Z (degrees), then shifted (metres)."""
    (sa, sb, sc), (ca, cb, cc) = np.sin(np.radians([rx, ry, rz])), np.cos(np.radians([rx, ry, rz]))
    turn_x = np.array([[1, 0, 0], [0, ca, -sa], [0, sa, ca]])
    turn_y = np.array([[cb, 0, sb], [0, 1, 0], [-sb, 0, cb]])
    turn_z = np.array([[cc, -sc, 0], [sc, cc, 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = turn_z @ turn_y @ turn_x
    matrix[:3, 3] = x, y, z
    return matrix


def mirror(axis: int) -> Matrix:
    """The reflection (4, 4) that changes the sign of one coordinate."""
    matrix = np.eye(4)
    matrix[axis, axis] = -1.0
    return matrix


def merge(meshes: Iterable[Mesh]) -> Mesh:
    """One mesh of several."""
    parts = list(meshes)
    first = np.cumsum([0] + [len(p.points) for p in parts[:-1]])
    return Mesh(
        np.vstack([p.points for p in parts]),
        np.vstack([p.normals for p in parts]),
        np.vstack([p.triangles + start for p, start in zip(parts, first, strict=True)]),
    )


def facets(corners: np.ndarray) -> Mesh:
    """Flat quadrilaterals from corners (k, 4, 3), anticlockwise seen from outside; each keeps its own normal."""
    quads = np.asarray(corners, float)
    normal = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    base = 4 * np.arange(len(quads))[:, None]
    triangles = np.concatenate([base + np.array([0, 1, 2]), base + np.array([0, 2, 3])], axis=1).reshape(-1, 3)
    return Mesh(quads.reshape(-1, 3), np.repeat(normal, 4, axis=0), triangles)


def without_slivers(mesh: Mesh, area_m2: float = 1e-12) -> Mesh:
    """The mesh less triangles without area and points that no triangle uses."""
    a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
    keep = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1) > area_m2
    used, index = np.unique(mesh.triangles[keep], return_inverse=True)
    return Mesh(mesh.points[used], mesh.normals[used], index.reshape(-1, 3))
