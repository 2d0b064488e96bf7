"""What can be worked out for a picture before there is one, beside the window's thread and without VTK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinviewer.view.layout import Layout, arrange
from twinviewer.view.moving import Movement

if TYPE_CHECKING:
    from twinviewer.scene.scene import Scene


def prepare(scene: Scene) -> Layout | None:
    """The parts of a scene's picture, for `Stage.show`; None without geometry."""
    if scene.geometry is None:
        return None
    return arrange(scene.geometry, scene.asset_of_node, len(scene.assets), Movement(scene).assets)
