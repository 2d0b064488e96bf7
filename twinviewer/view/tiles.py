"""The actors that draw a scene's parts: solid ones, and ghosts where something is ghosted."""

from dataclasses import dataclass

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkTexture
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.view import shaders
from twinviewer.view.arrays import polydata
from twinviewer.view.layout import Kind, Part
from twinviewer.view.lights import matt
from twinviewer.view.shaders import Ground


@dataclass(frozen=True)
class Tile:
    """The two actors of a part; `solid` is None for glass, `ghost` None for background."""

    part: Part
    solid: vtkActor | None
    ghost: vtkActor | None

    @property
    def actors(self) -> list[vtkActor]:
        """Those that exist."""
        return [actor for actor in (self.solid, self.ghost) if actor is not None]


class Tiles:
    """Builds the actors of all parts and switches them with the assets' alpha."""

    def __init__(
        self,
        renderer: vtkRenderer,
        parts: tuple[Part, ...],
        table: vtkTexture,
        pictures: tuple[vtkTexture, ...],
    ) -> None:
        self._renderer = renderer
        self._table, self._pictures = table, pictures
        self._tiles = [_tile(part, table, pictures) for part in parts]
        for tile in self._tiles:
            for actor in tile.actors:
                renderer.AddActor(actor)

    def __iter__(self):
        return iter(self._tiles)

    def actors(self) -> list[vtkActor]:
        """Every actor."""
        return [actor for tile in self._tiles for actor in tile.actors]

    def of_mover(self, asset: int) -> list[vtkActor]:
        """The actors that carry a moving asset."""
        return [actor for tile in self._tiles if tile.part.mover == asset for actor in tile.actors]

    def lay_ground(self, ground: Ground) -> None:
        """Draw the floor with these shadows and this grid."""
        for tile in self._tiles:
            if tile.part.kind is Kind.FLOOR and tile.solid is not None:
                picture = self._pictures[tile.part.texture] if tile.part.uv is not None else None
                shaders.colour_by_table(tile.solid, self._table, picture=picture, skin=False, ground=ground)

    def show(self, alpha: np.ndarray) -> None:
        """Draw a tile's solid or ghost actor only where one of its assets needs it; alpha uint8 (n_assets,)."""
        for tile in self._tiles:
            mine = alpha[tile.part.assets]
            background = tile.part.kind in (Kind.BACKGROUND, Kind.FLOOR)
            if tile.solid is not None:
                tile.solid.SetVisibility(background or bool((mine == 255).any()))
            if tile.ghost is not None:
                some = (mine > 0).any() if tile.part.glass else ((mine > 0) & (mine < 255)).any()
                tile.ghost.SetVisibility(bool(some) or background)

    def remove(self) -> None:
        """Take all actors out of the renderer."""
        for actor in self.actors():
            self._renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self._renderer.GetRenderWindow())
        self._tiles = []


def _tile(part: Part, table: vtkTexture, pictures: tuple[vtkTexture, ...]) -> Tile:
    data = polydata(part.points, part.triangles, normals=part.normals, surface=part.surface, uv=part.uv)
    picture = pictures[part.texture] if part.uv is not None else None
    background = part.kind in (Kind.BACKGROUND, Kind.FLOOR)
    solid = ghost = None
    if not part.glass:
        solid = _actor(data)
        shaders.colour_by_table(solid, table, picture=picture, skin=part.skin)
    if part.glass or not background:
        ghost = _actor(data)
        ghost.ForceTranslucentOn()
        shaders.colour_by_table(ghost, table, where=shaders.GHOST, picture=picture, skin=part.skin)
    return Tile(part, solid, ghost)


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
