"""One module = one family of geometry formats: `SUFFIXES`, `read(path, placement, progress) -> Geometry` and
`hierarchy(path, placement) -> tuple[GeometryNode, ...]` (the same nodes, without triangles).

A module may also have `dependencies(path) -> tuple[Path, ...]`, the further files that a file is made of.
"""

from types import ModuleType

from twinviewer.discovery import modules_of


def formats() -> dict[str, ModuleType]:
    """The format modules by file suffix (".glb")."""
    return {suffix: module for module in modules_of(__name__).values() for suffix in module.SUFFIXES}


def suffixes() -> tuple[str, ...]:
    """All suffixes that can be opened, sorted."""
    return tuple(sorted(formats()))
