"""Texts with {placeholders}, filled from captures and table columns."""

import re
from collections.abc import Mapping

from twinviewer.model.errors import SceneError

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def fill(template: str, values: Mapping[str, str], where: str) -> str:
    """`template` with {name} replaced; "{{" and "}}" are braces. Raises SceneError on a name that has no value."""
    if "{" not in template and "}" not in template:
        return template

    def replace(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        name = found[1].strip()
        if name not in values:
            known = ", ".join(f"{{{key}}}" for key in sorted(values)) or "none"
            remedy = f"Known here are {known}."
            raise SceneError(f"nothing fills '{{{name}}}' in '{template}'.", where, remedy)
        return values[name]

    return _PLACE.sub(replace, template)
