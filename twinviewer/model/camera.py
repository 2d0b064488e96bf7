"""A place to look from, as a scene, a bookmark and the view name it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CameraView:
    """`position` and `target` in metres, world coordinates, Z up.

    `mode` is a colouring mode ("" leaves it as it is). `section` is the section box as (x0, x1, y0, y1, z0, z1),
    None without one.
    """

    name: str
    position: tuple[float, float, float]
    target: tuple[float, float, float]
    mode: str = ""
    section: tuple[float, float, float, float, float, float] | None = None
