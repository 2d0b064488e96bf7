"""The floor: soft contact shadows baked into a small map, a metre grid, and a floor where the scene has none."""

import math
from dataclasses import dataclass

import numpy as np

from twinviewer.model.palette import SURFACE, rgb
from twinviewer.view.layout import Kind, Part

_PIXELS_PER_M = 8.0
_MOST_PIXELS = 1024
_REACH_M = 1.5  # what is higher above the floor throws no shadow
_LARGE = 32  # cells; larger triangles are filled one by one
_BANDS_M = (0.1, 0.4, 0.8, 1.6, 3.2)
_SPREAD_M = 0.8
_WIDE_M, _NEAR_M = 1.1, 0.32


class Extent:
    """The rectangle of floor that the map covers: (x0, y0) to (x1, y1), `pixels_per_m` fine."""

    def __init__(self, bounds: np.ndarray) -> None:
        low, high = bounds[0, :2], bounds[1, :2]
        self.x0, self.y0 = (float(v) for v in low)
        self.width_m, self.depth_m = (float(v) for v in np.maximum(high - low, 0.5))
        self.pixels_per_m = min(_PIXELS_PER_M, _MOST_PIXELS / max(self.width_m, self.depth_m))
        self.columns = max(2, math.ceil(self.width_m * self.pixels_per_m))
        self.rows = max(2, math.ceil(self.depth_m * self.pixels_per_m))

    @property
    def mapping(self) -> tuple[float, float, float, float]:
        """Origin and scale from world x, y to texture coordinates."""
        return (
            self.x0,
            self.y0,
            self.pixels_per_m / self.columns,
            self.pixels_per_m / self.rows,
        )


@dataclass(frozen=True)
class FloorLook:
    """How a theme draws the floor: shares of the wide and of the near shadow, the grid's colour and its weights for
    lines each metre and every five."""

    wide: float
    near: float
    grid: tuple[float, float, float]
    fine: float
    coarse: float


def floor_look(theme: str) -> FloorLook:
    """The look of "light" or "dark"."""
    red, green, blue = rgb(SURFACE[theme]["grid"])
    wide, near = (0.42, 0.30) if theme == "light" else (0.52, 0.38)
    return FloorLook(wide, near, (red / 255, green / 255, blue / 255), 0.45, 1.0)


def empty_heights(extent: Extent) -> np.ndarray:
    """A map of heights above the floor, float32 (rows, columns), with nothing on it: inf."""
    return np.full((extent.rows, extent.columns), np.inf, np.float32)


def mark_heights(
    heights: np.ndarray, extent: Extent, points: np.ndarray, triangles: np.ndarray, floor_m: float
) -> None:
    """Lower `heights` to the least height of these triangles over each cell, in a few steps.

    Points are sampled so densely that no cell is left out.
    """
    above = points[triangles[:, 0], 2] - floor_m
    triangles = triangles[(above < _BANDS_M[-1]) & (above > -0.5)]
    triangles = triangles[points[triangles, 2].max(1) > floor_m + 0.05]  # neither markings nor the floor's underside
    if not len(triangles):
        return
    corners = points[triangles]
    band = np.searchsorted(_BANDS_M, corners[:, :, 2].min(1) - floor_m)
    size = np.ptp(corners[:, :, :2], axis=1).max(1) * extent.pixels_per_m
    steps = (2 ** np.ceil(np.log2(np.maximum(size, 1)))).clip(1, 2 * _LARGE).astype(np.int32)
    for k in reversed(range(len(_BANDS_M))):  # the lowest last: it wins
        inside = band == k
        for step in np.unique(steps[inside]).tolist():
            _splat(heights, extent, corners[inside & (steps == step), :, :2], 0.0 if k == 0 else _BANDS_M[k - 1], step)


def standing(heights: np.ndarray, extent: Extent) -> np.ndarray:
    """How much of the floor's light each cell takes, float32 of 0 to 1.

    Bodies are hollow: what reaches the floor are their walls. So low heights spread under whatever covers them.
    """
    covered = np.isfinite(heights)
    for _ in range(max(1, round(_SPREAD_M * extent.pixels_per_m))):
        low = heights.copy()
        for axis in (0, 1):
            np.minimum(low, np.roll(heights, 1, axis), out=low)
            np.minimum(low, np.roll(heights, -1, axis), out=low)
        heights = np.where(covered, low, np.float32(np.inf))
    return np.where(heights < _REACH_M, np.exp(-heights / 0.6), 0).astype(np.float32)


