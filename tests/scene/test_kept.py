"""Whole scenes kept from their last reading: the same again, and only while every file is what it was."""

import os
import pickle
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from tests.scene.glb import line
from twinviewer.scene import array_file, draft, kept
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
def old(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scene folder, written and put there a while ago."""
    monkeypatch.setattr(kept, "_YOUNG_NS", -(10**18))
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


def test_what_another_version_kept_is_read_anew(
    load: Load, old: Path, readings: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(old)
    monkeypatch.setattr(kept, "_program", lambda: "another")
    load(old)
    assert len(readings) == 2
    load(old)
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


def test_a_link_that_leads_elsewhere_is_followed(load: Load, old: Path, readings: list[Path]) -> None:
    first = load(old)
    for name in ("hall.glb", "scene.toml"):
        (old / name).rename(old / f"first-{name}")
    line(2).save(old / "second-hall.glb")
    (old / "second-scene.toml").write_text((old / "first-scene.toml").read_text().replace("Trial", "Other"))
    age(old)
    for name in ("hall.glb", "scene.toml"):
        (old / name).symlink_to(f"first-{name}")
    assert same(first, load(old))
    for name in ("hall.glb", "scene.toml"):
        (old / name).unlink()
        (old / name).symlink_to(f"second-{name}")
        readings.clear()
        changed = load(old)
        assert len(readings) == 1
    assert changed.name == "Other"
    assert len(changed.assets) != len(first.assets)


def test_two_folders_that_share_a_manifest_are_two_scenes(load: Load, old: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "scene.toml").symlink_to(old / "scene.toml")
    line(2).save(other / "hall.glb")
    age(other)
    one, two = load(old), load(other)
    assert len(one.assets) != len(two.assets)
    assert (same(one, load(old)), same(two, load(other))) == (True, True)


def test_an_old_file_that_was_just_put_there_is_not_trusted_yet(load: Load, folder: Path, readings: list[Path]) -> None:
    age(folder)  # as copies and archives bring their times along
    load(folder)
    load(folder)
    assert len(readings) == 2


def test_the_program_that_kept_it_is_named_by_all_that_reading_imports() -> None:
    root = Path(kept.__file__).parents[1]
    code = "\n".join(f.read_text(encoding="utf-8") for part in kept._DECIDING for f in (root / part).rglob("*.py"))
    imported = set(re.findall(r"from twinviewer\.(\w+)", code))
    assert imported - {"discovery"} == set(kept._DECIDING)  # which finds modules and decides nothing


def test_where_nothing_is_measured_every_surface_keeps_the_colour_of_its_file(
    load: Load, old: Path, readings: list[Path]
) -> None:
    measured = load(old)
    text = "\n".join(row for row in (old / "scene.toml").read_text().splitlines() if not row.startswith("node = "))
    (old / "scene.toml").write_text(text + "\n", encoding="utf-8")
    age(old)
    bare, read, kept_one = load(old / "hall.glb"), load(old), load(old)
    assert len(readings) == 3, "the last one was kept"
    assert measured.geometry is not None
    assert measured.geometry.skin.all()
    for scene in (bare, read, kept_one):
        assert scene.geometry is not None
        assert not scene.geometry.skin.any()
        assert scene.geometry_key == read.geometry_key != measured.geometry_key, "its picture is another one"
