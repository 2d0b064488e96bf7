"""Patterns over node paths and asset ids: *, ** and {captures}, translated to regular expressions."""

import re
from functools import lru_cache

from twinviewer.model.errors import SceneError

_MAX_WILDCARDS = 12
_MAX_IN_A_STEP = 4  # matching tries all ways to share a step among its wildcards
_MAX_LENGTH = 1_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class Glob:
    """A compiled pattern. `*` and `{name}` match within one step, `**` any number of steps, `?` one letter.

    Square brackets mean themselves: they number equal siblings ("Pump[1]").
    """

    def __init__(self, pattern: str, where: str = "") -> None:
        self.pattern = pattern
        self.captures: tuple[str, ...] = ()
        self._regex = re.compile(self._translate(pattern, where), re.DOTALL)

    def match(self, text: str) -> dict[str, str] | None:
        """The captures where `text` matches as a whole, None where it does not."""
        found = self._regex.fullmatch(text)
        return None if found is None else found.groupdict()

    @property
    def is_plain(self) -> bool:
        """Whether it can match one text only."""
        return not any(c in self.pattern for c in "*?{")

    def _translate(self, pattern: str, where: str) -> str:
        wildcards = sum(pattern.count(c) for c in "*{")
        in_a_step = max(sum(step.count(c) for c in "*{") for step in pattern.split("/"))
        if len(pattern) > _MAX_LENGTH or wildcards > _MAX_WILDCARDS or in_a_step > _MAX_IN_A_STEP:
            raise SceneError(f"the pattern '{pattern[:80]}' has too many wildcards.", where, "Write a simpler one.")
        result, names, k = "", [], 0
        while k < len(pattern):
            rest = pattern[k:]
            if rest.startswith("**/"):
                result, k = result + "(?:.*/)?", k + 3
            elif rest.startswith("/**") and len(rest) == 3:
                result, k = result + "/.*", k + 3
            elif rest.startswith("**"):
                result, k = result + ".*", k + 2
            elif rest[0] == "*":
                result, k = result + "[^/]*", k + 1
            elif rest[0] == "?":
                result, k = result + "[^/]", k + 1
            elif rest[0] == "{":
                name, end = self._capture(rest, pattern, where)
                result += f"(?P={name})" if name in names else f"(?P<{name}>[^/]+?)"
                names.append(name)
                k += end + 1
            else:
                result, k = result + re.escape(rest[0]), k + 1
        self.captures = tuple(dict.fromkeys(names))
        return result

    def _capture(self, rest: str, pattern: str, where: str) -> tuple[str, int]:
        end = rest.find("}")
        name = rest[1:end] if end > 0 else ""
        if not _NAME.match(name):
            text = f"'{{{name}' in the pattern '{pattern}' is not a capture."
            raise SceneError(text, where, "Write {name} with letters, digits and _.")
        return name, end


@lru_cache(maxsize=4096)
def glob(pattern: str, where: str = "") -> Glob:
    """A compiled pattern, kept for the next call. Raises SceneError."""
    return Glob(pattern, where)
