"""The actors that draw a scene's parts: solid ones, and ghosts where something is ghosted."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkTexture
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.view import shaders
from twinviewer.view.arrays import polydata, share_points
from twinviewer.view.detail import Detail
from twinviewer.view.layout import Kind, Part
from twinviewer.view.lights import matt
from twinviewer.view.shaders import Ground


class Tile:
    """The actors of one part. `full` draws all of it, `coarse` a copy with less detail (empty: there is none),
    `ghosts` its translucent assets, of which `veils` let only the front be seen, each likewise; glass has only a ghost,
    background neither ghost nor veil."""

    def __init__(self, part: Part, table: vtkTexture, pictures: tuple[vtkTexture, ...]) -> None:
        self.part = part
        self.background = part.kind in (Kind.BACKGROUND, Kind.FLOOR)  # no asset's state decides what it shows
        self._table = table
        self._picture = pictures[part.texture] if part.uv is not None else None
        self._data = polydata(part.points, part.triangles, normals=part.normals, surface=part.surface, uv=part.uv)
        self.full: list[vtkActor] = []
        self.coarse: list[vtkActor] = []
        self.closed: list[vtkActor] = []  # those of which back faces need not be drawn
        self.ghosts: list[vtkActor] = []
        self.veils: list[vtkActor] = []
        self._coarse_ghosts: list[vtkActor] = []
        self._coarse_veils: list[vtkActor] = []
        self._coarsely, self._melted = False, False
        self._needed: tuple[bool, bool] | None = None
        if not part.glass:
            self.full = [self._solid(self._data)]
        if part.glass or not self.background:
            self.ghosts = [self._ghost(self._data)]
        if not part.glass and not self.background:
            self.veils = [self._veil(self._data)]

    def _solid(self, data: vtkPolyData) -> vtkActor:
        actor = _actor(data)
        self._colour(actor, shaders.SOLID)
        return actor

    def _ghost(self, data: vtkPolyData) -> vtkActor:
        actor = _actor(data)
        actor.ForceTranslucentOn()
        self._colour(actor, shaders.GHOST)
        return actor

    def _veil(self, data: vtkPolyData) -> vtkActor:
        actor = _actor(data)
        actor.ForceOpaqueOn()
        shaders.depth_by_table(actor, self._table)
        return actor

    def _colour(self, actor: vtkActor, where: str, ground: Ground | None = None) -> None:
        skin = self.part.skin and not self.background
        moving = self.part.kind is Kind.MOVER
        shaders.colour_by_table(
            actor, self._table, where=where, picture=self._picture, skin=skin, ground=ground, moving=moving
        )
        if moving:
            shaders.tell_turn(actor, np.eye(4))

    def actors(self) -> list[vtkActor]:
        """All of them."""
        return [*self.full, *self.coarse, *self.ghosts, *self._coarse_ghosts, *self.all_veils()]

    def all_veils(self) -> list[vtkActor]:
        """Those of either detail."""
        return [*self.veils, *self._coarse_veils]

    def lay(self, ground: Ground) -> None:
        """Draw a floor with these shadows and this grid; a texture as bright as the theme wants a floor."""
        if self._picture is not None:
            ground = replace(ground, gain=1 / max(brightness(self._picture), 0.1))
        for actor in self.full:
            self._colour(actor, shaders.SOLID, ground)

    def show(self, solid: bool, translucent: bool) -> None:
        """Draw what is needed for assets of which some are solid, some translucent, or none is either."""
        if (solid, translucent) == self._needed:
            return
        self._needed = solid, translucent
        self._switch()

    def set_coarse(self, coarse: bool) -> None:
        """Draw the copy with less detail, or not."""
        if coarse != self._coarsely:
            self._coarsely = coarse
            self._switch()

    def _switch(self) -> None:
        solid, translucent = self._needed or (False, False)
        use_coarse = self._coarsely and self._melted
        for shown, fine, coarse in (
            (self.background or solid, self.full, self.coarse),
            (self.background or translucent or (self.part.glass and solid), self.ghosts, self._coarse_ghosts),
            (translucent, self.veils, self._coarse_veils),
        ):
            for actor in fine:
                actor.SetVisibility(shown and not use_coarse)
            for actor in coarse:
                actor.SetVisibility(shown and use_coarse)

    def split(self, detail: Detail) -> list[vtkActor]:
        """Draw closed bodies apart from now on; returns the new actors. What `full` held has no place any more."""
        closed = [self._solid(share_points(self._data, detail.closed))] if len(detail.closed) else []
        rest = [self._solid(share_points(self._data, detail.open))] if len(detail.open) else []
        self.full, self.closed, self.coarse = [*closed, *rest], closed, []
        for mesh in detail.coarse:
            data = polydata(mesh.points, mesh.triangles, normals=mesh.normals, surface=mesh.surface)
            self.coarse.append(self._solid(data))
            if mesh.closed:
                self.closed.append(self.coarse[-1])
            if not self.background:
                self._coarse_ghosts.append(self._ghost(data))
                self._coarse_veils.append(self._veil(data))
        self._melted = self._picture is None
        self._switch()
        return [*self.full, *self.coarse, *self._coarse_ghosts, *self._coarse_veils]


class Tiles:
    """All tiles of a scene."""

    def __init__(
        self, renderer: vtkRenderer, parts: tuple[Part, ...], table: vtkTexture, pictures: tuple[vtkTexture, ...]
    ) -> None:
        self._renderer = renderer
        self._tiles = [Tile(part, table, pictures) for part in parts]
        self._culling = True
        self._owned = [tile for tile in self._tiles if len(tile.part.assets)]
        sizes = [len(tile.part.assets) for tile in self._owned]
        self._assets = np.concatenate([np.zeros(0, np.intp), *(tile.part.assets for tile in self._owned)])
        self._starts = np.cumsum([0, *sizes])[:-1]
        self.some_translucent = False  # whether an asset is shown as a ghost
        for tile in self._tiles:
            tile.show(solid=False, translucent=False)  # all that those without assets are ever told
        for actor in self.actors():
            renderer.AddActor(actor)
        self.draw_veils_last()

    def __iter__(self) -> Iterator[Tile]:
        return iter(self._tiles)

    def actors(self) -> list[vtkActor]:
        """Every actor."""
        return [actor for tile in self._tiles for actor in tile.actors()]

    def of_mover(self, asset: int) -> list[vtkActor]:
        """The actors that carry a moving asset."""
        return [actor for tile in self._tiles if tile.part.mover == asset for actor in tile.actors()]

    def draw_veils_last(self) -> None:
        """Put the veils behind all other actors in the order of drawing: what is solid must be there before them."""
        for tile in self._tiles:
            for veil in tile.all_veils():
                self._renderer.RemoveActor(veil)
                self._renderer.AddActor(veil)

    def lay_ground(self, ground: Ground) -> None:
        """Draw the floor with these shadows and this grid."""
        for tile in self._tiles:
            if tile.part.kind is Kind.FLOOR:
                tile.lay(ground)

    def show(self, alpha: np.ndarray) -> None:
        """Draw only what some asset needs; alpha uint8 (n_assets,)."""
        if not self._owned:
            return
        theirs = alpha[self._assets]
        solid = np.maximum.reduceat(theirs, self._starts) == 255
        theirs -= 1  # what is hidden becomes 255
        translucent = np.minimum.reduceat(theirs, self._starts) < 254
        self.some_translucent = bool(translucent.any())
        for tile, *needed in zip(self._owned, solid.tolist(), translucent.tolist(), strict=True):
            tile.show(*needed)

    def set_coarse(self, coarse: bool) -> None:
        """Draw with less detail, or not; without effect before `split`."""
        for tile in self._tiles:
            tile.set_coarse(coarse)

    def split(self, detail: dict[int, Detail]) -> None:
        """Draw these tiles with closed bodies apart and with coarse copies."""
        window = self._renderer.GetRenderWindow()
        for row, pieces in detail.items():
            tile = self._tiles[row]
            old = tile.full
            for actor in tile.split(pieces):
                actor.SetUserMatrix(old[0].GetUserMatrix())
                self._renderer.AddActor(actor)
            for actor in old:
                self._renderer.RemoveActor(actor)
                actor.ReleaseGraphicsResources(window)
        self.set_culling(self._culling)
        self.draw_veils_last()

    def set_culling(self, culling: bool) -> None:
        """Leave out the back faces of closed bodies; not when a section opens them."""
        self._culling = culling
        for tile in self._tiles:
            for actor in tile.closed:
                actor.GetProperty().SetBackfaceCulling(culling)

    def remove(self) -> None:
        """Take all actors out of the renderer."""
        for actor in self.actors():
            self._renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self._renderer.GetRenderWindow())
        self._tiles = []


def brightness(picture: vtkTexture) -> float:
    """Mean luminance of a texture, 0 to 1."""
    pixels = vtk_to_numpy(picture.GetInput().GetPointData().GetScalars())
    return float((pixels[:, :3].mean(0) @ (0.2126, 0.7152, 0.0722)) / 255)


def _actor(data: vtkPolyData) -> vtkActor:
    mapper = vtkOpenGLPolyDataMapper()
    mapper.SetInputDataObject(data)
    mapper.ScalarVisibilityOff()
    mapper.StaticOn()
    mapper.SetVBOShiftScaleMethod(0)  # shaders read world coordinates
    actor = vtkActor()
    actor.SetMapper(mapper)
    matt(actor.GetProperty())
    actor.GetProperty().SetInterpolationToGouraud()
    return actor
