"""Everything that is drawn for one scene, built once and thrown away with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderer

from twinviewer.view.arrays import image_texture
from twinviewer.view.colour_table import ColourTable
from twinviewer.view.ground import Extent, floor_part, ground_map, shadow_mask
from twinviewer.view.layout import Kind, Layout, Role, Surfaces, arrange
from twinviewer.view.material import adapt
from twinviewer.view.tiles import Tiles

if TYPE_CHECKING:
    from twinviewer.model.geometry import Geometry

_FLOOR_MARGIN_M = 2.5


class Drawing:
    """The actors, the colour table and the floor of one scene in one theme."""

    def __init__(
        self,
        renderer: vtkRenderer,
        geometry: Geometry,
        asset_of_node: np.ndarray,
        n_assets: int,
        theme: str,
        movers: Collection[int] = (),
    ) -> None:
        self._renderer = renderer
        self.layout, floor = _with_floor(arrange(geometry, asset_of_node, n_assets, movers))
        layout = self.layout
        self.table = ColourTable(layout.surfaces, n_assets)
        self._extent = floor
        self._shadow = _shadows(layout, floor)
        self._ground_pixels = ground_map(floor, self._shadow, theme)
        ground, self._ground_image = image_texture(self._ground_pixels, smooth=True)
        self._pictures = tuple(
            image_texture(np.ascontiguousarray(t.pixels[::-1]), smooth=True, repeat=t.repeat)[0]
            for t in geometry.textures
        )
        self.tiles = Tiles(renderer, layout.parts, self.table.texture, self._pictures, (ground, floor.mapping))
        self.set_theme(theme)

    def set_theme(self, theme: str) -> None:
        """Materials and floor as the theme wants them."""
        self.table.set_materials(adapt(self.layout.surfaces, theme))
        self._ground_pixels[:] = ground_map(self._extent, self._shadow, theme)
        self._ground_image.GetPointData().GetScalars().Modified()
        self._ground_image.Modified()

    def remove(self) -> None:
        """Take everything out of the renderer."""
        self.tiles.remove()
        window = self._renderer.GetRenderWindow()
        self.table.texture.ReleaseGraphicsResources(window)
        for picture in self._pictures:
            picture.ReleaseGraphicsResources(window)


def _with_floor(layout: Layout) -> tuple[Layout, Extent]:
    """The layout with a floor of its own where the scene has none, and the rectangle that the floor's map covers."""
    floors = [part.points for part in layout.parts if part.kind is Kind.FLOOR]
    if floors:
        points = np.concatenate(floors)
        return layout, Extent(np.array([points.min(0), points.max(0)]))
    extent = Extent(layout.bounds + np.array([[-_FLOOR_MARGIN_M], [_FLOOR_MARGIN_M]]))
    old = layout.surfaces
    surfaces = Surfaces(
        np.r_[old.asset, np.int32(-1)],
        np.concatenate([old.colour, np.full((1, 4), 255, np.uint8)]),
        np.r_[old.skin, False],
        np.r_[old.role, np.uint8(Role.FLOOR)],
        np.r_[old.textured, False],
    )
    part = floor_part(extent, layout.floor_m, len(old))
    changed = Layout(
        surfaces, (*layout.parts, part), layout.boxes, layout.bounds, layout.floor_m, False, layout.surface_of_vertex
    )
    return changed, extent


def _shadows(layout: Layout, extent: Extent) -> np.ndarray:
    """What stands still and is no floor casts a soft shadow on it."""
    mask = np.zeros((extent.rows, extent.columns), np.float32)
    for part in layout.parts:
        if part.kind in (Kind.ASSET, Kind.BACKGROUND) and not part.glass:
            np.maximum(mask, shadow_mask(extent, part.points, part.triangles, layout.floor_m), out=mask)
    return mask
