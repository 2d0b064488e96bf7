"""Opening a scene step by step, keeping what a lint wants to know: findings, and where everything was written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from twinviewer.discovery import shipped
from twinviewer.model.camera import CameraView
from twinviewer.model.errors import SceneError
from twinviewer.model.notice import Notice
from twinviewer.scene import cache
from twinviewer.scene.flow import resolve_flow
from twinviewer.scene.formats import formats, suffixes
from twinviewer.scene.found import Finder
from twinviewer.scene.identity import Changes, NodePrint, bound_paths, exchanges, prints
from twinviewer.scene.manifest import FORMAT, Manifest, ModelEntry
from twinviewer.scene.memory import Memory, Renames
from twinviewer.scene.node_list import NodeList
from twinviewer.scene.overrides import Binding, BindingTable, read_bindings
from twinviewer.scene.paths import inside
from twinviewer.scene.placement import Placement
from twinviewer.scene.prepare import ModelFile, Prepared, merge, prepare, prepare_nodes
from twinviewer.scene.progress import Progress
from twinviewer.scene.resolve import Resolved, Resolver, owners
from twinviewer.scene.scene import EnergySettings, Scene
from twinviewer.scene.table import Row, read_table
from twinviewer.scene.toml_file import MANIFEST, read_manifest
from twinviewer.scene.toml_lines import Lines
from twinviewer.scene.types import AssetType, resolve_types
from twinviewer.scene.vibration import VibrationTable

_BINDINGS = "bindings.csv"
_LARGE_M, _SMALL_M, _FAR_M = 3_000.0, 0.05, 20_000.0


@dataclass(frozen=True)
class Draft:
    """A scene with its sources. `findings` include what stops it from being used (level "error", key "duplicate")."""

    scene: Scene
    manifest: Manifest
    lines: Lines
    types: dict[str, AssetType]
    resolved: Resolved
    nodes: NodeList
    bindings: dict[tuple[str, str], Binding]
    findings: tuple[Notice, ...]
    ignored: frozenset[int] = frozenset()
    digest: str = ""
    memory: Memory | None = None
    refused: frozenset[tuple[str, str, str]] = frozenset()  # asset id, tag key, node as bindings.csv has it

    def checked(self) -> Scene:
        """The scene. Raises SceneError where two things go by one name: nobody could tell which one is shown."""
        for finding in self.findings:
            if finding.key == "duplicate" and finding.level == "error":
                raise SceneError(finding.text, finding.where, finding.remedy)
        return self.scene


def read_draft(
    path: Path | str,
    *,
    geometry: bool = True,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
    follow_renames: bool = True,
) -> Draft:
    """As `load_scene`, without refusing duplicates. Raises SceneError where it cannot be read at all.

    With `follow_renames` nodes that were renamed since they were known are still found by their old path.
    """
    path = Path(path)
    folder, manifest, lines = locate(path)
    progress = progress or (lambda fraction, text: None)
    vibration = VibrationTable(shipped("resources") / "vibration_limits.toml")
    types = resolve_types(manifest, lines, vibration)
    models = model_files(folder, manifest, lines)
    cache_dir = cache_dir or cache.default_cache_dir()
    prepared = _prepare(models, geometry, cache_dir, progress)
    rows, table = _tables(folder, manifest, lines)
    bindings = table.accepted
    memory = None if not models or is_bare(path) else Memory(folder, cache_dir)
    renames = _renames(memory, prepared, models, cache_dir) if memory and follow_renames else Renames({}, Changes())
    nodes = NodeList(prepared.nodes, bound_paths(prepared.nodes, renames.old_names), prepared.spans)
    finder = Finder(manifest, lines, nodes, rows)
    found = finder.run()
    resolved = Resolver(manifest, types, vibration, bindings).run(found, nodes)
    flow, flow_findings = resolve_flow(manifest.flow, [asset.asset_id for asset in resolved.assets], lines)
    findings = [*finder.findings, *resolved.findings, *flow_findings, *_unused(bindings, resolved)]
    findings += [*_renamed(renames, resolved), *exchanges(renames.changes)]
    findings += [Notice("info", note, where=_named(path), key="geometry") for note in _geometry_notes(prepared)]
    owner = owners(found, nodes)
    scene = _scene(path if path.suffix.lower() != ".toml" else folder, manifest, resolved, owner, flow, findings)
    scene = _dressed(scene, prepared)
    progress(1.0, "Ready")
    return Draft(
        scene, manifest, lines, types, resolved, nodes, bindings, tuple(findings),
        finder.ignored(), prepared.digest, memory, table.refused,
    )  # fmt: skip


def _scene(
    path: Path,
    manifest: Manifest,
    resolved: Resolved,
    owner: np.ndarray,
    flow: tuple[tuple[str, str], ...],
    findings: Sequence[Notice],
) -> Scene:
    """The scene without its geometry."""
    return Scene(
        path=path,
        name=manifest.name,
        key=resolved.key(),
        assets=tuple(resolved.assets),
        tags=tuple(resolved.tags),
        geometry=None,
        asset_of_node=owner,
        flow=flow,
        namespaces=dict(manifest.namespaces),
        energy=EnergySettings(**manifest.energy.model_dump()),
        kpi_targets=dict(manifest.kpi.targets),
        views=tuple(CameraView(**view.model_dump()) for view in manifest.view),
        notes=tuple(findings),
    )


def _dressed(scene: Scene, prepared: Prepared) -> Scene:
    """The scene with its geometry, in the file's own colours where there are no tags that others could speak of."""
    geometry, key = prepared.geometry, prepared.key
    if not scene.tags:
        geometry, key = geometry and geometry.in_own_colours(), key and f"{key}-own"
    return replace(scene, geometry=geometry, geometry_key=key)


