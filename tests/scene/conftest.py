"""What every test of scenes uses: a cache of its own, and a small line of machines to open."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scene.glb import line
from twinviewer.scene.draft import Draft, read_draft
from twinviewer.scene.scene import Scene, load_scene

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "scenes"

TOML = """\
format = 1
name = "Trial"
site = "Hall 2"
[namespaces]
p = "urn:test"
[[model]]
file = "hall.glb"
[type.machine]
label = "Machine"
station = true
rated_power_kw = 20
vibration = { group = "2", foundation = "rigid" }
[type.machine.tags.State]
node = "p:s={asset}.State"
role = "state"
[type.machine.tags.Vibration]
node = "p:s={asset}.Vibration"
role = "vibration"
unit = "mm/s"
normal = [0.4, 2.0]
limits = { high = 2.8, high_high = 4.5, hysteresis = 0.2, delay_s = 5 }
[type.cnc]
extends = "machine"
label = "CNC centre"
[[asset]]
nodes = "Hall/Line {line}/{asset}"
type = "extras:type"
path = "Machining/Line {line}"
"""


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    """A cache that no other test sees."""
    return tmp_path / "cache"


@pytest.fixture
def load(cache_dir: Path) -> Callable[..., Scene]:
    """`load_scene` with the test's own cache."""
    return lambda path, **more: load_scene(path, cache_dir=cache_dir, **more)


@pytest.fixture
def draft(cache_dir: Path) -> Callable[..., Draft]:
    """`read_draft` with the test's own cache."""
    return lambda path, **more: read_draft(path, cache_dir=cache_dir, **more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene folder with three machines in one line."""
    place = tmp_path / "scene"
    place.mkdir()
    (place / "scene.toml").write_text(TOML, encoding="utf-8")
    line().save(place / "hall.glb")
    return place


def add(folder: Path, text: str) -> None:
    """Append to the scene.toml of a folder."""
    with (folder / "scene.toml").open("a", encoding="utf-8") as file:
        file.write(text)
