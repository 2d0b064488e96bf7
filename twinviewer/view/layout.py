"""What a picture is made of: parts that are one draw call each, and surfaces that have a row in the colour table."""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np


class Kind(IntEnum):
    """What a part is, which decides how it is shaded."""

    ASSET = 0
    BACKGROUND = 1
    FLOOR = 2
    MOVER = 3


class Role(IntEnum):
    """What a background surface is, which decides the theme's colour for it."""

    NONE = 0
    FLOOR = 1
    WALL = 2
    OTHER = 3


@dataclass(frozen=True)
class Surfaces:
    """One row per distinct pair of asset and material: the rows of the colour table.

    asset int32 (-1 background), colour uint8 (n, 4) as the material has it, skin bool, role uint8 (Role),
    textured bool.
    """

    asset: np.ndarray
    colour: np.ndarray
    skin: np.ndarray
    role: np.ndarray
    textured: np.ndarray

    def __len__(self) -> int:
        return len(self.asset)


@dataclass(frozen=True)
class Part:
    """What one draw call shows. `surface` float32 (n,) is the table row of each vertex; `assets` those it holds.

    `texture` is a row of the geometry's textures or -1; `skin` says whether states colour a textured part; `mover`
    is the asset that carries the part when it moves, else -1.
    """

    kind: Kind
    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    surface: np.ndarray
    assets: np.ndarray
    glass: bool = False
    texture: int = -1
    skin: bool = True
    uv: np.ndarray | None = None
    mover: int = -1


@dataclass(frozen=True)
class Layout:
    """All parts of a scene. `boxes` float64 (n_assets, 2, 3) holds each asset's least and greatest corner (NaN where
    it has no geometry), `bounds` float64 (2, 3) all of it, `floor_m` the height on which the assets stand. `kept` is
    the file that keeps the parts, named by all that decides them (None: nowhere)."""

    surfaces: Surfaces
    parts: tuple[Part, ...]
    boxes: np.ndarray
    bounds: np.ndarray
    floor_m: float
    has_floor: bool
    kept: Path | None = None
