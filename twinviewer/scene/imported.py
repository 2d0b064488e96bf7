"""A scene on its way from a foreign description to a folder with scene.toml and asset table."""

import csv
import io
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np

from twinviewer.discovery import modules_of
from twinviewer.model.errors import SceneError
from twinviewer.scene.bounds import MAX_JSON_BYTES
from twinviewer.scene.formats import formats
from twinviewer.scene.paths import read_bytes
from twinviewer.scene.toml_file import MANIFEST


@dataclass(slots=True)
class ImportedModel:
    """A geometry file: its name, where it was found (None: nowhere), and its place in scene coordinates."""

    file: str
    found: Path | None
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0


@dataclass(slots=True)
class ImportedTag:
    """A quantity of a type; its node id is for `twinviewer bind` to propose."""

    role: str = ""
    unit: str = ""
    limits: dict[str, float] = field(default_factory=dict)
    text: bool = False


@dataclass(slots=True)
class ImportedAsset:
    """One line of the asset table. `nodes` are patterns over node paths."""

    asset_id: str
    type: str = ""
    name: str = ""
    path: str = ""
    nodes: tuple[str, ...] = ()


@dataclass(slots=True)
class ImportedScene:
    """What an importer makes of one foreign scene. `notes` tell what could not be taken over."""

    name: str
    models: list[ImportedModel] = field(default_factory=list)
    types: dict[str, dict[str, ImportedTag]] = field(default_factory=dict)
    assets: list[ImportedAsset] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_foreign(path: Path) -> list[ImportedScene]:
    """The scenes of a foreign file. Raises SceneError where no importer knows it."""
    if not path.is_file():
        raise SceneError("there is no such file.", str(path), "Check the path.")
    data = None
    if path.suffix.lower() == ".json":
        try:
            data = json.loads(read_bytes(path, MAX_JSON_BYTES))
        except (ValueError, RecursionError) as error:
            raise SceneError(f"this is not valid JSON: {error}.", str(path), "Export it again.") from None
    importers = modules_of("twinviewer.scene.importers").values()
    for importer in importers:
        if importer.matches(path, data):
            return importer.read(path, data)
    known = ", ".join(importer.TITLE for importer in importers)
    raise SceneError("no importer knows this kind of file.", str(path), f"There are importers for {known}.")


def write_scene(scene: ImportedScene, folder: Path) -> list[Path]:
    """Write scene.toml, assets.csv and copies of the geometry; returns what was written.

    Raises SceneError where the folder holds a scene already or cannot be written.
    """
    if (folder / MANIFEST).exists():
        raise SceneError("there is a scene in this folder already.", str(folder), "Choose another folder.")
    if (folder / "assets.csv").exists():
        raise SceneError("there is a file of this name already.", str(folder / "assets.csv"), "Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = {model.file: model.found for model in scene.models if model.found is not None}
        copies = [_copied(source, folder / name) for name, source in found.items()]
        written = [folder / MANIFEST, folder / "assets.csv", *chain.from_iterable(copies)]
        written[1].write_text(_table(scene.assets), encoding="utf-8")
        written[0].write_text(_toml(scene), encoding="utf-8")  # last: with it the folder is a scene
    except OSError as error:
        raise SceneError(f"the scene cannot be written: {error.strerror}.", str(folder)) from None
    return written


def _copied(source: Path, target: Path) -> list[Path]:
    """Copies of a geometry file and of the files that it is made of (buffers, pictures, materials), which lie beside
    it or in folders below. Raises OSError; SceneError for one that lies elsewhere."""
    parts = getattr(formats().get(source.suffix.lower()), "dependencies", lambda path: ())(source)
    base = source.parent.resolve()
    if target.exists() and target.samefile(source):  # the scene is made where the geometry lies
        return []
    written = [Path(shutil.copyfile(source, target))]
    for part in parts:
        place = target.parent / part.relative_to(base)
        if part.is_file() and place != target:
            place.parent.mkdir(parents=True, exist_ok=True)
            written.append(Path(shutil.copyfile(part, place)))
    return written


def slug(text: str) -> str:
    """A name that can stand in file names and bare TOML keys."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "scene"


def zup_place(matrix: np.ndarray) -> tuple[tuple[float, float, float], tuple[float, float, float], float, bool]:
    """Position, rotation_deg and scale of scene.toml for a matrix (4, 4) between Y-up worlds, and whether the scale
    was the same along all axes."""
    turn = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    placed = turn @ matrix @ turn.T
    sizes = np.linalg.norm(placed[:3, :3], axis=0)
    scale = float(sizes.mean()) or 1.0
    r = placed[:3, :3] / np.where(sizes > 0, sizes, 1.0)
    y = float(np.arcsin(np.clip(-r[2, 0], -1, 1)))
    x, z = float(np.arctan2(r[2, 1], r[2, 2])), float(np.arctan2(r[1, 0], r[0, 0]))
    angles = tuple(round(float(np.degrees(a)), 4) + 0.0 for a in (x, y, z))
    position = tuple(round(float(p), 4) + 0.0 for p in placed[:3, 3])
    return _three(position), _three(angles), round(scale, 6), bool(np.allclose(sizes, scale, rtol=1e-3))


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = values
    return x, y, z


# --- writing ------------------------------------------------------------------------------------------------------


def _toml(scene: ImportedScene) -> str:
    lines = [f"# {note}" for note in scene.notes]
    lines += ["format = 1", f"name = {_quoted(scene.name)}", "", "[namespaces]"]
    lines += ['# p = "urn:your:server"      # prefix = namespace URI of your OPC UA server', ""]
    for model in scene.models:
        lines += _model_lines(model)
    lines += ["[assets]", 'table = "assets.csv"', ""]
    for name, tags in scene.types.items():
        lines += [f"[type.{_key(name)}]", f"label = {_quoted(name)}"]
        for key, tag in tags.items():
            lines += [f"[type.{_key(name)}.tags.{_key(key)}]", *_tag_lines(tag)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _model_lines(model: ImportedModel) -> list[str]:
    lines = ["[[model]]", f"file = {_quoted(model.file)}", 'nodes = "listed"']
    if any(model.position):
        lines.append(f"position = {list(model.position)}")
    if any(model.rotation_deg):
        lines.append(f"rotation_deg = {list(model.rotation_deg)}")
    if model.scale != 1.0:
        lines.append(f"scale = {model.scale}")
    if model.found is None:
        lines = [f"# {line}" for line in ("This file was not found. Put it here and take the signs away:", *lines)]
    return [*lines, ""]


def _tag_lines(tag: ImportedTag) -> list[str]:
    lines = [f"role = {_quoted(tag.role)}"] if tag.role else []
    if tag.unit:
        lines.append(f"unit = {_quoted(tag.unit)}")
    if tag.text:
        lines.append("text = true")
    if tag.limits:
        inner = ", ".join(f"{name} = {value:g}" for name, value in tag.limits.items())
        lines.append(f"limits = {{ {inner} }}")
    return lines


def _table(assets: Sequence[ImportedAsset]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("asset", "type", "name", "path", "node"))
    for asset in assets:
        writer.writerow((asset.asset_id, asset.type, asset.name, asset.path, " | ".join(asset.nodes)))
    return file.getvalue()


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def text_of(holder: Mapping[str, object], key: str) -> str:
    """The text under `key`, "" where there is none."""
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def dicts(value: object) -> list[dict]:
    """The objects of a list, whatever else stands in it."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
