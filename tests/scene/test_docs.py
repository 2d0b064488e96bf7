"""What is published about scenes is what the program does."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from twinviewer.discovery import shipped
from twinviewer.scene import manifest
from twinviewer.scene.overrides import STATE_NAMES
from twinviewer.scene.scene import load_scene
from twinviewer.scene.schema import FILE, schema_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "engineers.md").read_text(encoding="utf-8")
ENTRIES = [kind for kind in vars(manifest).values() if isinstance(kind, type) and issubclass(kind, BaseModel)]


def test_the_published_schema_is_current() -> None:
    """If not: python -m twinviewer.scene.schema."""
    assert (shipped("resources") / FILE).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.__name__)
def test_every_key_is_described_and_on_the_page(entry: type[BaseModel]) -> None:
    for name, field in entry.model_fields.items():
        assert field.description, name
        assert re.search(rf"(?<![a-z_]){name}(?![a-z_])", PAGE), name


def test_every_role_and_state_is_on_the_page() -> None:
    for word in (*filter(None, manifest.ROLES), *STATE_NAMES):
        assert re.search(rf"(?<![a-z_]){word}(?![a-z_])", PAGE), word


def test_the_small_scene_on_the_page_opens(tmp_path: Path, cache_dir: Path) -> None:
    text = PAGE.split("## A small scene")[1].split("```toml\n")[1].split("```")[0]
    (tmp_path / "scene.toml").write_text(text, encoding="utf-8")
    source = ROOT / "scenes" / "pump-skid" / "skid.glb"
    (tmp_path / "skid.glb").write_bytes(source.read_bytes())
    scene = load_scene(tmp_path, cache_dir=cache_dir)
    assert scene.assets
    assert scene.tags


@pytest.mark.parametrize("name", ["assembly-hall", "pump-skid"])
def test_shipped_scenes_are_clean(name: str, cache_dir: Path) -> None:
    from twinviewer.scene.draft import read_draft
    from twinviewer.scene.lint import lint

    draft = read_draft(ROOT / "scenes" / name, cache_dir=cache_dir)
    assert [f.text for f in lint(draft, ("status", "vibration", "energy")) if f.level != "info"] == []
