"""Whole scenes kept from their last reading: the same again, and only while every file is what it was."""

import os
import pickle
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from tests.scene.glb import line
from twinviewer.scene import array_file, draft
from twinviewer.scene.scene import Scene, load_scene

Load = Callable[..., Scene]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Grows by one each time a scene is read rather than taken as it was kept."""
    seen: list[Path] = []
    original = draft.read_draft

    def counted(path: Path, **more: object) -> draft.Draft:
        seen.append(path)
        return original(path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(draft, "read_draft", counted)
    return seen


@pytest.fixture
def old(folder: Path) -> Path:
    """The scene folder, written a while ago."""
    age(folder)
    return folder


def age(folder: Path) -> None:
    for file in folder.iterdir():
        os.utime(file, (1e9, 1e9))


def same(a: Scene, b: Scene) -> bool:
    plain = [f.name for f in fields(Scene) if f.name not in ("geometry", "asset_of_node")]
    return [getattr(a, n) for n in plain] == [getattr(b, n) for n in plain] and np.array_equal(
        a.asset_of_node, b.asset_of_node
    )


def test_the_second_opening_gives_the_same_scene_without_reading(load: Load, old: Path, readings: list[Path]) -> None:
    first, second, third = load(old), load(old), load(old / "scene.toml")
    assert len(readings) == 1
    assert same(first, second)
    assert same(first, third)
    assert second.geometry is not None
    assert first.geometry is not None
    assert np.array_equal(first.geometry.points, second.geometry.points)


@pytest.mark.parametrize("file", ["scene.toml", "hall.glb", "bindings.csv", "scene.lock"])
def test_a_file_that_changed_or_came_is_read(load: Load, old: Path, readings: list[Path], file: str) -> None:
    load(old)
    place = old / file
    if file == "hall.glb":
        line(2).save(place)
    else:
        place.write_text((place.read_text() if place.exists() else "asset,tag,node\n") + "\n")
    age(old)
    load(old)
    assert len(readings) == 2


def test_a_file_that_was_just_written_may_change_again_unseen(load: Load, folder: Path, readings: list[Path]) -> None:
    load(folder)
    load(folder)
    assert len(readings) == 2


def test_without_the_kept_geometry_the_scene_is_read(
    load: Load, old: Path, cache_dir: Path, readings: list[Path]
) -> None:
    load(old)
    for file in cache_dir.glob("*.geometry"):
        file.unlink()
    assert load(old).geometry is not None
    assert len(readings) == 2


def test_what_does_not_belong_into_a_scene_is_not_made(old: Path, cache_dir: Path, readings: list[Path]) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(cache_dir / "made"),)

    first = load_scene(old, cache_dir=cache_dir)
    (entry,) = cache_dir.glob("*.scene")
    found = array_file.load(entry)
    assert found is not None
    arrays, about = found
    array_file.store(entry, {**arrays, "scene": np.frombuffer(pickle.dumps({"name": Evil()}), np.uint8)}, about)
    assert same(first, load_scene(old, cache_dir=cache_dir))
    assert not (cache_dir / "made").exists()
    assert len(readings) == 2
