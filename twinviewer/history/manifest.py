"""Which scene a recording is of, and which number stands for which tag; numbers never change once given."""

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from twinviewer import __version__
from twinviewer.history.layout import FOLDERS, FORMAT, MANIFEST, README, README_TEXT, TAGS
from twinviewer.history.typed import made
from twinviewer.model.asset import Tag
from twinviewer.model.errors import RecordingError
from twinviewer.scene.scene import Scene


@dataclass(frozen=True, slots=True)
class RecordedTag:
    """One tag as it was recorded; `number` is its value in the column `tag`, `states` what its raw values mean."""

    number: int
    name: str
    asset: str
    key: str
    role: str = ""
    unit: str = ""
    is_text: bool = False
    states: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """`scene_key` is that of the scene recorded last."""

    scene_key: str
    scene_name: str
    tags: tuple[RecordedTag, ...] = ()
    made_with: str = __version__
    format: int = FORMAT

    def with_tags(self, scene: Scene) -> "Manifest":
        """The same with this scene's tags: known names keep their numbers, new ones get the next."""
        number = {tag.name: tag.number for tag in self.tags}
        tags = list(self.tags)
        for tag in scene.tags:
            recorded = _recorded(tag, number.get(tag.name, len(tags)))
            if recorded.number == len(tags):
                tags.append(recorded)
            else:
                tags[recorded.number] = recorded
        return Manifest(scene.key, scene.name, tuple(tags))

    def numbers(self, names: Sequence[str]) -> list[int]:
        """The number of each tag by name, -1 for a name that was never recorded."""
        number = {tag.name: tag.number for tag in self.tags}
        return [number.get(name, -1) for name in names]


def _recorded(tag: Tag, number: int) -> RecordedTag:
    states = {raw: state.name for raw, state in tag.states.items()}
    return RecordedTag(number, tag.name, tag.asset_id, tag.key, tag.role, tag.unit, tag.is_text, states)


def parse(raw: bytes, where: str) -> Manifest:
    """The content of manifest.json. Raises RecordingError."""
    try:
        fields = json.loads(raw)
        found = int(fields["format"])
        if found > FORMAT:
            raise RecordingError(
                f"this recording has format {found}; this twinviewer reads up to {FORMAT}", where, "Update twinviewer."
            )
        tags = tuple(made(RecordedTag, tag) for tag in fields.pop("tags"))
        manifest = made(Manifest, {**fields, "tags": tags})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RecordingError(f"the manifest cannot be read: {error}", where, "Restore it from a copy.") from error
    if [tag.number for tag in tags] != list(range(len(tags))):
        raise RecordingError("the manifest's tags are not numbered in order", where, "Restore it from a copy.")
    return manifest


def write(folder: Path, manifest: Manifest) -> None:
    """Make the folder and what explains it; every file appears whole or not at all. Raises OSError."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(("tag", "name", "asset", "key", "role", "unit"))
    rows.writerows((tag.number, tag.name, tag.asset, tag.key, tag.role, tag.unit) for tag in manifest.tags)
    replace(folder / README, README_TEXT.encode())
    replace(folder / TAGS, table.getvalue().encode())
    replace(folder / MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False).encode())


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
