"""What is worked out after the first frame, kept on disk beside the parts it was made of, so that the next start has it
at once."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.scene import array_file
from twinviewer.view.cast import Cast
from twinviewer.view.detail import Detail, Mesh
from twinviewer.view.finish import EdgeLines, Finish, finish
from twinviewer.view.ground import Extent
from twinviewer.view.layout import Layout

# Part of every name: raise it whenever `finish` gives something else for the same layout.
FINISHER = 1
_MESH = ("points", "normals", "triangles", "surface")


def finished(layout: Layout, extent: Extent, *, detail: bool) -> Finish:
    """As `finish`, taken as it was kept where the layout names a place for it."""
    if layout.kept is None:
        return finish(layout, extent, detail=detail)
    entry = _entry(layout.kept, detail=detail)
    found = array_file.load(entry)
    if found is not None:
        with contextlib.suppress(KeyError, ValueError, TypeError):
            return _finish(*found)
    made = finish(layout, extent, detail=detail)
    array_file.store(entry, *_told(made))
    return made


def _entry(beside: Path, *, detail: bool) -> Path:
    return beside.with_name(f"{beside.stem}-{FINISHER}{'d' if detail else ''}.finish")


def _told(made: Finish) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    arrays = {"shadows": made.shadows}
    for k, edges in enumerate(made.edges):
        arrays |= {f"edge{k}.points": edges.points, f"edge{k}.surface": edges.surface}
        arrays |= {f"edge{k}.{level}": lines for level, lines in enumerate(edges.lines)}
    for row, detail in made.detail.items():
        arrays |= {f"detail{row}.closed": detail.closed, f"detail{row}.open": detail.open}
        for k, mesh in enumerate(detail.coarse):
            arrays |= {f"coarse{row}.{k}.{name}": getattr(mesh, name) for name in _MESH}
    arrays |= {f"cast{k}": cast.mask for k, cast in enumerate(made.casts)}
    about = {
        "edges": [(edges.mover, len(edges.lines)) for edges in made.edges],
        "detail": [(row, [mesh.closed for mesh in detail.coarse]) for row, detail in made.detail.items()],
        "casts": [(cast.mover, cast.corner, cast.size) for cast in made.casts],
    }
    return arrays, about


def _finish(arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> Finish:
    edges = tuple(
        EdgeLines(
            mover,
            arrays[f"edge{k}.points"],
            arrays[f"edge{k}.surface"],
            tuple(arrays[f"edge{k}.{level}"] for level in range(levels)),
        )
        for k, (mover, levels) in enumerate(about["edges"])
    )
    detail = {}
    for row, coarse in about["detail"]:
        meshes = tuple(_mesh(arrays, f"coarse{row}.{k}", closed) for k, closed in enumerate(coarse))
        detail[row] = Detail(arrays[f"detail{row}.closed"], arrays[f"detail{row}.open"], meshes)
    casts = tuple(
        Cast(mover, (x, y), (width, depth), arrays[f"cast{k}"])
        for k, (mover, (x, y), (width, depth)) in enumerate(about["casts"])
    )
    return Finish(arrays["shadows"], edges, detail, casts)


def _mesh(arrays: Mapping[str, np.ndarray], name: str, closed: bool) -> Mesh:
    points, normals, triangles, surface = (arrays[f"{name}.{column}"] for column in _MESH)
    return Mesh(points, normals, triangles, surface, closed)
