"""Writes resources/indicators.schema.json, of a line of indicators.jsonl: `python -m twinviewer.kpi.schema`."""

import json
from typing import Any

from twinviewer.discovery import shipped
from twinviewer.kpi.book import INDICATOR, SHIFTS, TARGET

FILE = "indicators.schema.json"


def schema() -> dict[str, Any]:
    """The JSON Schema of one line."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "twinviewer: one line of indicators.jsonl",
        "description": "A version of a target, of one of the scene's own indicators, or of the shifts; the last holds.",
        "type": "object",
        "additionalProperties": False,
        "required": ["kind", "key", "by", "since"],
        "properties": {
            "kind": {"enum": [TARGET, INDICATOR, SHIFTS]},
            "key": _text("The indicator: oee, oee.Line A, energy_per_part, or the own one's name. Empty for shifts."),
            "by": _text("Who set it."),
            "since": {"type": "string", "format": "date-time", "description": "Since when it holds, UTC."},
            "removed": {"type": "boolean", "default": False, "description": "The entry ends here."},
            "label": _text("An own indicator's name as shown."),
            "formula": _text("Over tags and indicators in square brackets: sum([*.Power]) / [rate.Line A]."),
            "unit": _text("Unit as shown."),
            "target": {"type": "number", "description": "In the unit shown; left out: no target."},
            "tile": {"type": "boolean", "default": True, "description": "An own indicator is shown as a tile."},
            "starts": {
                "type": "array",
                "items": {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{1,2}$"},
                "description": "When shifts begin, local time; left out: 06:00, 14:00, 22:00.",
            },
        },
    }


def _text(description: str) -> dict[str, str]:
    return {"type": "string", "description": description}


def schema_text() -> str:
    """The JSON Schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (shipped("resources") / FILE).write_text(schema_text(), encoding="utf-8")
