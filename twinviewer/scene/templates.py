"""Texts with {placeholders}, filled from captures and table columns."""

import re
from collections.abc import Mapping
from functools import lru_cache

from twinviewer.model.errors import SceneError

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def fill(template: str, values: Mapping[str, str], where: str) -> str:
    """`template` with {name} replaced; "{{" and "}}" are braces. Raises SceneError on a name that has no value."""
    if "{" not in template and "}" not in template:
        return template
    try:
        return "".join([values[text] if is_name else text for text, is_name in _parts(template)])
    except KeyError as error:
        known = ", ".join(f"{{{key}}}" for key in sorted(values)) or "none"
        text = f"nothing fills '{{{error.args[0]}}}' in '{template}'."
        raise SceneError(text, where, f"Known here are {known}.") from None


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, bool], ...]:
    """The template as plain texts and names."""
    parts: list[tuple[str, bool]] = []
    end = 0
    for found in _PLACE.finditer(template):
        parts.append((template[end : found.start()], False))
        is_brace = found[0] in ("{{", "}}")
        parts.append((found[0][0], False) if is_brace else (found[1].strip(), True))
        end = found.end()
    return (*parts, (template[end:], False))
