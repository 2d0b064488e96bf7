"""Small scenes made of boxes, for the tests of the view."""

from dataclasses import dataclass, field

import numpy as np

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.camera import CameraView
from twinviewer.model.geometry import Geometry, GeometryNode, Texture

_CORNERS = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
_FACES = (
    ((-1, 0, 0), (0, 1, 3, 2)), ((1, 0, 0), (4, 6, 7, 5)), ((0, -1, 0), (0, 4, 5, 1)),
    ((0, 1, 0), (2, 3, 7, 6)), ((0, 0, -1), (0, 2, 6, 4)), ((0, 0, 1), (1, 5, 7, 3)),
)  # fmt: skip
_UV = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)


@dataclass(frozen=True)
class Block:
    """A box from `low` to `high`; `asset` -1 is background."""

    asset: int
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    colour: tuple[int, int, int, int] = (200, 200, 200, 255)
    skin: bool = True
    texture: int = -1


@dataclass
class FakeScene:
    """What the view reads of a scene."""

    geometry: Geometry | None
    asset_of_node: np.ndarray
    assets: tuple[Asset, ...]
    tags: tuple[Tag, ...] = ()
    views: tuple[CameraView, ...] = ()
    key: str = "fake"
    notes: list = field(default_factory=list)
    geometry_key: str = ""


def build(blocks: list[Block], textures: tuple[Texture, ...] = ()) -> FakeScene:
    """A scene with one node per block."""
    points, normals, triangles, uv, nodes = [], [], [], [], []
    for row, block in enumerate(blocks):
        low, high = np.array(block.low, np.float32), np.array(block.high, np.float32)
        corners = low + _CORNERS * (high - low)
        for normal, face in _FACES:
            base = 4 * len(points)
            points.append(corners[list(face)])
            normals.append(np.tile(np.array(normal, np.float32), (4, 1)))
            uv.append(_UV)
            triangles.append(np.array([[0, 1, 2], [0, 2, 3]], np.int32) + base)
        nodes.append(GeometryNode(f"test.glb#Box{row}", f"Box{row}", -1, np.eye(4), row * 12, row * 12 + 12))
    each = [24] * len(blocks)
    geometry = Geometry(
        np.concatenate(points), np.concatenate(normals), np.concatenate(triangles),
        np.repeat(np.arange(len(blocks), dtype=np.int32), each),
        np.repeat(np.array([b.colour for b in blocks], np.uint8), each, axis=0),
        np.repeat(np.array([255 * b.skin for b in blocks], np.uint8), each),
        tuple(nodes), uv=np.concatenate(uv),
        texture=np.repeat(np.array([b.texture for b in blocks], np.int16), each), textures=textures,
    )  # fmt: skip
    n = max((b.asset for b in blocks), default=-1) + 1
    assets = tuple(Asset(i, f"A-{i}", f"A-{i}", "box", ("Site",), ()) for i in range(n))
    return FakeScene(geometry, np.array([b.asset for b in blocks], np.int32), assets)


def row_of_boxes(n: int = 3, gap_m: float = 3.0) -> FakeScene:
    """`n` boxes of two metres in a row along x on z = 0, without a floor."""
    return build([Block(i, (i * gap_m, 0, 0), (i * gap_m + 2, 2, 2)) for i in range(n)])
