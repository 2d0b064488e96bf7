"""Where assets with position tags stand: their tags' values turned into transforms of their geometry."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from twinviewer.model.frame import TagSnapshot
    from twinviewer.scene.scene import Scene

_ROLES = ("position_x", "position_y", "position_z", "heading_deg")


@dataclass(frozen=True)
class _Mover:
    asset: int
    tags: dict[str, int]  # role to tag row
    origin: np.ndarray
    heading_deg: float


class Movement:
    """The moving assets of a scene: those with a tag of role "position_x" or "position_y".

    Coordinates are metres in the scene's world; heading in degrees counter-clockwise from east (the x axis).
    """

    def __init__(self, scene: Scene) -> None:
        tags: dict[str, dict[str, int]] = {}
        for tag in scene.tags:
            if tag.role in _ROLES:
                tags.setdefault(tag.asset_id, {})[tag.role] = tag.index
        self._movers = [
            _Mover(asset.index, roles, *_rest(scene, asset.index))
            for asset in scene.assets
            if (roles := tags.get(asset.asset_id)) and ({"position_x", "position_y"} & roles.keys())
        ]
        self._last: dict[int, tuple[float, ...]] = {}

    @property
    def assets(self) -> frozenset[int]:
        """Rows of the assets that move."""
        return frozenset(mover.asset for mover in self._movers)

    def changed(self, snapshot: TagSnapshot) -> Iterator[tuple[int, np.ndarray]]:
        """Asset row and transform float64 (4, 4) of each asset that stands elsewhere than at the last call.

        A value that never came (NaN) leaves its coordinate as the scene has it.
        """
        for mover in self._movers:
            values = tuple(
                float(snapshot.value[mover.tags[role]]) if role in mover.tags else math.nan for role in _ROLES
            )
            if repr(values) != repr(self._last.get(mover.asset)):
                self._last[mover.asset] = values
                yield mover.asset, placed(mover.origin, mover.heading_deg, values)


def placed(origin: np.ndarray, heading_deg: float, values: tuple[float, ...]) -> np.ndarray:
    """The transform that brings what stands at `origin` with a heading to (x, y, z, heading); NaN: as it was."""
    x, y, z = (new if math.isfinite(new) else float(old) for new, old in zip(values[:3], origin, strict=True))
    turn = math.radians(values[3] - heading_deg) if math.isfinite(values[3]) else 0.0
    cosine, sine = math.cos(turn), math.sin(turn)
    matrix = np.eye(4)
    matrix[:2, :2] = [[cosine, -sine], [sine, cosine]]
    matrix[:3, 3] = np.array([x, y, z]) - matrix[:3, :3] @ origin
    return matrix


def _rest(scene: Scene, asset: int) -> tuple[np.ndarray, float]:
    """Where an asset stands in the file: its topmost node's place and heading."""
    if scene.geometry is None:
        return np.zeros(3), 0.0
    rows = np.flatnonzero(np.asarray(scene.asset_of_node) == asset)
    if not len(rows):
        return np.zeros(3), 0.0
    nodes = scene.geometry.nodes
    inside = set(rows.tolist())
    top = next((row for row in rows.tolist() if nodes[row].parent not in inside), int(rows[0]))
    matrix = nodes[top].matrix
    return np.array(matrix[:3, 3], np.float64), math.degrees(math.atan2(matrix[1, 0], matrix[0, 0]))
