"""Canonical node paths: names from the root, "[k]" behind the k-th sibling of the same name, the file before "#"."""

import re

from twinviewer.model.errors import SceneError
from twinviewer.scene.bounds import MAX_NAME, MAX_PATH, MAX_PATHS_TOTAL

# Controls, which move a terminal's cursor or end a text, and those that turn the direction of writing (UAX #9)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """A name out of a file as it may be shown and written anywhere: in one line, without what is not seen."""
    if text.isprintable() or not _UNSEEN.search(text):
        return text.strip()
    return " ".join(_UNSEEN.sub(" ", text).split())


class NodePaths:
    """Hands out unique paths for one file, in the order in which the nodes are met."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._next: dict[str, int] = {}
        self._used: set[str] = set()
        self._letters = 0

    def add(self, parent: str, name: str, place: str = "") -> tuple[str, str]:
        """The path of a node called `name` under the path `parent` ("" at the root), and its cleaned name."""
        name = one_line(name) or "unnamed"
        if len(name) > MAX_NAME:
            raise SceneError(f"a node name has {len(name):,} letters; at most {MAX_NAME} are read.", self._at(place))
        plain = f"{parent}/{name}" if parent else f"{self._label}#{name}"
        if len(plain) > MAX_PATH:
            raise SceneError(f"a node path has more than {MAX_PATH:,} letters.", self._at(place))
        path, k = plain, self._next.get(plain, 0)
        while path in self._used or k:
            if k:
                path = f"{plain}[{k}]"
                if path not in self._used:
                    break
            k += 1
        self._letters += len(path)
        if self._letters > MAX_PATHS_TOTAL:
            raise SceneError("the node names are longer in total than is read.", self._at(place))
        self._used.add(path)
        self._next[plain] = k + 1
        return path, name

    def _at(self, place: str) -> str:
        return f"{self._label}#{place}" if place else self._label


def without_file(path: str) -> str:
    """The part of a canonical path behind "#"."""
    return path.partition("#")[2]