def is_bare(path: Path) -> bool:
    """Whether a geometry file was opened by itself."""
    return path.suffix.lower() in suffixes() and not path.is_dir()


def _named(path: Path) -> str:
    """A scene's name in findings: its folder's, or the bare file's."""
    place = path.absolute()
    return place.name if is_bare(path) or path.is_dir() else place.parent.name


def locate(path: Path) -> tuple[Path, Manifest, Lines]:
    """Folder and manifest of what a person named: a folder, a scene.toml, or a geometry file. Raises SceneError."""
    if path.is_dir():
        path = path / MANIFEST
        if not path.exists():
            raise SceneError(f"the folder has no {MANIFEST}.", str(path.parent), _instead(path.parent))
    if not path.exists():
        raise SceneError("there is no such scene.", str(path), "Check the path.")
    if path.suffix.lower() == ".toml":
        manifest, lines = read_manifest(path)
        return path.parent, manifest, lines
    if path.suffix.lower() not in formats():
        known = ", ".join(sorted(formats()))
        foreign = " Another twin's JSON becomes a scene with 'twinviewer import'." if path.suffix == ".json" else ""
        raise SceneError("this is neither a scene nor a geometry file.", str(path), f"Readable are {known}.{foreign}")
    manifest = Manifest(format=FORMAT, name=path.stem, model=[ModelEntry.model_construct(file=path.name)])
    return path.parent, manifest, Lines("", path.name)


def _instead(folder: Path) -> str:
    """What to do about a folder that is no scene: the geometry in it, if there is any, opens by itself."""
    try:
        files = sorted(f.name for f in folder.iterdir() if f.suffix.lower() in formats())
    except OSError:
        files = []
    if not files:
        return f"A scene folder holds a {MANIFEST}; a geometry file can also be opened by itself."
    more = {1: "", 2: f" or {files[-1]}"}.get(len(files), f" or one of {len(files) - 1} others")
    return f"Open the geometry by itself ({files[0]}{more}), or make a scene of it with 'twinviewer import'."


