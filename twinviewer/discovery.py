"""One module = one extension: finds them, for the program, its tests and its installer alike."""

import importlib
import pkgutil
from types import ModuleType


def names_of(package: str) -> list[str]:
    """Names of the modules directly inside `package`, sorted, without private ones; nothing is imported but it."""
    paths = importlib.import_module(package).__path__
    return sorted(m.name for m in pkgutil.iter_modules(paths) if not m.name.startswith("_"))


def modules_of(package: str) -> dict[str, ModuleType]:
    """The modules directly inside `package`, by name, imported."""
    return {name: importlib.import_module(f"{package}.{name}") for name in names_of(package)}
