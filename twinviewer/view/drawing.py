"""Everything that is drawn for one scene, built once and thrown away with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from twinviewer.view.arrays import image_texture
from twinviewer.view.colour_table import ColourTable
from twinviewer.view.ground import Extent, empty_heights, floor_look, floor_part, mark_heights, shadow_map, standing
from twinviewer.view.history import Box
from twinviewer.view.layout import Kind, Layout, Role, Surfaces, arrange
from twinviewer.view.lines import box_corners
from twinviewer.view.marks import Patches, section_planes
from twinviewer.view.material import adapt
from twinviewer.view.outlines import Outlines
from twinviewer.view.picking import Hit, Picker
from twinviewer.view.shaders import Ground
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
        self._geometry = geometry
        self._asset_of_node = np.asarray(asset_of_node, np.int32)
        self.layout, self._extent = _with_floor(arrange(geometry, asset_of_node, n_assets, movers))
        layout = self.layout
        self.movers = frozenset(movers)
        self.boxes = layout.boxes.copy()
        self.table = ColourTable(layout.surfaces, n_assets)
        self._pictures = tuple(
            image_texture(np.ascontiguousarray(t.pixels[::-1]), smooth=True, repeat=t.repeat, mipmap=True)[0]
            for t in geometry.textures
        )
        self.tiles = Tiles(renderer, layout.parts, self.table.texture, self._pictures)
        self._shadows = image_texture(_shadow_map(layout, self._extent), smooth=True)[0]
        self.outlines = Outlines(renderer, layout.parts, self.table.texture)
        self.patches = Patches(renderer, layout.boxes, layout.floor_m)
        self._matrices: dict[int, np.ndarray] = {}
        self._pickers: dict[int, Picker] | None = None
        self.set_theme(theme)

    def set_theme(self, theme: str) -> None:
        """Materials, floor and edges as the theme wants them."""
        self.table.set_materials(adapt(self.layout.surfaces, theme))
        self.tiles.lay_ground(Ground(self._shadows, self._extent.mapping, floor_look(theme)))
        self.outlines.set_theme(theme)

    def set_colours(self, rgba: np.ndarray) -> bool:
        """uint8 (n_assets, 4); returns whether anything changed."""
        changed, alpha_changed = self.table.set_assets(rgba)
        if alpha_changed:
            self.tiles.show(self.table.alpha)
        return changed

    def set_section(self, box: Box | None) -> None:
        """Draw only what lies inside the box; the floor stays."""
        planes = section_planes(box) if box is not None else []
        floor = {id(tile.solid) for tile in self.tiles if tile.part.kind is Kind.FLOOR}
        for actor in [*self.tiles.actors(), *self.outlines.actors()]:
            mapper = actor.GetMapper()
            mapper.RemoveAllClippingPlanes()
            if id(actor) not in floor:
                for plane in planes:
                    mapper.AddClippingPlane(plane)

    def move(self, asset: int, matrix: np.ndarray) -> None:
        """Carry a mover by a transform float64 (4, 4) from where the file has it."""
        self._matrices[asset] = np.array(matrix, np.float64)
        box = self.layout.boxes[asset]
        corners = box_corners(box[0], box[1]) @ matrix[:3, :3].T + matrix[:3, 3]
        self.boxes[asset] = corners.min(0), corners.max(0)
        self.patches.place(asset, self.boxes[asset])
        vtk_matrix = vtkMatrix4x4()
        vtk_matrix.DeepCopy(np.asarray(matrix, np.float64).reshape(-1).tolist())
        for actor in [*self.tiles.of_mover(asset), *self.outlines.of_mover(asset)]:
            actor.SetUserMatrix(vtk_matrix)

    def pick(self, origin: np.ndarray, direction: np.ndarray, section: Box | None) -> Hit | None:
        """The nearest visible thing along a ray of unit direction."""
        visible = np.r_[self.table.alpha > 0, True]
        box = None if section is None else np.array([section[0::2], section[1::2]])
        if self._pickers is None:
            self._pickers = self._build_pickers()
        best: Hit | None = None
        for asset, picker in self._pickers.items():
            matrix = self._matrices.get(asset)
            if matrix is None:
                hit = picker.pick(origin, direction, visible, box)
            else:
                hit = self._pick_moved(picker, matrix, origin, direction, visible, box)
            if hit is not None and (best is None or hit.distance < best.distance):
                best = hit
        return best

    @staticmethod
    def _pick_moved(
        picker: Picker,
        matrix: np.ndarray,
        origin: np.ndarray,
        direction: np.ndarray,
        visible: np.ndarray,
        box: np.ndarray | None,
    ) -> Hit | None:
        inverse = np.linalg.inv(matrix)
        span = None if box is None else picker.span(origin, direction, box)
        hit = picker.pick(inverse[:3, :3] @ origin + inverse[:3, 3], inverse[:3, :3] @ direction, visible, span=span)
        return None if hit is None else Hit(hit.asset, origin + hit.distance * direction, hit.distance)

    def _build_pickers(self) -> dict[int, Picker]:
        """One for all that stands still (key -1), one for each mover."""
        geometry = self._geometry
        asset = self._asset_of_node[geometry.node]
        triangles = geometry.triangles
        rows = asset[triangles[:, 0]]
        still = ~np.isin(rows, list(self.movers))
        pickers = {-1: Picker(geometry.points, triangles[still] if self.movers else triangles, asset)}
        for mover in self.movers:
            pickers[mover] = Picker(geometry.points, triangles[rows == mover], asset)
        return pickers

    def actors(self) -> list[vtkActor]:
        """Those that draw triangles of the scene."""
        return self.tiles.actors()

    def remove(self) -> None:
        """Take everything out of the renderer."""
        self.tiles.remove()
        self.outlines.remove()
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
    return Layout(surfaces, (*layout.parts, part), layout.boxes, layout.bounds, layout.floor_m, False), extent


def _shadow_map(layout: Layout, extent: Extent) -> np.ndarray:
    """What stands still and is no floor casts a soft shadow on it."""
    heights = empty_heights(extent)
    for part in layout.parts:
        if part.kind in (Kind.ASSET, Kind.BACKGROUND) and not part.glass:
            mark_heights(heights, extent, part.points, part.triangles, layout.floor_m)
    return shadow_map(extent, standing(heights, extent))
