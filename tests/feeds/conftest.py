"""Servers that several tests share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.feeds import servers


@pytest.fixture(scope="session")
def modules() -> Path:
    """node-opcua's folder; skips where it cannot be had."""
    try:
        return servers.node_modules()
    except servers.Unavailable as error:
        pytest.skip(str(error))


@pytest.fixture
def proxy(free_ports: Callable[[int], list[int]]) -> Iterator[Callable[[int], servers.Proxy]]:
    """`proxy(port)`: a line to the server on that port."""
    made: list[servers.Proxy] = []

    def make(to: int) -> servers.Proxy:
        made.append(servers.Proxy(free_ports(1)[0], to))
        return made[-1]

    yield make
    for each in made:
        each.close()
