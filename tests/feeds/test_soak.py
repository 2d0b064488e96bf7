"""Minutes of faults in random order: the feed always comes back, counts go on, and memory stays where it is."""

import os
import random
import time
from collections.abc import Callable

import psutil
import pytest

from tests.feeds.live import scene_for_server, until_up, value_of, watching
from tests.feeds.servers import Proxy, python_server, until
from twinviewer.model.connection import Link

MINUTES = 3


@pytest.mark.soak
@pytest.mark.timeout(60 * MINUTES + 120)
def test_it_always_comes_back(free_port: int, proxy: Callable[[int], Proxy]):
    rng = random.Random(1)
    line = proxy(free_port)
    scene = scene_for_server(counter=True)
    process = psutil.Process(os.getpid())
    with python_server(free_port, "--count-every", "0.02") as server, watching(scene, line.url) as pipeline:
        until_up(pipeline)
        begun, faults, early = time.monotonic(), 0, 0
        while time.monotonic() - begun < 60 * MINUTES:
            fault = rng.choice(["cut", "clog", "stop"])
            {"cut": line.cut, "clog": line.clog, "stop": server.stop}[fault]()
            time.sleep(rng.uniform(0.0, 3.0))
            {"cut": line.open, "clog": line.open, "stop": server.resume}[fault]()
            faults += 1
            until(lambda: pipeline.connection().link is Link.CONNECTED, 20, f"connected after {fault}")
            before = value_of(pipeline, "counter")
            until(lambda before=before: value_of(pipeline, "counter") > before, 20, f"values after {fault}")
            if faults == 10:
                early = process.memory_info().rss
        assert faults > 20
        assert pipeline.connection().reconnects > 10
        assert process.memory_info().rss - early < 20_000_000
