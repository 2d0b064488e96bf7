"""Writes resources/scene.schema.json: `python -m twinviewer.scene.schema`."""

import json

from twinviewer.discovery import shipped
from twinviewer.scene.manifest import schema

FILE = "scene.schema.json"


def schema_text() -> str:
    """The JSON Schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (shipped("resources") / FILE).write_text(schema_text(), encoding="utf-8")
