"""The floor: a baked map of soft contact shadows and a metre grid, and a floor where the scene has none."""

import math

import numpy as np

from twinviewer.model.palette import SURFACE, rgb
from twinviewer.view.layout import Kind, Part

_PIXELS_PER_M = 32.0
_MOST_PIXELS = 2048
_SHADOW = {"light": (0.42, 0.30), "dark": (0.52, 0.38)}  # wide ambient darkening, near shadow
_GRID = {"light": (0.40, 0.85), "dark": (0.40, 0.85)}  # weight of the fine and of the coarse lines


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
        return self.x0, self.y0, 1 / self.width_m, 1 / self.depth_m


def shadow_mask(extent: Extent, points: np.ndarray, triangles: np.ndarray, floor_m: float) -> np.ndarray:
    """Where something stands on the floor or close above it, float32 (rows, columns) of 0 to 1.

    Samples points on the triangles' corners and middles below 1.6 m: enough after the blur, and quick.
    """
    mask = np.zeros((extent.rows, extent.columns), np.float32)
    if not len(triangles):
        return mask
    corners = points[triangles]
    low = corners[:, :, 2].min(1) - floor_m
    corners = corners[(low < 1.6) & (low > -0.5)]
    if not len(corners):
        return mask
    weight = np.exp(-np.maximum(corners[:, :, 2].min(1) - floor_m, 0) / 0.6).astype(np.float32)
    size = np.ptp(corners[:, :, :2], axis=1).max(1) * extent.pixels_per_m
    for steps in (1, 4, 16, 64):
        chosen = (size <= 3 * steps) & (size > (0 if steps == 1 else 3 * steps / 4)) | ((steps == 64) & (size > 192))
        _splat(mask, extent, corners[chosen], weight[chosen], steps)
    return mask


def _splat(mask: np.ndarray, extent: Extent, corners: np.ndarray, weight: np.ndarray, steps: int) -> None:
    """Mark points spread evenly over each triangle, `steps` along an edge."""
    if not len(corners):
        return
    pairs = np.array([(i, j) for i in range(steps + 1) for j in range(steps + 1 - i)], np.float32) / steps
    batch = max(1, 2_000_000 // len(pairs))
    for start in range(0, len(corners), batch):
        c = corners[start : start + batch, :, :2]
        spread = (
            c[:, None, 0]
            + pairs[None, :, :1] * (c[:, None, 1] - c[:, None, 0])
            + pairs[None, :, 1:] * (c[:, None, 2] - c[:, None, 0])
        )
        column = ((spread[..., 0] - extent.x0) * extent.pixels_per_m).astype(np.int32).clip(0, extent.columns - 1)
        row = ((spread[..., 1] - extent.y0) * extent.pixels_per_m).astype(np.int32).clip(0, extent.rows - 1)
        np.maximum.at(mask, (row, column), np.broadcast_to(weight[start : start + batch, None], row.shape))


def ground_map(extent: Extent, mask: np.ndarray, theme: str) -> np.ndarray:
    """RGBA uint8 (rows, columns, 4), first row at least y: alpha dims the floor's own colour, RGB adds the grid's."""
    wide, near = _SHADOW[theme]
    pixels = extent.pixels_per_m
    soft = blur(mask, 1.1 * pixels)
    close = blur(mask, 0.32 * pixels)
    close = np.roll(close, (round(0.35 * pixels), round(0.30 * pixels)), (0, 1))  # light comes from the front left
    light = np.clip(1 - wide * soft - near * close, 0.25, 1)
    grid = _grid_weight(extent, theme)
    picture = np.empty((extent.rows, extent.columns, 4), np.float32)
    picture[..., :3] = (grid * light)[..., None] * np.array(rgb(SURFACE[theme]["grid"]), np.float32)
    picture[..., 3] = (1 - grid) * light * 255
    return picture.round().astype(np.uint8)


def _grid_weight(extent: Extent, theme: str) -> np.ndarray:
    """How much of the grid's colour lies on each pixel: thin lines each metre, stronger ones every five."""
    fine, coarse = _GRID[theme]
    grid = np.zeros((extent.rows, extent.columns), np.float32)
    step = 1 if extent.pixels_per_m >= 8 else 5
    for axis, origin, count in ((1, extent.x0, extent.columns), (0, extent.y0, extent.rows)):
        last = origin + count / extent.pixels_per_m
        for metre in range(math.ceil(origin / step) * step, math.floor(last) + 1, step):
            weight, half = (coarse, 1.0) if metre % 5 == 0 else (fine, 0.5)
            place = (metre - origin) * extent.pixels_per_m
            line = slice(max(0, round(place - half)), min(count, max(round(place + half), round(place - half) + 1)))
            target = grid[:, line] if axis else grid[line]
            np.maximum(target, weight, out=target)
    return grid


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur by three box blurs (running sums), float32 in and out."""
    width = max(1, round(math.sqrt(sigma * sigma * 12 / 3 + 1)) | 1)
    for axis in (0, 1):
        for _ in range(3):
            image = _box_blur(image, width, axis)
    return image


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
