"""One module = one extension: finds them, for the program, its tests and its installer alike."""

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

DEMO = "assembly-hall"  # the folder of the shipped scene that the demo opens


def names_of(package: str) -> list[str]:
    """Names of the modules directly inside `package`, sorted, without private ones; nothing is imported but it."""
    paths = importlib.import_module(package).__path__
    return sorted(m.name for m in pkgutil.iter_modules(paths) if not m.name.startswith("_"))


def modules_of(package: str) -> dict[str, ModuleType]:
    """The modules directly inside `package`, by name, imported."""
    return {name: importlib.import_module(f"{package}.{name}") for name in names_of(package)}


def shipped(name: str) -> Path:
    """The folder `name` ("resources" or "scenes") that comes with twinviewer.

    Beside the package in a checkout, under share/twinviewer when installed; the first of the two that exists.
    """
    places = (Path(__file__).resolve().parents[1] / name, Path(sys.prefix) / "share" / "twinviewer" / name)
    return next((place for place in places if place.is_dir()), places[0])
