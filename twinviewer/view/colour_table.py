"""The one texture that colours everything: a texel per surface, rewritten whole when states change."""

import numpy as np
from vtkmodules.vtkRenderingCore import vtkTexture

from twinviewer.view.arrays import image_texture
from twinviewer.view.layout import Surfaces

WIDTH = 1024  # texels in a row; a power of two, because shaders split the row number by shifts
NO_STATE = (0x9A, 0x9F, 0xA3, 97)


class ColourTable:
    """RGBA8 texels: alpha 0 hidden, 255 solid, anything else translucent.

    A surface of an asset's skin takes the asset's colour; all others keep their material's and share its alpha.
    """

    def __init__(self, surfaces: Surfaces, n_assets: int) -> None:
        n = len(surfaces)
        self._buffer = np.zeros((max(1, -(-n // WIDTH)) * WIDTH, 4), np.uint8)
        self._words = self._buffer.view(np.uint32)[:, 0]
        self._skin = np.flatnonzero(surfaces.skin)
        self._skin_asset = surfaces.asset[self._skin]
        self._own = np.flatnonzero(~surfaces.skin)
        self._own_asset = surfaces.asset[self._own]
        self._own_alpha = np.zeros(len(self._own), np.uint8)
        # One row more than assets: index -1, the background, is always solid.
        self._assets = np.empty((n_assets + 1, 4), np.uint8)
        self._assets[:] = NO_STATE
        self._assets[-1] = 255
        pixels = self._buffer.reshape(-1, WIDTH, 4)
        self._texture, self._image = image_texture(pixels, smooth=False)
        self.set_materials(surfaces.colour)

    @property
    def texture(self) -> vtkTexture:
        """What shaders read."""
        return self._texture

    @property
    def texels(self) -> np.ndarray:
        """The rows as VTK sees them, uint8 (n, 4), n at least the number of surfaces."""
        return self._buffer

    @property
    def alpha(self) -> np.ndarray:
        """The alpha of every asset, uint8 (n_assets,)."""
        return self._assets[:-1, 3]

    def set_materials(self, colour: np.ndarray) -> None:
        """Give the surfaces that are not skin their colour, uint8 (n_surfaces, 4)."""
        self._buffer[self._own, :3] = colour[self._own, :3]
        self._own_alpha[:] = colour[self._own, 3]
        self._write_skin()
        self._write_alpha()
        self._changed()

    def set_assets(self, rgba: np.ndarray) -> tuple[np.ndarray, bool]:
        """Colour every asset, uint8 (n_assets, 4). Returns the rows that changed, and whether any alpha did."""
        before = self._assets[:-1]
        changed = np.flatnonzero(np.ascontiguousarray(rgba).view(np.uint32)[:, 0] != before.view(np.uint32)[:, 0])
        if not len(changed):
            return changed, False
        alpha_changed = not np.array_equal(before[:, 3], rgba[:, 3])
        before[:] = rgba
        self._write_skin()
        if alpha_changed:
            self._write_alpha()
        self._changed()
        return changed, alpha_changed

    def _write_skin(self) -> None:
        self._words[self._skin] = self._assets.view(np.uint32)[self._skin_asset, 0]

    def _write_alpha(self) -> None:
        self._buffer[self._own, 3] = np.minimum(self._own_alpha, self._assets[self._own_asset, 3])

    def _changed(self) -> None:
        self._image.GetPointData().GetScalars().Modified()
        self._image.Modified()
