"""Arranges a scene's triangles for drawing: which go into one draw call, and which table row colours each vertex."""

from collections.abc import Collection

import numpy as np

from twinviewer.model.geometry import Geometry
from twinviewer.view.layout import Kind, Layout, Part, Role, Surfaces

GLASS_BELOW = 250  # material alpha; anything less is drawn translucent
TRIANGLES_PER_TILE = 30_000
MOST_TILES = 64
MOST_SURFACES = 400_000
FLOOR_TOLERANCE_M = 0.08


def arrange(geometry: Geometry, asset_of_node: np.ndarray, n_assets: int, movers: Collection[int] = ()) -> Layout:
    """Sort `geometry` into parts. `asset_of_node` int32 (n_nodes,), -1 for background; `movers` are asset rows that
    get parts of their own."""
    asset = _asset_of_vertex(geometry, asset_of_node)
    boxes = _boxes(geometry.points, asset, n_assets)
    bounds = _bounds(geometry, boxes)
    floor_m = _floor_level(geometry, asset, boxes)
    role = _roles(geometry, asset, floor_m)
    texture = geometry.texture if geometry.texture is not None and geometry.uv is not None else None
    surface, surfaces = _surfaces(geometry, asset, role, texture)
    group, keys = _groups(geometry, asset, role, texture, bounds, frozenset(movers))
    parts = _cut(geometry, surface, surfaces, group, keys, texture is not None)
    has_floor = any(part.kind is Kind.FLOOR for part in parts)
    return Layout(surfaces, parts, boxes, bounds, floor_m, has_floor)


def _asset_of_vertex(geometry: Geometry, asset_of_node: np.ndarray) -> np.ndarray:
    if not len(asset_of_node):
        return np.full(len(geometry.points), -1, np.int32)
    return np.asarray(asset_of_node, np.int32)[geometry.node]


