"""Makes dataclasses out of JSON that may be damaged or foreign: a field of another type is refused, not carried on."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, get_origin, get_type_hints

T = TypeVar("T")


def made(kind: type[T], fields: Mapping[str, Any]) -> T:
    """A dataclass of these fields. Raises TypeError or KeyError for one that is not its own or of another type."""
    kinds = _kinds(kind)
    for name, value in fields.items():
        wanted = kinds[name]
        right = isinstance(value, (int, float) if wanted is float else wanted)
        if not right or (isinstance(value, bool) and wanted is not bool):
            raise TypeError(f"{name} cannot be {value!r}")
    return kind(**fields)


@lru_cache
def _kinds(kind: type) -> dict[str, type]:
    return {name: get_origin(hint) or hint for name, hint in get_type_hints(kind).items()}
