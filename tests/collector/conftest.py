"""A scene on disk and a server that the tests of the collector share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feeds.servers import ServerProcess, python_server, unused_port
from twinviewer.scene.scene import Scene, load_scene

MANIFEST = """
format = 1
name = "Test"
site = "Site"
[namespaces]
p = "urn:twinviewer:test"
[assets]
table = "assets.csv"
[type.machine]
label = "Machine"
vibration = { group = "2", foundation = "rigid" }
[type.machine.tags.State]
node = "p:s={asset}.State"
role = "state"
states = { 0 = "offline", 1 = "running", 2 = "idle", 6 = "fault" }
[type.machine.tags.Vibration]
node = "p:s={asset}.Vibration"
role = "vibration"
unit = "mm/s"
limits = { high = 2.8, high_high = 4.5 }
[type.machine.tags.Product]
path = "p:Machines/p:{asset}/p:Product"
role = "product"
text = true
"""


@pytest.fixture
def scene_path(tmp_path: Path) -> Path:
    """A scene of two machines without geometry, fitting the test servers."""
    folder = tmp_path / "scene"
    folder.mkdir()
    (folder / "scene.toml").write_text(MANIFEST)
    (folder / "assets.csv").write_text("asset,type,path\nM-0,machine,Line\nM-1,machine,Line\n")
    return folder


@pytest.fixture
def scene(scene_path: Path) -> Scene:
    """The same, loaded."""
    return load_scene(scene_path, geometry=False)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """One server for the tests that do it no harm."""
    with python_server(unused_port()) as process:
        yield process