def _run_starts(*columns: np.ndarray) -> np.ndarray:
    """Rows at which any of the columns changes, 0 included: vertices of one material lie together, so there are few."""
    change = np.zeros(len(columns[0]), bool)
    change[:1] = True
    for column in columns:
        change[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(change)


def _boxes(points: np.ndarray, asset: np.ndarray, n_assets: int) -> np.ndarray:
    boxes = np.full((n_assets + 1, 2, 3), np.nan)
    if len(points):
        starts = _run_starts(asset)
        rows = asset[starts]
        boxes[:, 0], boxes[:, 1] = np.inf, -np.inf
        np.minimum.at(boxes[:, 0], rows, np.minimum.reduceat(points, starts).astype(np.float64))
        np.maximum.at(boxes[:, 1], rows, np.maximum.reduceat(points, starts).astype(np.float64))
        boxes[boxes[:, 0, 0] > boxes[:, 1, 0]] = np.nan
    return boxes[:n_assets]


def _bounds(geometry: Geometry, boxes: np.ndarray) -> np.ndarray:
    if not len(geometry.points):
        return np.array([[-1.0, -1.0, 0.0], [1.0, 1.0, 1.0]])
    starts = np.arange(0, len(geometry.points), 512)  # quicker than one reduction over a tall array
    low = np.minimum.reduceat(geometry.points, starts).min(0)
    high = np.maximum.reduceat(geometry.points, starts).max(0)
    return np.array([low, high], np.float64)


def _floor_level(geometry: Geometry, asset: np.ndarray, boxes: np.ndarray) -> float:
    """The height with most background area that faces up, near the assets' feet; else the feet themselves."""
    feet = boxes[:, 0, 2][np.isfinite(boxes[:, 0, 2])]
    level = float(np.median(feet)) if len(feet) else float(geometry.points[:, 2].min(initial=0.0))
    flat = _flat_background(geometry, asset)
    heights = geometry.points[flat[:, 0], 2]
    near = np.abs(heights - level) < 1.0
    if near.any():
        flat, heights = flat[near], heights[near]
        area = _areas(geometry.points, flat)
        step = np.round((heights - heights.min()) / 0.02).astype(np.int64)
        best = np.bincount(step, area).argmax()
        if area[step == best].sum() > 4.0:
            return float(heights[step == best].mean())
    return level


def _flat_background(geometry: Geometry, asset: np.ndarray) -> np.ndarray:
    triangles = geometry.triangles
    first = triangles[:, 0]
    return triangles[(asset[first] < 0) & (geometry.normals[first, 2] > 0.95)]


def _areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def _roles(geometry: Geometry, asset: np.ndarray, floor_m: float) -> np.ndarray:
    role = np.where(asset < 0, np.uint8(Role.OTHER), np.uint8(Role.NONE))
    background = np.flatnonzero(asset < 0)
    if not len(background):
        return role
    up = geometry.normals[background, 2]
    level = np.abs(geometry.points[background, 2] - floor_m) < FLOOR_TOLERANCE_M
    role[background[(up > 0.95) & level]] = Role.FLOOR
    triangles = geometry.triangles[asset[geometry.triangles[:, 0]] < 0]
    upright = np.abs(geometry.normals[triangles[:, 0], 2]) < 0.2
    large = triangles[upright][_areas(geometry.points, triangles[upright]) > 2.0]
    role[large.reshape(-1)] = Role.WALL
    return role


def _surfaces(
    geometry: Geometry, asset: np.ndarray, role: np.ndarray, texture: np.ndarray | None
) -> tuple[np.ndarray, Surfaces]:
    """The table row of each vertex as float32 (n,), and the table's rows."""
    packed = np.ascontiguousarray(geometry.colour).view(np.uint32)[:, 0]
    glass = geometry.colour[:, 3] < GLASS_BELOW
    skin = (geometry.skin > 127) & (asset >= 0) & ~glass
    textured = texture >= 0 if texture is not None else np.zeros(len(asset), bool)
    packed = np.where(skin & ~textured, np.uint32(0xFFFFFFFF), packed)  # the state replaces what it was made of
    flags = role | (skin.astype(np.uint8) << 2) | (textured.astype(np.uint8) << 3)
    starts = _run_starts(asset, packed, flags)
    mask = np.uint32(0xFFFFFFFF)
    for mask in (np.uint32(0xFFFFFFFF), np.uint32(0xFFF8F8F8), np.uint32(0xFFE0E0E0), np.uint32(0xFF000000)):
        key = (asset[starts].astype(np.int64) + 1) << 40 | (packed[starts] & mask).astype(np.int64) << 8
        distinct, inverse = np.unique(key | flags[starts], return_inverse=True)
        if len(distinct) <= MOST_SURFACES:
            break
    surface = np.repeat(inverse.astype(np.float32), np.diff(np.r_[starts, len(asset)]))
    colour = ((distinct >> 8) & 0xFFFFFFFF).astype(np.uint32).view(np.uint8).reshape(-1, 4)
    flag = (distinct & 0xFF).astype(np.uint8)
    rows = Surfaces((distinct >> 40).astype(np.int32) - 1, colour, (flag & 4) > 0, flag & 3, (flag & 8) > 0)
    return surface, rows


def _groups(
    geometry: Geometry,
    asset: np.ndarray,
    role: np.ndarray,
    texture: np.ndarray | None,
    bounds: np.ndarray,
    movers: frozenset[int],
) -> tuple[np.ndarray, np.ndarray]:
    """The draw call of each vertex as int32 (n,), and each call's key (kind, place, texture + 1, glass, skin)."""
    texture_row = np.zeros(len(asset), np.int64) if texture is None else texture.astype(np.int64) + 1
    glass = (geometry.colour[:, 3] < GLASS_BELOW).astype(np.int64)
    skin = ((geometry.skin > 127) & (asset >= 0) & (texture_row > 0)).astype(np.int64)
    starts = _run_starts(geometry.node, role, texture_row, glass, skin)
    rows = asset[starts]
    kind = np.where(rows >= 0, Kind.ASSET, np.where(role[starts] == Role.FLOOR, Kind.FLOOR, Kind.BACKGROUND))
    place = _tiles(geometry, starts, bounds)
    place[kind == Kind.FLOOR] = 0
    moving = np.isin(rows, list(movers))
    kind[moving] = Kind.MOVER
    place[moving] = rows[moving]
    key = (kind << 56) | (place << 24) | (texture_row[starts] << 8) | (glass[starts] << 1) | skin[starts]
    distinct, inverse = np.unique(key, return_inverse=True)
    group = np.repeat(inverse.astype(np.int32), np.diff(np.r_[starts, len(asset)]))
    keys = np.stack(
        [distinct >> 56, (distinct >> 24) & 0xFFFFFFFF, (distinct >> 8) & 0xFFFF, distinct >> 1 & 1, distinct & 1],
        axis=1,
    )
    return group, keys


def _tiles(geometry: Geometry, starts: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """The spatial tile of each run, so that what is out of sight is not drawn."""
    wanted = min(MOST_TILES, max(1, len(geometry.triangles) // TRIANGLES_PER_TILE))
    if wanted == 1 or not len(starts):
        return np.zeros(len(starts), np.int64)
    low = np.minimum.reduceat(geometry.points[:, :2], starts)
    high = np.maximum.reduceat(geometry.points[:, :2], starts)
    nodes = geometry.node[starts]
    n_nodes = int(nodes.max()) + 1
    least, most = np.full((n_nodes, 2), np.inf), np.full((n_nodes, 2), -np.inf)
    np.minimum.at(least, nodes, low)
    np.maximum.at(most, nodes, high)
    extent = np.maximum(bounds[1, :2] - bounds[0, :2], 1e-6)
    columns = max(1, round(float(np.sqrt(wanted * extent[0] / extent[1]))))
    columns = min(columns, wanted)
    steps = np.array([columns, max(1, wanted // columns)])
    middle = (least[nodes] + most[nodes]) / 2
    cell = ((middle - bounds[0, :2]) / extent * steps).clip(0, steps - 1e-6).astype(np.int64)
    return cell[:, 0] * steps[1] + cell[:, 1]


def _cut(
    geometry: Geometry, surface: np.ndarray, surfaces: Surfaces, group: np.ndarray, keys: np.ndarray, textured: bool
) -> tuple[Part, ...]:
    """One part per group; a triangle goes where its first corner is."""
    triangles, source, group = _uncrossed(geometry.triangles, group)
    group = group.astype(np.int16 if len(keys) < 32_000 else np.int32)  # 16 bits are sorted by counting
    order = np.argsort(group, kind="stable")
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    triangle_group = group[triangles[:, 0]]
    triangle_order = np.argsort(triangle_group, kind="stable")
    triangles = place[triangles[triangle_order]]
    first = np.r_[0, np.cumsum(np.bincount(group, minlength=len(keys)))]
    triangle_first = np.r_[0, np.cumsum(np.bincount(triangle_group, minlength=len(keys)))]
    taken = source[order] if source is not None else order

    def pick(array: np.ndarray, k: int) -> np.ndarray:
        return array.take(taken[first[k] : first[k + 1]], axis=0)

    parts = []
    for k, (kind, where, texture, glass, skin) in enumerate(keys.tolist()):
        index = triangles[triangle_first[k] : triangle_first[k + 1]] - np.int32(first[k])
        if not len(index):
            continue
        rows = pick(surface, k)
        assets = np.unique(surfaces.asset[np.flatnonzero(np.bincount(rows.astype(np.int32)))])
        parts.append(
            Part(
                Kind(kind),
                pick(geometry.points, k),
                pick(geometry.normals, k),
                index,
                rows,
                assets[assets >= 0],
                glass=bool(glass),
                texture=texture - 1,
                skin=bool(skin),
                uv=pick(geometry.uv, k) if textured and texture and geometry.uv is not None else None,
                mover=where if kind == Kind.MOVER else -1,
            )
        )
    return tuple(parts)


def _uncrossed(triangles: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Triangles whose corners share a group, the source vertex of each vertex (None: itself), and their groups.

    Corners of a triangle that reaches over groups are doubled into the group of its first corner.
    """
    first = group[triangles[:, 0]]
    crossing = np.flatnonzero((group[triangles[:, 1]] != first) | (group[triangles[:, 2]] != first))
    if not len(crossing):
        return triangles, None, group
    corners = triangles[crossing].reshape(-1)
    n = len(group)
    triangles = triangles.copy()
    triangles[crossing] = np.arange(n, n + len(corners), dtype=triangles.dtype).reshape(-1, 3)
    source = np.r_[np.arange(n), corners]
    return triangles, source, np.r_[group, np.repeat(first[crossing], 3)]