def _splat(heights: np.ndarray, extent: Extent, corners: np.ndarray, height: float, steps: int) -> None:
    """Put points spread evenly over each triangle, `steps` along an edge; corners float32 (k, 3, 2)."""
    flat = heights.reshape(-1)
    origin = np.array([extent.x0, extent.y0], np.float32)
    if steps > _LARGE:
        for corner in (corners - origin) * np.float32(extent.pixels_per_m):
            flat[_cells_of(corner, extent)] = height
        return
    i, j = np.nonzero(np.add.outer(np.arange(steps + 1), np.arange(steps + 1)) <= steps)
    shares = np.stack([steps - i - j, i, j], 1).astype(np.float32) / np.float32(steps)
    batch = max(1, 500_000 // len(shares))
    most = np.array([extent.columns - 1, extent.rows - 1], np.float32)
    for start in range(0, len(corners), batch):
        local = (corners[start : start + batch] - origin) * np.float32(extent.pixels_per_m)
        spread = (shares @ local.transpose(1, 2, 0).reshape(3, -1)).reshape(len(shares), 2, -1)
        cell = np.clip(spread, 0, most[:, None]).astype(np.int32)
        flat[(cell[:, 1] * extent.columns + cell[:, 0]).reshape(-1)] = height


def _cells_of(corner: np.ndarray, extent: Extent) -> np.ndarray:
    """The cells of one large triangle, float32 (3, 2) in cells: rows of samples along its longest edge, as many as
    it is wide."""
    length = np.linalg.norm(corner - np.roll(corner, -1, axis=0), axis=1)
    a, b, c = np.roll(corner, -int(length.argmax()), axis=0)
    along = b - a
    width = abs(along[0] * (c - a)[1] - along[1] * (c - a)[0]) / max(float(length.max()), 1e-6)
    u = np.linspace(0, 1, math.ceil(1.5 * float(length.max())) + 2)[:, None, None]
    v = np.linspace(0, 1, math.ceil(1.5 * float(width)) + 2)[None, :, None]
    spread = (a + u * along) * (1 - v) + c * v
    cell = np.clip(spread, 0, (extent.columns - 1, extent.rows - 1)).astype(np.int32)
    return (cell[..., 1] * extent.columns + cell[..., 0]).reshape(-1)


def shadow_map(extent: Extent, mask: np.ndarray) -> np.ndarray:
    """RGBA uint8 (rows, columns, 4), first row at the least y: red the wide darkening, green the near shadow."""
    pixels = extent.pixels_per_m
    picture = np.zeros((extent.rows, extent.columns, 4), np.uint8)
    picture[..., 0] = (255 * blur(mask, _WIDE_M * pixels)).round()
    near = blur(mask, _NEAR_M * pixels)
    down, across = round(0.35 * pixels), round(0.30 * pixels)  # light comes from the front left
    shifted = np.zeros_like(near)
    shifted[down:, across:] = near[: near.shape[0] - down, : near.shape[1] - across]
    picture[..., 1] = (255 * shifted).round()
    picture[..., 3] = 255
    return picture


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur by three box blurs (running sums), float32 in and out."""
    width = max(1, round(math.sqrt(sigma * sigma * 12 / 3 + 1)) | 1)
    for axis in (0, 1):
        for _ in range(3):
            image = _box_blur(image, width, axis)
    return image.clip(0, 1)


def _box_blur(image: np.ndarray, width: int, axis: int) -> np.ndarray:
    half = width // 2
    pad = [(half + 1, half) if a == axis else (0, 0) for a in (0, 1)]
    total = np.cumsum(np.pad(image, pad), axis=axis, dtype=np.float64)
    n = image.shape[axis]
    upper, lower = total.take(range(width, width + n), axis), total.take(range(n), axis)
    return ((upper - lower) / width).astype(np.float32)


def floor_part(extent: Extent, floor_m: float, surface: int) -> Part:
    """A rectangle of floor for a scene that has none, coloured by table row `surface`."""
    x1, y1 = extent.x0 + extent.width_m, extent.y0 + extent.depth_m
    z = floor_m - 0.01
    points = np.array([[extent.x0, extent.y0, z], [x1, extent.y0, z], [x1, y1, z], [extent.x0, y1, z]], np.float32)
    normals = np.tile(np.array([0, 0, 1], np.float32), (4, 1))
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    rows = np.full(4, surface, np.float32)
    return Part(Kind.FLOOR, points, normals, triangles, rows, np.zeros(0, np.int32))
