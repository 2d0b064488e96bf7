"""What the tests of the what-if panel share: a small line on the fake plant, and waiting for its worker."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.panels import whatif
from twinviewer.panels._whatif_found import Figure

WAIT_MS = 60_000
LINE = """
[model]
name = "Two machines"
horizon = "8 h"
[station.saw]
time = "exponential(50 s)"
asset = "CNC-102"
power = { idle = 1, run = 4 }
[station.mill]
time = "exponential(40 s)"
buffer = 6
asset = "CNC-103"
failure = { mtbf = "6 h", mttr = "20 min", crew = "fitters" }
[crew.fitters]
size = 1
[calendar.day]
week = { mon-fri = ["06:00-14:00"] }
[source.orders]
feeds = "saw"
policy = "exponential(60 s)"
[cost]
fixed_per_hour = 40
"""


def opened(bench: Callable[..., Any], qtbot: QtBot, folder: Path, size: tuple[int, int] = (440, 900)) -> Any:
    """A bench whose panel has its first answer."""
    session = fake.make_session(replace(fake.make_scene(), path=folder), past_s=0)
    b = bench(whatif.Panel, session=session, size=size)
    qtbot.waitUntil(lambda: b.panel.results.answer is not None and not b.panel.busy, timeout=WAIT_MS)
    return b


def answered(qtbot: QtBot, panel: Any, act: Callable[[], object]) -> Any:
    """The final answer to what `act` asks."""
    before = panel.results.answer
    act()
    qtbot.waitUntil(lambda: panel.results.answer is not before and not panel.busy, timeout=WAIT_MS)
    return panel.results.answer


def figure(answer: Any, key: str) -> Figure:
    """One row of an answer."""
    return next(f for f in answer.figures if f.key == key)
