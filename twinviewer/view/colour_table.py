"""The one texture that colours everything: a texel per surface, rewritten whole when states change."""

import numpy as np
from vtkmodules.vtkRenderingCore import vtkTexture

from twinviewer.view.arrays import image_texture
from twinviewer.view.layout import Surfaces

WIDTH = 1024  # texels in a row; a power of two, because shaders split the row number by shifts
NO_STATE = (0x9A, 0x9F, 0xA3, 97)
_ALPHA_SHIFT = 24  # within a word, on the little-endian machines that there are


class ColourTable:
    """RGBA8 texels: alpha 0 hidden, 255 solid, anything else translucent.

    A surface of an asset's skin takes the asset's colour; all others keep their material's and share its alpha.
    """

    def __init__(self, surfaces: Surfaces, n_assets: int) -> None:
        n = len(surfaces)
        self._is_own = ~surfaces.skin
        own = np.flatnonzero(self._is_own)
        self._own_asset = surfaces.asset[own]
        self._own_alpha = np.zeros(len(own), np.uint8)
        # What the table is made of, as words: a row per asset, one for the background (asset -1, always solid), and
        # the surfaces that are not skin. Each texel is one of them, so that one gather writes the whole table.
        self._rows = np.zeros((n_assets + 1 + len(own), 4), np.uint8)
        self._words = self._rows.view(np.uint32)[:, 0]
        self._assets, self._own = self._rows[: n_assets + 1], self._rows[n_assets + 1 :]
        self._assets[:] = NO_STATE
        self._assets[-1] = 255
        self.alpha = np.full(n_assets, NO_STATE[3], np.uint8)  # of every asset
        self._source = surfaces.asset.astype(np.intp) % (n_assets + 1)
        self._source[own] = n_assets + 1 + np.arange(len(own))
        self._buffer = np.zeros((max(1, -(-n // WIDTH)) * WIDTH, 4), np.uint8)
        self._texels = self._buffer.view(np.uint32)[:n, 0]
        pixels = self._buffer.reshape(-1, WIDTH, 4)
        self._texture, self._image = image_texture(pixels, smooth=False)
        self._scalars = self._image.GetPointData().GetScalars()
        self.set_materials(surfaces.colour)

    @property
    def texture(self) -> vtkTexture:
        """What shaders read."""
        return self._texture

    @property
    def texels(self) -> np.ndarray:
        """The rows as VTK sees them, uint8 (n, 4), n at least the number of surfaces."""
        return self._buffer

    def set_materials(self, colour: np.ndarray) -> None:
        """Give the surfaces that are not skin their colour, uint8 (n_surfaces, 4)."""
        own = colour[self._is_own]
        self._own[:, :3] = own[:, :3]
        self._own_alpha[:] = own[:, 3]
        self._dim()
        self._write()

    def set_assets(self, rgba: np.ndarray) -> tuple[np.ndarray, bool]:
        """Colour every asset, uint8 (n_assets, 4). Returns the rows that changed, and whether any alpha did."""
        assets = self._words[: len(rgba)]
        difference = np.ascontiguousarray(rgba).view(np.uint32)[:, 0] ^ assets
        changed = np.flatnonzero(difference)
        if not len(changed):
            return changed, False
        alpha_changed = bool(np.bitwise_or.reduce(difference) >> _ALPHA_SHIFT)
        assets ^= difference
        if alpha_changed:
            self.alpha[:] = assets >> _ALPHA_SHIFT
            self._dim()
        self._write()
        return changed, alpha_changed

    def _dim(self) -> None:
        """Let what is not skin share its asset's alpha."""
        np.minimum(self._own_alpha, self._assets[self._own_asset, 3], out=self._own[:, 3])

    def _write(self) -> None:
        np.take(self._words, self._source, out=self._texels, mode="clip")  # other modes would write a copy first
        self._scalars.Modified()
        self._image.Modified()
