"""A bare geometry file as the beginning of a scene: one line of the asset table for each of its top-level nodes."""

import tempfile
from pathlib import Path
from typing import Any

from twinviewer.scene.formats import suffixes
from twinviewer.scene.imported import ImportedAsset, ImportedModel, ImportedScene
from twinviewer.scene.names import without_file
from twinviewer.scene.scene import load_scene

TITLE = "geometry files"


def matches(path: Path, data: Any) -> bool:
    """Whether the file can be opened as geometry."""
    return path.suffix.lower() in suffixes()


def read(path: Path, data: Any) -> list[ImportedScene]:
    """The file with its assets as a bare file has them. Raises SceneError."""
    with tempfile.TemporaryDirectory() as cache:
        bare = load_scene(path, geometry=False, cache_dir=Path(cache))
    scene = ImportedScene(path.stem, [ImportedModel(path.name, path)])
    for asset in bare.assets:
        nodes = tuple(without_file(node) for node in asset.nodes)
        scene.assets.append(ImportedAsset(asset.asset_id, asset.type, asset.name, "/".join(asset.path), nodes))
        if asset.type:
            scene.types.setdefault(asset.type, {})
    return [scene]
