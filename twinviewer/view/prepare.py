"""What can be worked out for a picture before there is one, beside the window's thread and without VTK; kept on disk
for the next time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twinviewer.scene import array_file
from twinviewer.scene.cache import default_cache_dir
from twinviewer.view.arrange import arrange
from twinviewer.view.layout import Kind, Layout, Part, Surfaces
from twinviewer.view.moving import Movement

if TYPE_CHECKING:
    from twinviewer.scene.scene import Scene

# Part of every key: raise it whenever `arrange` gives other parts for the same geometry.
ARRANGER = 1
_SURFACES = ("asset", "colour", "skin", "role", "textured")
_PART = ("points", "normals", "triangles", "surface", "assets", "uv")


def prepare(scene: Scene, cache_dir: Path | None = None) -> Layout | None:
    """The parts of a scene's picture, for `Stage.show`; None without geometry. `cache_dir` as for `load_scene`."""
    if scene.geometry is None:
        return None
    movers, count = Movement(scene).assets, len(scene.assets)
    owner = scene.asset_of_node
    if not scene.geometry_key:
        return arrange(scene.geometry, owner, count, movers)
    told = repr((ARRANGER, scene.geometry_key, owner.dtype.str, count, sorted(movers))).encode()
    name = hashlib.sha256(told + owner.tobytes()).hexdigest()[:40]
    entry = (cache_dir or default_cache_dir()) / f"{name}.picture"
    found = array_file.load(entry)
    if found is not None:
        return replace(_layout(*found), kept=entry)
    layout = arrange(scene.geometry, owner, count, movers)
    array_file.store(entry, *_told(layout))
    return replace(layout, kept=entry)


def _told(layout: Layout) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    arrays = {name: getattr(layout.surfaces, name) for name in _SURFACES}
    arrays |= {"boxes": layout.boxes, "bounds": layout.bounds}
    parts = []
    for k, part in enumerate(layout.parts):
        columns = {f"{k}.{name}": getattr(part, name) for name in _PART}
        arrays |= {name: column for name, column in columns.items() if column is not None}
        parts.append({"glass": part.glass, "texture": part.texture, "skin": part.skin, "mover": part.mover})
    kinds = [int(part.kind) for part in layout.parts]
    return arrays, {"parts": parts, "kinds": kinds, "floor_m": layout.floor_m, "has_floor": layout.has_floor}


def _layout(arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> Layout:
    surfaces = Surfaces(*(arrays[name] for name in _SURFACES))
    parts = tuple(
        Part(Kind(kind), *(arrays[f"{k}.{name}"] for name in _PART[:-1]), uv=arrays.get(f"{k}.uv"), **rest)  # pyright: ignore[reportArgumentType]
        for k, (kind, rest) in enumerate(zip(about["kinds"], about["parts"], strict=True))
    )
    return Layout(surfaces, parts, arrays["boxes"], arrays["bounds"], about["floor_m"], about["has_floor"])
