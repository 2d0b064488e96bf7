"""The geometry of a scene: all its model files read, placed, merged, and kept prepared for the next time."""

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import Geometry, GeometryNode
from twinviewer.scene import cache
from twinviewer.scene.bounds import MAX_DISTANCE_M
from twinviewer.scene.formats import formats
from twinviewer.scene.placement import Placement
from twinviewer.scene.progress import Progress

# Part of every cache key: raise it whenever a reader gives other arrays for the same file.
READER = 3


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One geometry file and where it stands; `where` is the place in scene.toml that names it."""

    path: Path
    placement: Placement
    where: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """Geometry, or only its nodes, of all models; `spans` bound the node rows of each; `digest` is of the content.

    `bounds` are the lowest and highest coordinates in metres; empty without triangles. `key` names the triangles: of
    all files and places that they were made of; "" without them.
    """

    nodes: tuple[GeometryNode, ...]
    spans: tuple[tuple[int, int], ...]
    digest: str
    geometry: Geometry | None = None
    notes: tuple[str, ...] = ()
    bounds: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    key: str = ""


def prepare(models: Sequence[ModelFile], cache_dir: Path, progress: Progress) -> Prepared:
    """The merged geometry of `models`, from the cache where it holds exactly these files. Raises SceneError."""
    readers = [_reader(model) for model in models]
    progress(0.0, "Reading geometry")
    digest = _digest(models)
    entry = entry_of(cache_dir, digest)
    found = cache.load(entry)
    if found is not None and _same_dependencies(found[1], models):
        spans = tuple((int(a), int(b)) for a, b in found[1]["spans"])
        low, high = found[1]["bounds"]
        key = _key(digest, found[1]["dependencies"])
        return Prepared(found[0].nodes, spans, digest, found[0], bounds=(tuple(low), tuple(high)), key=key)
    geometries, dependencies = [], []
    for k, (model, reader) in enumerate(zip(models, readers, strict=True)):
        geometries.append(
            reader.read(model.path, model.placement, lambda f, t, k=k: progress(0.9 * (k + f) / len(models), t))
        )
        _check_place(geometries[-1], model)
        dependencies.append(_dependencies(reader, model.path))
    geometry, spans = merge(geometries)
    if _digest(models) != digest:
        raise SceneError(
            "the geometry files changed while they were read.", str(models[0].path), "Open the scene again."
        )
    progress(0.95, "Keeping the prepared geometry")
    bounds = _bounds(geometry.points)
    problem = cache.store(entry, geometry, {"spans": spans, "dependencies": dependencies, "bounds": bounds})
    notes = (f"the prepared geometry could not be kept in {cache_dir}: {problem}",) if problem else ()
    return Prepared(geometry.nodes, spans, digest, geometry, notes, bounds, _key(digest, dependencies))


def entry_of(cache_dir: Path, digest: str) -> Path:
    """Where geometry with this `Prepared.digest` is kept."""
    return cache_dir / f"{digest}.geometry"


def files_of(models: Sequence[ModelFile]) -> list[Path]:
    """All files that the geometry is made of: the models, and what they refer to, whether it is there or not."""
    files = []
    for model in models:
        reader = _reader(model)
        files += [model.path, *(reader.dependencies(model.path) if hasattr(reader, "dependencies") else ())]
    return files


def prepare_nodes(models: Sequence[ModelFile], cache_dir: Path) -> Prepared:
    """Only the nodes: no triangles are decoded where the format allows it. Raises SceneError."""
    readers = [_reader(model) for model in models]
    digest = _digest(models)
    nodes: list[GeometryNode] = []
    spans = []
    for model, reader in zip(models, readers, strict=True):
        first = len(nodes)
        nodes.extend(_shifted(node, first, 0) for node in reader.hierarchy(model.path, model.placement))
        spans.append((first, len(nodes)))
    return Prepared(tuple(nodes), tuple(spans), digest)


def _bounds(points: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if len(points) == 0:
        return (), ()
    columns = points.T  # three long runs are quicker than many short ones
    return tuple(float(c.min()) for c in columns), tuple(float(c.max()) for c in columns)


def _check_place(geometry: Geometry, model: ModelFile) -> None:
    """Raises SceneError for points that no number of the picture can hold apart, NaN and infinity among them."""
    low, high = _bounds(geometry.points)
    if not all(abs(value) <= MAX_DISTANCE_M for value in (*low, *high)):
        text = f"the geometry reaches further than {MAX_DISTANCE_M:,.0f} m from the origin."
        remedy = f"Look at 'unit', 'scale' and 'position' ({model.where}), and at where the file was exported from."
        raise SceneError(text, model.path.name, remedy)


def merge(geometries: Sequence[Geometry]) -> tuple[Geometry, tuple[tuple[int, int], ...]]:
    """Several geometries as one, and the node rows of each."""
    starts = np.cumsum([0] + [len(geometry.nodes) for geometry in geometries])
    spans = tuple((int(a), int(b)) for a, b in itertools.pairwise(starts))
    if len(geometries) == 1:
        return geometries[0], spans
    textured = any(geometry.uv is not None for geometry in geometries)
    nodes: list[GeometryNode] = []
    columns: dict[str, list[np.ndarray]] = {}
    vertices = triangles = textures = 0
    for geometry, first in zip(geometries, starts, strict=False):
        nodes.extend(_shifted(node, int(first), triangles) for node in geometry.nodes)
        for name, array in _columns(geometry, int(first), vertices, textures, textured).items():
            columns.setdefault(name, []).append(array)
        vertices, triangles = vertices + len(geometry.points), triangles + len(geometry.triangles)
        textures += len(geometry.textures)
    joined = {name: np.concatenate(arrays) for name, arrays in columns.items()} or _columns(empty(), 0, 0, 0, False)
    every = tuple(texture for geometry in geometries for texture in geometry.textures)
    notes = tuple(note for geometry in geometries for note in geometry.notes)
    return Geometry(nodes=tuple(nodes), textures=every, notes=notes, **joined), spans  # pyright: ignore[reportArgumentType]


def empty() -> Geometry:
    """No triangles at all."""
    floats, bytes_ = np.zeros((0, 3), np.float32), np.zeros(0, np.uint8)
    return Geometry(
        floats, floats, np.zeros((0, 3), np.int32), np.zeros(0, np.int32), np.zeros((0, 4), np.uint8), bytes_, (),
        metallic=bytes_, roughness=bytes_,
    )  # fmt: skip


def _columns(geometry: Geometry, first: int, vertices: int, textures: int, textured: bool) -> dict[str, np.ndarray]:
    count = len(geometry.points)
    columns = {
        "points": geometry.points,
        "normals": geometry.normals,
        "triangles": geometry.triangles + np.int32(vertices),
        "node": geometry.node + np.int32(first),
        "colour": geometry.colour,
        "skin": geometry.skin,
        "metallic": geometry.metallic if geometry.metallic is not None else np.zeros(count, np.uint8),
        "roughness": geometry.roughness if geometry.roughness is not None else np.full(count, 178, np.uint8),
    }
    if textured:
        texture = geometry.texture if geometry.texture is not None else np.full(count, -1, np.int16)
        columns["texture"] = np.where(texture >= 0, texture + np.int16(textures), texture).astype(np.int16)
        columns["uv"] = geometry.uv if geometry.uv is not None else np.zeros((count, 2), np.float32)
    return columns


def _shifted(node: GeometryNode, rows: int, triangles: int) -> GeometryNode:
    if rows == 0 and triangles == 0:
        return node
    parent = node.parent + rows if node.parent >= 0 else -1
    return replace(node, parent=parent, first=node.first + triangles, last=node.last + triangles)


def _reader(model: ModelFile) -> ModuleType:
    known = formats()
    suffix = model.path.suffix.lower()
    if suffix not in known:
        text = f"'{model.path.name}' is not a geometry file that can be read."
        raise SceneError(text, model.where, f"Readable are {', '.join(sorted(known))}.")
    return known[suffix]


def _digest(models: Sequence[ModelFile]) -> str:
    try:
        parts = [[cache.digest_of(model.path), asdict(model.placement)] for model in models]
    except OSError as error:
        raise SceneError(f"the file cannot be read: {error.strerror or error}.", str(error.filename)) from None
    return hashlib.sha256(json.dumps([READER, parts]).encode()).hexdigest()[:40]


def _key(digest: str, dependencies: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps([digest, dependencies]).encode()).hexdigest()[:40]


def _dependencies(reader: ModuleType, path: Path) -> list[tuple[str, str]]:
    others = reader.dependencies(path) if hasattr(reader, "dependencies") else ()
    return [(other.relative_to(path.parent.resolve()).as_posix(), cache.state_of(other)) for other in others]


def _same_dependencies(extra: dict[str, Any], models: Sequence[ModelFile]) -> bool:
    """Whether the further files of each model are still what they were."""
    try:
        for model, others in zip(models, extra["dependencies"], strict=True):
            for name, digest in others:
                if cache.state_of(model.path.parent / name) != digest:
                    return False
        return len(extra["spans"]) == len(models) and len(extra["bounds"]) == 2
    except (OSError, KeyError, TypeError, ValueError):
        return False
