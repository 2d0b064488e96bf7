"""Picks among what stands still and among what moves."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from twinviewer.view.picking import Hit, Picker

if TYPE_CHECKING:
    from twinviewer.model.geometry import Geometry

_STILL = -1


class Pickers:
    """One picker for all that stands still and one for each mover, built at the first pick.

    `matrices` holds where movers are: transforms float64 (4, 4) from where the file has them.
    """

    def __init__(self, geometry: Geometry, asset_of_node: np.ndarray, movers: frozenset[int]) -> None:
        self._geometry = geometry
        self._asset_of_node = asset_of_node
        self._movers = movers
        self._pickers: dict[int, Picker] = {}
        self._lock = threading.Lock()
        self.matrices: dict[int, np.ndarray] = {}

    def pick(
        self, origin: np.ndarray, direction: np.ndarray, visible: np.ndarray, section: np.ndarray | None
    ) -> Hit | None:
        """The nearest hit; arguments as for `Picker.pick`."""
        self.prepare()
        best: Hit | None = None
        for mover, picker in self._pickers.items():
            matrix = self.matrices.get(mover)
            if matrix is None:
                hit = picker.pick(origin, direction, visible, section)
            else:
                hit = _pick_moved(picker, matrix, origin, direction, visible, section)
            if hit is not None and (best is None or hit.distance < best.distance):
                best = hit
        return best

    def prepare(self) -> None:
        """Build what the first pick needs; once, from any thread."""
        with self._lock:
            if not self._pickers:
                self._pickers = self._build()

    def _build(self) -> dict[int, Picker]:
        geometry = self._geometry
        if not len(geometry.triangles) or not len(self._asset_of_node):
            asset = np.full(len(geometry.points), -1, np.int32)
        else:
            asset = self._asset_of_node[geometry.node]
        triangles = geometry.triangles
        rows = asset[triangles[:, 0]]
        still = triangles[~np.isin(rows, list(self._movers))] if self._movers else triangles
        pickers = {_STILL: Picker(geometry.points, still, asset)}
        for mover in self._movers:
            pickers[mover] = Picker(geometry.points, triangles[rows == mover], asset)
        return pickers


def _pick_moved(
    picker: Picker,
    matrix: np.ndarray,
    origin: np.ndarray,
    direction: np.ndarray,
    visible: np.ndarray,
    section: np.ndarray | None,
) -> Hit | None:
    """Pick with the ray where the file has the geometry; distances along the ray are the same."""
    inverse = np.linalg.inv(matrix)
    span = None if section is None else picker.span(origin, direction, section)
    hit = picker.pick(inverse[:3, :3] @ origin + inverse[:3, 3], inverse[:3, :3] @ direction, visible, span=span)
    return None if hit is None else Hit(hit.asset, origin + hit.distance * direction, hit.distance)
