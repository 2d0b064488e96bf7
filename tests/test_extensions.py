"""Every file in a folder of extensions keeps the contract of that folder; a new one is tested by being there."""

import argparse
import importlib
import importlib.util
import inspect
from collections.abc import Callable
from types import ModuleType

import pytest

from twinviewer import discovery


def found() -> list[tuple[str, str]]:
    """(folder, module name) of every extension of the folders that exist."""
    existing = [folder for folder in CHECKS if importlib.util.find_spec(f"twinviewer.{folder.split('.')[0]}")]
    existing = [folder for folder in existing if importlib.util.find_spec(f"twinviewer.{folder}")]
    named = [(folder, name) for folder in existing for name in discovery.names_of(f"twinviewer.{folder}")]
    return [(folder, name) for folder, name in named if folder != "feeds" or claims_schemes(name)]


def claims_schemes(name: str) -> bool:
    """A live source is a module of `feeds` that claims URL schemes; what sources share lies beside them."""
    return hasattr(importlib.import_module(f"twinviewer.feeds.{name}"), "SCHEMES")


def takes(function: Callable[..., object], *names: str) -> None:
    """`function` can be called with these parameters, by position and in this order."""
    parameters = list(inspect.signature(function).parameters.values())
    assert [p.name for p in parameters[: len(names)]] == list(names)
    further = [p for p in parameters[len(names) :] if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    assert all(p.default is not p.empty for p in further)


def check_cli(module: ModuleType) -> None:
    assert isinstance(module.HELP, str)
    assert module.HELP.strip()
    takes(module.add_arguments, "parser")
    takes(module.run, "args")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    undocumented = [action.dest for action in parser._actions if not action.help]
    assert not undocumented, f"arguments without help: {undocumented}"


def check_colours(module: ModuleType) -> None:
    assert module.__name__.rpartition(".")[2] == module.NAME
    assert module.TITLE.strip()
    assert len(module.KEY) == 1
    takes(module.legend, "frame", "scene", "theme")
    takes(module.colour, "states", "scene", "theme")


def check_feeds(module: ModuleType) -> None:
    assert isinstance(module.SCHEMES, tuple)
    assert module.SCHEMES
    assert all(scheme == scheme.lower() and "://" not in scheme for scheme in module.SCHEMES)
    assert inspect.iscoroutinefunction(module.run)
    takes(module.run, "source", "tags", "put")


def check_panels(module: ModuleType) -> None:
    from PySide6.QtWidgets import QWidget

    assert module.TITLE.strip()
    assert module.AREA in ("left", "right", "bottom", "top", "under")
    assert isinstance(module.ORDER, (int, float))
    assert issubclass(module.Panel, QWidget)
    takes(module.Panel.__init__, "self", "session", "actions")
    takes(module.Panel.on_frame, "self", "frame")
    if hasattr(module.Panel, "on_theme"):
        takes(module.Panel.on_theme, "self", "theme")


def check_scene_formats(module: ModuleType) -> None:
    assert isinstance(module.SUFFIXES, tuple)
    assert module.SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in module.SUFFIXES)
    assert next(iter(inspect.signature(module.read).parameters)) == "path"


CHECKS: dict[str, Callable[[ModuleType], None]] = {
    "cli": check_cli,
    "colours": check_colours,
    "feeds": check_feeds,
    "panels": check_panels,
    "scene.formats": check_scene_formats,
}


@pytest.mark.parametrize(("folder", "name"), found())
def test_a_module_keeps_the_contract_of_its_folder(folder: str, name: str) -> None:
    module = importlib.import_module(f"twinviewer.{folder}.{name}")
    assert module.__doc__, "a module says in one sentence what it owns"
    CHECKS[folder](module)


@pytest.mark.parametrize(
    ("folder", "attribute"),
    [("colours", "KEY"), ("colours", "NAME"), ("feeds", "SCHEMES"), ("scene.formats", "SUFFIXES")],
)
def test_no_two_modules_claim_the_same(folder: str, attribute: str) -> None:
    names = [name for each, name in found() if each == folder]
    claims = [getattr(importlib.import_module(f"twinviewer.{folder}.{name}"), attribute) for name in names]
    single = [item for claim in claims for item in (claim if isinstance(claim, tuple) else (claim,))]
    assert len(single) == len(set(single))
