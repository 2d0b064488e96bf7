"""What changed between two exports of a scene's geometry, as sentences."""

from collections.abc import Sequence
from pathlib import Path

from twinviewer.model.notice import Notice
from twinviewer.scene import cache
from twinviewer.scene.draft import locate, model_files
from twinviewer.scene.identity import (
    Changes,
    NodePrint,
    compare,
    exchanges,
    prints,
    relabelled,
    told_exchanges,
    told_renames,
)
from twinviewer.scene.prepare import prepare

_SHORT = "geometry"


def node_prints(path: Path, cache_dir: Path | None = None) -> list[NodePrint]:
    """The prints of all nodes of a scene or geometry file. Raises SceneError."""
    folder, manifest, lines = locate(path)
    models = model_files(folder, manifest, lines)
    if not models:
        return []
    prepared = prepare(models, cache_dir or cache.default_cache_dir(), lambda fraction, text: None)
    return prints(prepared.geometry) if prepared.geometry is not None else []


def compare_files(old: Path, new: Path, cache_dir: Path | None = None) -> Changes:
    """What changed from `old` to `new`; the names of their files do not matter. Raises SceneError."""
    return compare_prints(node_prints(old, cache_dir), node_prints(new, cache_dir))


def compare_prints(old: Sequence[NodePrint], new: Sequence[NodePrint]) -> Changes:
    """As `identity.compare`; an old single file is compared with the model that has most of its nodes."""
    labels = {p.path.partition("#")[0] for p in old}
    if len(labels) != 1:
        return compare(old, new)
    by_label: dict[str, list[NodePrint]] = {}
    for p in new:
        by_label.setdefault(p.path.partition("#")[0], []).append(p)
    plain = {p.path for p in relabelled(old, _SHORT)}

    def common(nodes: Sequence[NodePrint]) -> int:
        return len(plain & {p.path for p in relabelled(nodes, _SHORT)})

    best = max(by_label.values(), key=common, default=[])
    label = best[0].path.partition("#")[0] if best else _SHORT
    return compare(relabelled(old, label), best)


def findings(changes: Changes, asset_on: dict[str, str]) -> list[Notice]:
    """The changes as findings of a lint. `asset_on` names the asset on a node of the new geometry."""
    found = []
    for before, after in told_renames(changes):
        asset = asset_on.get(after.path, "")
        text = f"the node '{before.path}' is called '{after.path}' now" + (f" (asset '{asset}')." if asset else ".")
        remedy = "The asset is still found." if asset else "Check the rules and tables that name it."
        found.append(Notice("warning", text, remedy, after.path, "renamed"))
    found += exchanges(changes)
    for p in changes.lost:
        if p.triangles:
            remedy = "Correct the export, or take its asset out."
            found.append(Notice("warning", f"the node '{p.path}' is gone.", remedy, p.path, "lost"))
    for p in changes.added:
        if p.triangles:
            remedy = "Add it to rules or table if it is an asset."
            found.append(Notice("warning", f"the node '{p.path}' is new.", remedy, p.path, "added"))
    for before, after in changes.moved:
        text = f"the node '{after.path}' moved by {_distance(before, after):.2f} m."
        found.append(Notice("info", text, "", after.path, "moved"))
    for _, after in changes.reshaped:
        found.append(Notice("info", f"the node '{after.path}' has another shape.", "", after.path, "reshaped"))
    return found


def as_dict(changes: Changes) -> dict[str, list]:
    """The changes for a JSON report."""
    return {
        "renamed": [{"old": a.path, "new": b.path} for a, b in told_renames(changes)],
        "exchanged": [[a.path, b.path] for a, b in told_exchanges(changes)],
        "moved": [{"node": b.path, "by_m": round(_distance(a, b), 3)} for a, b in changes.moved],
        "reshaped": [{"node": b.path, "triangles": [a.triangles, b.triangles]} for a, b in changes.reshaped],
        "added": [p.path for p in changes.added],
        "lost": [p.path for p in changes.lost],
    }


def _distance(a: NodePrint, b: NodePrint) -> float:
    return sum((x - y) ** 2 for x, y in zip(a.centre, b.centre, strict=True)) ** 0.5
