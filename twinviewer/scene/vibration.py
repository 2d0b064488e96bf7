"""Vibration severity zones by machine group and foundation, from resources/vibration_limits.toml."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from twinviewer.model.errors import SceneError


class _Class(BaseModel):
    model_config = ConfigDict(extra="forbid")
    group: str
    foundation: Literal["rigid", "flexible"]
    title: str = ""
    limits: tuple[Annotated[float, Field(gt=0)], float, float]
    source: str


class _File(BaseModel):
    format: Literal[1]
    classes: list[_Class] = Field(alias="class")


class VibrationTable:
    """Zone boundaries in mm/s RMS by (group, foundation)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            parsed = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
            reason = str(error).splitlines()[0]
            raise SceneError(f"the table of vibration limits cannot be read: {reason}.", str(path)) from None
        self._limits = {(entry.group, entry.foundation): entry.limits for entry in parsed.classes}

    def limits(self, group: str, foundation: str, where: str) -> tuple[float, float, float]:
        """The boundaries A/B, B/C, C/D of a class. Raises SceneError where the class is not in the table."""
        found = self._limits.get((group, foundation))
        if found is None:
            known = ", ".join(f"group {g} {f}" for g, f in sorted(self._limits))
            text = f"there are no vibration limits for group '{group}' on a {foundation} foundation."
            raise SceneError(text, where, f"Known are {known} (in {self._path.name}).")
        return found
