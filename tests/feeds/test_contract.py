"""What every live source must have: a new one is tested by lying in twinviewer/feeds."""

import inspect
from types import ModuleType

import pytest

from twinviewer import feeds
from twinviewer.discovery import modules_of
from twinviewer.feeds.source import feed_of

SOURCES = {name: m for name, m in modules_of(feeds.__name__).items() if hasattr(m, "SCHEMES")}


@pytest.mark.parametrize("module", SOURCES.values(), ids=SOURCES)
def test_a_source_names_its_schemes_and_runs(module: ModuleType):
    assert module.__doc__
    assert module.SCHEMES
    assert all(scheme == scheme.lower() and "://" not in scheme for scheme in module.SCHEMES)
    assert inspect.iscoroutinefunction(module.run)
    assert list(inspect.signature(module.run).parameters)[:3] == ["source", "tags", "put"]
    for scheme in module.SCHEMES:
        assert feed_of(f"{scheme}://host:1") is module


def test_no_scheme_belongs_to_two_sources():
    schemes = [scheme for module in SOURCES.values() for scheme in module.SCHEMES]
    assert len(schemes) == len(set(schemes))
    assert "opc.tcp" in schemes
