"""Material flow between assets from patterns in order."""

import itertools
from collections.abc import Sequence

from twinviewer.model.notice import Notice
from twinviewer.scene.globs import glob
from twinviewer.scene.manifest import FlowEntry
from twinviewer.scene.toml_lines import Lines


def resolve_flow(
    entries: Sequence[FlowEntry], asset_ids: Sequence[str], lines: Lines
) -> tuple[tuple[tuple[str, str], ...], list[Notice]]:
    """All (upstream, downstream) pairs, each once, and what did not match. Raises SceneError on bad patterns."""
    known = set(asset_ids)
    pairs: dict[tuple[str, str], None] = {}
    findings: list[Notice] = []
    for k, entry in enumerate(entries):
        where = lines.where("flow", k, "path")
        stages = []
        for pattern in entry.path:
            stage = _stage(pattern, asset_ids, known, where)
            if not stage:
                text = f"the flow names '{pattern}', but there is no such asset."
                findings.append(Notice("error", text, "Correct the name, or add the asset.", where, "flow"))
            stages.append(stage)
        for before, after in itertools.pairwise(stages):
            pairs.update({(a, b): None for a in before for b in after if a != b})
    return tuple(pairs), findings


def _stage(pattern: str, asset_ids: Sequence[str], known: set[str], where: str) -> list[str]:
    if pattern in known:
        return [pattern]
    compiled = glob(pattern, where)
    return [] if compiled.is_plain else [asset_id for asset_id in asset_ids if compiled.match(asset_id) is not None]
