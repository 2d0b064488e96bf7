"""Everything that is drawn for one scene, built once and thrown away with it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from twinviewer.view import shaders
from twinviewer.view.arrange import arrange
from twinviewer.view.arrays import image_texture
from twinviewer.view.cast import Casts
from twinviewer.view.colour_table import ColourTable
from twinviewer.view.finish import Finish, coarse_cell_m
from twinviewer.view.finished import finished
from twinviewer.view.ground import Extent, floor_look, floor_part
from twinviewer.view.history import Box
from twinviewer.view.layout import Kind, Layout, Role, Surfaces
from twinviewer.view.lines import box_corners
from twinviewer.view.marks import Patches, carried, section_planes
from twinviewer.view.material import adapt
from twinviewer.view.outlines import Outlines
from twinviewer.view.pickers import Pickers
from twinviewer.view.picking import Hit
from twinviewer.view.shaders import Ground
from twinviewer.view.tiles import Tiles

if TYPE_CHECKING:
    from twinviewer.model.geometry import Geometry

_FLOOR_MARGIN_M = 2.5
_EDGE_PX, _EDGE_PX_MOVING, _COARSE_PX = 6.0, 8.0, 3.0  # shorter lines are a clutter of dots rather than a shape


class Drawing:
    """The actors, the colour table and the floor of one scene in one theme.

    It can be drawn at once; `install` adds what `work` returns: shadows, edges and detail levels.
    """

    def __init__(
        self,
        renderer: vtkRenderer,
        geometry: Geometry,
        asset_of_node: np.ndarray,
        n_assets: int,
        theme: str,
        movers: Collection[int] = (),
        layout: Layout | None = None,
    ) -> None:
        self._renderer = renderer
        layout = layout or arrange(geometry, asset_of_node, n_assets, movers)
        self.layout, self._extent = _with_floor(layout)
        layout = self.layout
        self.movers = frozenset(movers)
        self.boxes = layout.boxes.copy()
        self.finished = False
        self.table = ColourTable(layout.surfaces, n_assets)
        self._shadow_pixels = np.zeros((self._extent.rows, self._extent.columns, 4), np.uint8)
        self._shadows, self._shadow_image = image_texture(self._shadow_pixels, smooth=True)
        self._pictures = tuple(
            image_texture(np.ascontiguousarray(t.pixels[::-1]), smooth=True, repeat=t.repeat, mipmap=True)[0]
            for t in geometry.textures
        )
        self.tiles = Tiles(renderer, layout.parts, self.table.texture, self._pictures)
        self.outlines = Outlines(renderer, (), self.table.texture, theme)
        self.casts = Casts(renderer, (), layout.floor_m, theme)
        self.patches = Patches(renderer, layout.boxes, layout.floor_m)
        self._pickers = Pickers(geometry, np.asarray(asset_of_node, np.int32), self.movers)
        self._section: Box | None = None
        self.set_theme(theme)

    def work(self, *, detail: bool) -> Callable[[], Finish]:
        """What is left to work out, apart from VTK; `detail` where the renderer is slow."""
        layout, extent, pickers = self.layout, self._extent, self._pickers

        def work() -> Finish:
            if detail:
                pickers.prepare()
            return finished(layout, extent, detail=detail)

        return work

    def install(self, finished: Finish) -> None:
        """Take shadows, edges and detail levels."""
        self.finished = True
        self._shadow_pixels[:] = finished.shadows
        self._shadow_image.GetPointData().GetScalars().Modified()
        self._shadow_image.Modified()
        self.outlines.remove()
        self.outlines = Outlines(self._renderer, finished.edges, self.table.texture, self._theme)
        self.casts.remove()
        self.casts = Casts(self._renderer, finished.casts, self.layout.floor_m, self._theme)
        self.tiles.split(finished.detail)
        self._show(self.table.alpha)
        for asset, matrix in self._pickers.matrices.items():
            self._carry(asset, matrix)
        self.set_section(self._section)
        self.tiles.draw_veils_last()

    def set_theme(self, theme: str) -> None:
        """Materials, floor and edges as the theme wants them."""
        self._theme = theme
        self.table.set_materials(adapt(self.layout.surfaces, theme))
        self.tiles.lay_ground(Ground(self._shadows, self._extent.mapping, floor_look(theme)))
        self.outlines.set_theme(theme)
        self.casts.set_theme(theme)

    def set_colours(self, rgba: np.ndarray) -> tuple[np.ndarray, bool]:
        """uint8 (n_assets, 4); returns the rows that changed, and whether any alpha did."""
        changed, alpha_changed = self.table.set_assets(rgba)
        if alpha_changed:
            self._show(self.table.alpha)
        return changed, alpha_changed

    def _show(self, alpha: np.ndarray) -> None:
        self.tiles.show(alpha)
        self.casts.show(alpha)
        self.outlines.show_ghosts(self.tiles.some_translucent)

    def set_section(self, box: Box | None) -> None:
        """Draw only what lies inside the box; the floor stays."""
        self._section = box
        planes = section_planes(box) if box is not None else []
        drawn = [a for tile in self.tiles if tile.part.kind is not Kind.FLOOR for a in tile.actors()]
        for actor in [*drawn, *self.outlines.actors()]:
            mapper = actor.GetMapper()
            mapper.RemoveAllClippingPlanes()
            for plane in planes:
                mapper.AddClippingPlane(plane)
        self.tiles.set_culling(box is None)

    def set_economy(self, economy: bool, pixel_m: float) -> None:
        """Leave out detail that is lost anyway: edges of a few pixels, `pixel_m` metres each at the
        camera's target, and with `economy`, while a slow picture moves, whatever the coarse copy leaves out."""
        self.tiles.set_coarse(economy and coarse_cell_m(self.layout.bounds) < _COARSE_PX * pixel_m)
        self.outlines.show_from(pixel_m * (_EDGE_PX_MOVING if economy else _EDGE_PX))

    def move(self, asset: int, matrix: np.ndarray) -> None:
        """Carry a mover by a transform float64 (4, 4) from where the file has it."""
        self._pickers.matrices[asset] = np.array(matrix, np.float64)
        box = self.layout.boxes[asset]
        corners = carried(matrix, box_corners(box[0], box[1]))
        self.boxes[asset] = corners.min(0), corners.max(0)
        self.patches.place(asset, box, matrix)
        self._carry(asset, matrix)

    def where(self, asset: int) -> tuple[np.ndarray, np.ndarray | None]:
        """The box (2, 3) that an asset has in its file, and what carries it to where it is, None for nothing."""
        return self.layout.boxes[asset], self._pickers.matrices.get(asset)

    def _carry(self, asset: int, matrix: np.ndarray) -> None:
        vtk_matrix = vtkMatrix4x4()
        vtk_matrix.DeepCopy(np.asarray(matrix, np.float64).reshape(-1).tolist())
        for actor in [*self.tiles.of_mover(asset), *self.outlines.of_mover(asset)]:
            actor.SetUserMatrix(vtk_matrix)
        self.casts.carry(asset, matrix)
        for actor in self.tiles.of_mover(asset):
            shaders.tell_turn(actor, matrix)

    def pick(
        self, origin: np.ndarray, direction: np.ndarray, section: Box | None, through: Collection[int] = ()
    ) -> Hit | None:
        """The nearest visible thing along a ray of unit direction; assets in `through` do not count."""
        box = None if section is None else np.array([section[0::2], section[1::2]])
        visible = np.r_[self.table.alpha > 0, True]
        visible[list(through)] = False
        return self._pickers.pick(origin, direction, visible, box)

    def actors(self) -> list[vtkActor]:
        """Those that draw triangles of the scene."""
        return self.tiles.actors()

    def remove(self) -> None:
        """Take everything out of the renderer."""
        self.tiles.remove()
        self.outlines.remove()
        self.casts.remove()
        self.patches.remove()
        window = self._renderer.GetRenderWindow()
        for texture in (self.table.texture, self._shadows, *self._pictures):
            texture.ReleaseGraphicsResources(window)


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
    return replace(layout, surfaces=surfaces, parts=(*layout.parts, part), has_floor=False), extent
