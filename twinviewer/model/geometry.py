"""Triangles in one place: what every geometry reader returns and the view draws."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True, slots=True)
class GeometryNode:
    """One node of the source's hierarchy that carries triangles or is named by it.

    `path` is canonical: names from the root joined by "/", with "[k]" behind the k-th (k >= 1) sibling of the same
    name, and the file before "#" ("hall.glb#Plant/Line A/CNC-102"). `parent` is a row of `Geometry.nodes`, -1 at
    the root. `matrix` is float64 (4, 4), node to world (metres, Z up). `first`, `last` bound its own triangles.
    """

    path: str
    name: str
    parent: int
    matrix: np.ndarray
    first: int
    last: int
    extras: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Texture:
    """An image, RGBA uint8 (height, width, 4), first row on top; `repeat` as the source asks."""

    pixels: np.ndarray
    repeat: bool = True


@dataclass(frozen=True, slots=True)
class Geometry:
    """Merged triangles in world coordinates, metres, Z up; triangles of one node lie together.

    points float32 (n, 3); normals float32 (n, 3) unit length; triangles int32 (m, 3); node int32 (n,) row of
    `nodes` for each vertex; colour uint8 (n, 4) sRGB material colour; skin uint8 (n,): 255 where the state may
    colour the surface, 0 for trim that keeps its own colour; uv float32 (n, 2) or None, (0, 0) at the first pixel of
    the first row; texture int16 (n,) row of `textures` or -1; metallic and roughness uint8 (n,).
    """

    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    node: np.ndarray
    colour: np.ndarray
    skin: np.ndarray
    nodes: tuple[GeometryNode, ...]
    uv: np.ndarray | None = None
    texture: np.ndarray | None = None
    textures: tuple[Texture, ...] = ()
    metallic: np.ndarray | None = None
    roughness: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def in_own_colours(self) -> "Geometry":
        """The same, with every surface in its material's colour: for a scene of which nothing is measured."""
        return replace(self, skin=np.zeros_like(self.skin))
