"""The shipped scenes as they lie in the project, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinviewer.scene.scene import Scene, load_scene

SCENES = Path(__file__).resolve().parents[2] / "scenes"
NAMES = ("assembly-hall", "pump-skid")


@pytest.fixture(scope="session", params=NAMES)
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Each shipped scene with its geometry."""
    return load_scene(SCENES / request.param, cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The assembly hall with its geometry."""
    return load_scene(SCENES / "assembly-hall", cache_dir=tmp_path_factory.mktemp("hall-cache"))
