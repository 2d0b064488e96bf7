"""Which assets a person hid or ghosted, over what the colours say."""

from collections.abc import Iterable

import numpy as np

GHOST_ALPHA = 97  # about 38 % opacity


class Visibility:
    """Rows of hidden and of ghosted assets; hidden wins."""

    def __init__(self, n_assets: int = 0) -> None:
        self.n_assets = n_assets
        self.hidden: frozenset[int] = frozenset()
        self.ghosted: frozenset[int] = frozenset()

    def isolate(self, assets: Iterable[int]) -> None:
        """Hide all but these, and show these as they are."""
        kept = frozenset(assets)
        self.hidden = frozenset(range(self.n_assets)) - kept
        self.ghosted = self.ghosted - kept

    def hide(self, assets: Iterable[int]) -> None:
        """Hide these too."""
        self.hidden |= frozenset(assets)

    def ghost(self, assets: Iterable[int]) -> None:
        """Make these see-through, or solid again if all of them are already."""
        chosen = frozenset(assets)
        self.ghosted = self.ghosted - chosen if chosen <= self.ghosted else self.ghosted | chosen

    def ghost_only(self, assets: Iterable[int]) -> None:
        """Make these see-through and no others."""
        self.ghosted = frozenset(assets)

    def show(self, assets: Iterable[int] | None = None) -> None:
        """Show these, or all, as they are."""
        chosen = frozenset(range(self.n_assets) if assets is None else assets)
        self.hidden, self.ghosted = self.hidden - chosen, self.ghosted - chosen

    def over(self, rgba: np.ndarray) -> np.ndarray:
        """The colours with what is hidden and ghosted; uint8 (n_assets, 4), the input itself when nothing is."""
        if not self.hidden and not self.ghosted:
            return rgba
        rgba = rgba.copy()
        ghosted = list(self.ghosted)
        rgba[ghosted, 3] = np.minimum(rgba[ghosted, 3], GHOST_ALPHA)
        rgba[list(self.hidden), 3] = 0
        return rgba
