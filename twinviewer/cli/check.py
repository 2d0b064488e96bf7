"""`twinviewer check`: what is wrong with a scene, and what to do about it."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import FeedError, SceneError, TwinError
from twinviewer.model.notice import Notice

if TYPE_CHECKING:
    from twinviewer.scene.draft import Draft

HELP = "find what is wrong with a scene: bindings, limits, types, units, names"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli._feed import add_feed_arguments

    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder or geometry file")
    add_feed_arguments(parser)
    parser.add_argument("--against", type=Path, metavar="OLD", help="compare the geometry with an older scene or file")
    parser.add_argument(
        "--lock", action="store_true", help="take the nodes as they are now for the known ones (writes scene.lock)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when clean, 1 with errors or warnings, 2 when the scene or the server cannot be read."""
    from twinviewer.discovery import names_of
    from twinviewer.kpi.live import KpiTracker
    from twinviewer.scene.draft import read_draft
    from twinviewer.scene.lint import counts, lint

    try:
        draft = read_draft(args.scene, follow_renames=not args.lock)
    except TwinError as error:
        return _unreadable(error, args.json)
    silent = False
    try:
        from_server, alive = _ask_server(args, draft) if args.feed else ([], None)
    except FeedError as error:  # what is wrong with the scene is told all the same
        from_server, alive, silent = [Notice("error", error.text, error.remedy, error.where, "feed")], 0, True
    findings = lint(draft, names_of("twinviewer.colours")) + from_server
    bound = sum(1 for asset in draft.scene.assets if asset.tags) if alive is None else alive
    if args.against is not None:
        findings += _against(args.against, draft)
    if args.lock:
        findings += _lock(args.scene, draft)
    findings += _line(args, draft)
    findings += KpiTracker(draft.scene).problems()
    _print(args, draft, findings, bound)
    errors, warnings, _ = counts(findings)
    return 2 if silent else 1 if errors or warnings else 0


def _unreadable(error: TwinError, as_json: bool) -> int:
    """Tells every mistake that keeps the scene from being read."""
    errors = [error, *getattr(error, "others", ())]
    if not as_json:
        for each in errors:
            print(f"twinviewer: {each}", file=sys.stderr)
        return 2
    rows = [{"level": "error", "where": e.where, "text": e.text, "remedy": e.remedy} for e in errors]
    print(json.dumps({"assets": 0, "bound": 0, "triangles": 0, "findings": rows}, ensure_ascii=False))
    return 2


def _line(args: argparse.Namespace, draft: "Draft") -> list[Notice]:
    """Findings of the flow model beside the scene, where there is one."""
    file = args.scene / "line.toml"
    if not file.is_file():
        return []
    from twinviewer.simulation.lint import check_file

    return check_file(file, draft.scene)


def _ask_server(args: argparse.Namespace, draft: "Draft") -> tuple[list[Notice], int]:
    from twinviewer.cli._feed import asked, feed_options
    from twinviewer.feeds.opcua_browse import describe
    from twinviewer.scene.server import compare

    addresses = list(dict.fromkeys(tag.address for tag in draft.scene.tags if tag.derived_from < 0))
    return compare(draft, asked(args.feed, lambda: describe(args.feed, addresses, feed_options(args))))


def _print(args: argparse.Namespace, draft: "Draft", findings: list[Notice], bound: int) -> None:
    from twinviewer.scene.lint import counts

    geometry = draft.scene.geometry
    triangles = len(geometry.triangles) if geometry is not None else 0
    if args.json:
        rows = [
            {"level": f.level, "where": f.where, "text": f.text, "remedy": f.remedy}
            for f in findings
            if f.level != "info"  # remarks are no findings: a scene with remarks alone is clean
        ]
        result = {"assets": len(draft.scene.assets), "bound": bound, "triangles": triangles, "findings": rows}
        print(json.dumps(result, ensure_ascii=False))
        return
    for f in findings:
        print(f"{f.level:<8}{TwinError(f.text, f.where, f.remedy)}")
    errors, warnings, remarks = counts(findings)
    print(f"{_many(len(draft.scene.assets), 'asset')}, {bound:,} bound, {_many(triangles, 'triangle')}.")
    print(f"{_many(errors, 'error')}, {_many(warnings, 'warning')}, {_many(remarks, 'remark')}.")


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _against(old: Path, draft: "Draft") -> list[Notice]:
    from twinviewer.scene.diff import compare_prints, findings, node_prints
    from twinviewer.scene.identity import prints

    geometry = draft.scene.geometry
    changes = compare_prints(node_prints(old), prints(geometry) if geometry is not None else [])
    assets = {path: asset.asset_id for asset in draft.scene.assets for path in asset.nodes}
    return findings(changes, assets)


def _lock(path: Path, draft: "Draft") -> list[Notice]:
    """Write the nodes of `draft`, which followed no renames; a finding instead where assets would lose theirs by it."""
    from twinviewer.scene.draft import read_draft
    from twinviewer.scene.identity import prints

    geometry = draft.scene.geometry
    if draft.memory is None or geometry is None:
        raise SceneError("only a scene folder with geometry can be locked.", str(draft.scene.path))
    bare = {asset.asset_id for asset in draft.scene.assets if not asset.nodes}
    lost = [asset for asset in read_draft(path).scene.assets if asset.asset_id in bare and asset.nodes]
    if lost:
        text = f"scene.lock was not written: {_many(len(lost), 'asset')} would lose the node that is still found by its"
        text += f" old name, such as '{lost[0].asset_id}', whose node is '{lost[0].nodes[0]}' now."
        return [Notice("error", text, "Write the new names into the asset table, then run it again.", "scene.lock")]
    try:
        draft.memory.lock(draft.digest, prints(geometry))
    except OSError as error:
        raise SceneError(f"scene.lock cannot be written: {error.strerror}.", str(draft.scene.path)) from None
    return []
