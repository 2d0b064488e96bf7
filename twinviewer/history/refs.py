"""Where a slice of time lies: in a stream, or in row groups of a compacted hour, as the hour's own index says."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinviewer.history.files import DAMAGED
from twinviewer.history.layout import SAMPLES, Part
from twinviewer.model.errors import RecordingError


@dataclass(frozen=True, slots=True)
class SliceRef:
    """Where a slice lies. `part` is None for a stream; `keyframe` is a row group, -1: empty.

    `group` is its first row group of samples, `groups` int32 (k, 2) the first and last tag of each.
    """

    number: int
    first_ns: int
    last_ns: int
    part: Part | None = None
    group: int = 0
    keyframe: int = -1
    groups: np.ndarray | None = None


def refs_of(part: Part, index: bytes | None) -> list[SliceRef]:
    """The slices of a compacted hour. Raises RecordingError for an index that is missing or damaged."""
    name = f"{SAMPLES}/{part.name}"
    if index is None:
        raise RecordingError("the file has no index of its slices", name, DAMAGED)
    try:
        return [_ref(part, entry) for entry in json.loads(index)]
    except (ValueError, KeyError, TypeError) as error:
        raise RecordingError("the index of slices is damaged", name, DAMAGED) from error


def _ref(part: Part, entry: dict[str, Any]) -> SliceRef:
    groups = np.array(entry["tags"], np.int32).reshape(-1, 2)
    return SliceRef(
        entry["slice"], entry["first_ns"], entry["last_ns"], part, entry["group"], entry["keyframe"], groups
    )
