"""Writes resources/line.schema.json: `python -m twinviewer.simulation.schema`."""

import json

from twinviewer.discovery import shipped
from twinviewer.simulation.line import Line

FILE = "line.schema.json"


def schema_text() -> str:
    """The JSON Schema of line.toml as it is published."""
    schema = Line.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "twinviewer flow model (line.toml)"
    schema["properties"]["$schema"] = {"type": "string"}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (shipped("resources") / FILE).write_text(schema_text(), encoding="utf-8")
