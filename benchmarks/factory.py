"""A made-up factory floor for the benchmarks of the view: many assets of some hundred triangles, in numpy."""

from dataclasses import dataclass

import numpy as np

from twinviewer.model.asset import Asset
from twinviewer.model.geometry import Geometry, GeometryNode

SPACING_M = 2.4
_STEEL = np.array([(150, 155, 160), (120, 126, 132), (90, 96, 100)], np.uint8)


@dataclass(frozen=True)
class Factory:
    """What the view needs of a scene."""

    geometry: Geometry
    asset_of_node: np.ndarray
    assets: tuple[Asset, ...]
    tags: tuple = ()
    views: tuple = ()


Shape = tuple[np.ndarray, np.ndarray, np.ndarray]  # points, normals, triangles


def _revolved(profile: np.ndarray, normals: np.ndarray, sides: int) -> Shape:
    """A surface of revolution: profile (k, 2) of radius and height, its normals alike."""
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    turn = np.stack([np.cos(angle), np.sin(angle)], 1)

    def ring(values: np.ndarray) -> np.ndarray:
        flat = values[None, :, :1] * turn[:, None]
        return np.concatenate([flat, np.broadcast_to(values[None, :, 1:], (*flat.shape[:2], 1))], 2).reshape(-1, 3)

    k = len(profile)
    i, j = np.meshgrid(np.arange(sides), np.arange(k - 1), indexing="ij")
    a = (i * k + j).reshape(-1)
    triangles = np.concatenate([np.stack([a, a + k, a + 1], 1), np.stack([a + k, a + k + 1, a + 1], 1)])
    return ring(profile).astype(np.float32), ring(normals).astype(np.float32), triangles.astype(np.int32)


def _shapes() -> list[Shape]:
    """Twenty shapes of 160 to 900 triangles within the unit cube around the origin."""
    shapes = []
    for sides in range(20, 60, 2):
        half = np.linspace(-np.pi / 2, np.pi / 2, 3 + sides % 7)
        outwards = np.stack([np.cos(half), np.sin(half)], 1)
        bulge = 1 / (1 + (sides % 5))
        profile = np.stack([np.cos(half) ** bulge, np.sin(half)], 1)
        shapes.append(_revolved(profile.clip(-1, 1), outwards, sides))
    return shapes


def small_box() -> Shape:
    """A box of 12 triangles."""
    corner = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    outwards = [(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)]
    points = np.concatenate([corner[list(face)] for face in faces])
    base = np.arange(0, 24, 4)[:, None]
    triangles = np.concatenate([base + np.array([0, 1, 2]), base + np.array([0, 2, 3])]).astype(np.int32)
    return points, np.repeat(np.array(outwards, np.float32), 4, axis=0), triangles


def factory(n: int, seed: int = 1, *, small: bool = False) -> Factory:
    """`n` assets on a square grid, each one node of one shape; `small` ones have 12 triangles."""
    rng = np.random.default_rng(seed)
    shapes = [small_box()] if small else _shapes()
    side = int(np.ceil(np.sqrt(n)))
    place = np.stack(np.divmod(np.arange(n), side), 1) * SPACING_M + rng.uniform(-0.3, 0.3, (n, 2))
    size = rng.uniform(0.5, 1.0, (n, 3)) * (1, 1, 1.5)
    which = rng.integers(0, len(shapes), n)
    points, normals, triangles, node, first = [], [], [], [], 0
    for asset in range(n):
        shape, outwards, index = shapes[which[asset]]
        centre = np.array([*place[asset], size[asset, 2]])
        points.append((shape * size[asset] + centre).astype(np.float32))
        turned = outwards / size[asset]
        normals.append((turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32))
        triangles.append(index + np.int32(first))
        node.append(np.full(len(shape), asset, np.int32))
        first += len(shape)
    nodes = tuple(GeometryNode(f"f#{i}", str(i), -1, np.eye(4), 0, 0) for i in range(n))
    colour = np.full((first, 4), 255, np.uint8)
    colour[:, :3] = _STEEL[np.concatenate(node) % len(_STEEL)]
    geometry = Geometry(
        np.concatenate(points), np.concatenate(normals), np.concatenate(triangles), np.concatenate(node), colour,
        np.full(first, 255, np.uint8), nodes,
    )  # fmt: skip
    assets = tuple(Asset(i, f"A-{i}", f"A-{i}", "machine", ("Site",), ()) for i in range(n))
    return Factory(geometry, np.arange(n, dtype=np.int32), assets)


def colour_tables(n: int, count: int = 4) -> list[np.ndarray]:
    """Some random opaque colours for all assets, uint8 (n, 4)."""
    rng = np.random.default_rng(7)
    tables = []
    for _ in range(count):
        table = np.full((n, 4), 255, np.uint8)
        table[:, :3] = rng.integers(40, 255, (n, 3))
        tables.append(table)
    return tables
