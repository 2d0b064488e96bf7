"""Any text as scene.toml or as table: a scene or a SceneError, nothing else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scene.conftest import TOML
from tests.scene.glb import line
from twinviewer.model.errors import SceneError
from twinviewer.scene.scene import Scene, load_scene

WORDS = ["[", "]", "{", "}", '"', "=", "\n", "{asset}", "**", "ns=2;", "nan", "-1", "1e999", "../", "[[asset]]\n"]
PIECES = st.one_of(st.text(max_size=12), st.sampled_from(WORDS))
HEAD = "asset,type,node\n"
TABLES = st.lists(PIECES, max_size=12).map(lambda p: (HEAD + ",".join(p)).encode("utf-8", "surrogatepass"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene folder that each example writes over."""
    folder = tmp_path_factory.mktemp("any")
    line().save(folder / "hall.glb")
    return folder


def opened(place: Path) -> Scene | None:
    """The scene, None where it was refused with a place; any other error fails the test."""
    try:
        return load_scene(place, cache_dir=place / "cache")
    except SceneError as error:
        refusal = error
    assert refusal.where
    return None


@settings(max_examples=100)
@given(st.integers(0, len(TOML) - 1), st.integers(0, 20), PIECES)
def test_a_scene_with_a_slip_of_the_pen(place: Path, at: int, cut: int, text: str) -> None:
    content = TOML[:at] + text + TOML[at + cut :]
    (place / "scene.toml").write_bytes(content.encode("utf-8", "surrogatepass"))
    scene = opened(place)
    if scene is not None:
        assert len({t.name for t in scene.tags}) == len(scene.tags)
        assert len({a.asset_id for a in scene.assets}) == len(scene.assets)


@settings(max_examples=100)
@given(st.one_of(st.binary(max_size=200), TABLES))
def test_any_bytes_as_a_table(place: Path, data: bytes) -> None:
    (place / "scene.toml").write_text(TOML + '[assets]\ntable = "assets.csv"\n')
    for name in ("assets.csv", "bindings.csv"):
        (place / name).write_bytes(data)
        opened(place)
        (place / name).write_text("asset,tag,node\n")
