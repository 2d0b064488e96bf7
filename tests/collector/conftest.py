"""A scene on disk and a server that the tests of the collector share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.made import scene_folder
from tests.feeds.servers import ServerProcess, python_server, unused_port
from twinviewer.scene.scene import Scene, load_scene


@pytest.fixture
def scene_path(tmp_path: Path) -> Path:
    """A scene of two machines without geometry, fitting the test servers."""
    return scene_folder(tmp_path / "scene")


@pytest.fixture
def scene(scene_path: Path) -> Scene:
    """The same, loaded."""
    return load_scene(scene_path, geometry=False)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """One server for the tests that do it no harm."""
    with python_server(unused_port()) as process:
        yield process