def model_files(folder: Path, manifest: Manifest, lines: Lines) -> list[ModelFile]:
    """The geometry files of a manifest, which must lie inside the folder. Raises SceneError."""
    models: list[ModelFile] = []
    used: dict[str, int] = {}
    for k, entry in enumerate(manifest.model):
        where = lines.where("model", k, "file")
        file = inside(folder, entry.file, where)
        label = entry.file.replace("#", "_")
        count = used[label] = used.get(label, -1) + 1
        label = f"{label}[{count}]" if count else label
        placement = Placement(label, entry.up, entry.unit, entry.position, entry.rotation_deg, entry.scale)
        models.append(ModelFile(file, placement, where))
    return models


def _prepare(models: Sequence[ModelFile], geometry: bool, cache_dir: Path, progress: Progress) -> Prepared:
    if not models:
        return Prepared((), (), "", merge([])[0] if geometry else None)
    return prepare(models, cache_dir, progress) if geometry else prepare_nodes(models, cache_dir)


def _tables(folder: Path, manifest: Manifest, lines: Lines) -> tuple[list[Row], BindingTable]:
    rows: list[Row] = []
    if manifest.assets is not None:
        table = manifest.assets.table
        file = inside(folder, table, lines.where("assets", "table"))
        rows = read_table(file, table, ("asset",), manifest.assets.sheet)
    name = manifest.bindings.table if manifest.bindings is not None else _BINDINGS
    if manifest.bindings is None and not (folder / name).is_file():
        return rows, BindingTable()
    return rows, read_bindings(inside(folder, name, lines.where("bindings", "table")), name)


def _unused(bindings: dict[tuple[str, str], Binding], resolved: Resolved) -> list[Notice]:
    known = {asset.asset_id for asset in resolved.assets}
    return [
        Notice(
            "warning",
            f"the binding names asset '{asset_id}', which is not there.",
            "Delete the line.",
            b.where,
            "asset",
        )
        for (asset_id, _), b in bindings.items()
        if asset_id not in known
    ]


def _renames(memory: Memory, prepared: Prepared, models: Sequence[ModelFile], cache_dir: Path) -> Renames:
    def current() -> list[NodePrint]:
        geometry = prepared.geometry or prepare(models, cache_dir, lambda fraction, text: None).geometry
        return prints(geometry) if geometry is not None else []

    return memory.renames(prepared.digest, current)


def _renamed(renames: Renames, resolved: Resolved) -> list[Notice]:
    """Tells which assets stand on nodes that carry another name now."""
    findings = []
    for asset in resolved.assets:
        for path in asset.nodes:
            if path in renames.old_names:
                old = renames.old_names[path]
                text = f"the node '{old}' is called '{path}' now; asset '{asset.asset_id}' was kept with it."
                remedy = "Use the new name in tables and rules, then run 'twinviewer check --lock'."
                findings.append(Notice("info", text, remedy, path, "renamed"))
    return findings


def _geometry_notes(prepared: Prepared) -> list[str]:
    """The size of what was read, for units are often wrong, and what was left out."""
    geometry = prepared.geometry
    if geometry is None:
        return list(prepared.notes)
    if len(geometry.points) == 0:
        return ["there are no triangles.", *geometry.notes, *prepared.notes]
    low, high = np.array(prepared.bounds)
    size = high - low
    notes = [f"the scene measures {size[0]:.4g} x {size[1]:.4g} x {size[2]:.4g} m."]
    advice = "If that is wrong, set 'unit' and 'up' of the [[model]]."
    if size.max() > _LARGE_M or size.max() < _SMALL_M:
        notes[0] += f" {advice}"
    if float(np.abs((low + high) / 2).max()) > _FAR_M:
        notes.append("the scene lies far from its origin, which costs precision: move it with 'position'.")
    return [*notes, *geometry.notes, *prepared.notes]
