"""The first picture of a scene, kept on disk as it was drawn: whoever opens the scene again sees it while the drawing
library still loads, where it would be drawn the same.

What is shown so is never older than what decides it. The name of a kept picture is a digest of all that it was drawn
from: geometry, colours, patches, the view, the theme, the size and the program.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twinviewer import __version__
from twinviewer.scene import array_file
from twinviewer.scene.cache import default_cache_dir
from twinviewer.view.moving import Movement

if TYPE_CHECKING:
    from twinviewer.model.frame import TagSnapshot
    from twinviewer.scene.scene import Scene
    from twinviewer.view.layout import Layout

_SUFFIX = ".first"
_PLACE_LETTERS, _NAME_LETTERS = 16, 32


@dataclass(frozen=True)
class FirstPicture:
    """`rgb` uint8 (height, width, 3), first row on top; `detail` says that it was drawn as slow renderers draw."""

    rgb: np.ndarray
    detail: bool


@dataclass(frozen=True)
class Look:
    """What a first picture shows beside its scene: `rgba` and `patches` uint8 (n_assets, 4), `size` in pixels of the
    window system with how many of the screen's each has, `tags` for the places of what moves."""

    rgba: np.ndarray
    patches: np.ndarray
    theme: str
    size: tuple[int, int, float]
    tags: TagSnapshot


def entry_of(scene: Scene, layout: Layout | None, look: Look) -> Path | None:
    """Where the first picture of this look is kept; None where nothing says for sure what it is drawn from."""
    if layout is None or layout.kept is None:
        return None
    places = [(row, matrix.tolist()) for row, matrix in Movement(scene).changed(look.tags)]
    shapes = look.rgba.shape, look.patches.shape
    told = (_program(), layout.kept.name, scene.views, look.theme, look.size, shapes, places)
    found = hashlib.sha256(repr(told).encode())
    found.update(np.ascontiguousarray(look.rgba).data)
    found.update(np.ascontiguousarray(look.patches).data)
    name = f"{_place(scene.path)}-{found.hexdigest()[:_NAME_LETTERS]}{_SUFFIX}"
    return layout.kept.with_name(name)


def is_likely(path: Path, cache_dir: Path | None = None) -> bool:
    """Whether a first picture of the scene at `path` (absolute) was ever kept."""
    return any((cache_dir or default_cache_dir()).glob(f"{_place(path)}-*{_SUFFIX}"))


def load(entry: Path) -> FirstPicture | None:
    """What is kept there, undamaged; else None."""
    found = array_file.load(entry)
    if found is None:
        return None
    arrays, about = found
    rgb, detail = arrays.get("rgb"), about.get("detail")
    if rgb is None or rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not isinstance(detail, bool):
        return None
    return FirstPicture(rgb, detail)


def keep(entry: Path, picture: FirstPicture) -> str:
    """Keep it there; returns "" or why that could not be."""
    return array_file.store(entry, {"rgb": picture.rgb}, {"detail": picture.detail})


def _place(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:_PLACE_LETTERS]


def _program() -> str:
    """Names what draws: another version of it may draw otherwise."""
    package = Path(__file__).resolve().parents[1]
    files = [*sorted((package / "view").rglob("*.py")), package / "model" / "palette.py"]
    library = importlib.util.find_spec("vtkmodules")
    if library is not None and library.origin is not None:
        files.append(Path(library.origin))
    told = [(f.name, stat.st_size, stat.st_mtime_ns) for f in files for stat in (f.stat(),)]
    return f"{__version__} {told!r}"
