"""What the tests of the maintenance panel share: made-up plans and cards, and what a window shows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.maintenance.condition.detectors import FIGURES, OWN_BASELINE
from twinviewer.maintenance.plan_results import Cost, Load, Plan, PlannedJob
from twinviewer.maintenance.results import (
    BackTest,
    Card,
    Cause,
    Choice,
    Detection,
    EnergyDrift,
    Moved,
    Readiness,
    Risk,
    Similar,
)
from twinviewer.model.state import Zone
from twinviewer.panels._maint_edit import HOUR_NS

HALL = Path("scenes/assembly-hall")
START = fake.NOW // HOUR_NS * HOUR_NS
WAIT_MS = 60_000
NAN = float("nan")


def settled(qtbot: QtBot, b: Any) -> None:
    """Wait until nothing runs beside the window."""
    qtbot.waitUntil(lambda: not b.actions.jobs.running, timeout=WAIT_MS)


def job(name: str, asset: str, hour: int, hours: int = 2, people: int = 1, **changes: Any) -> PlannedJob:
    begin = START + hour * HOUR_NS
    made = PlannedJob(
        name, asset, f"Work on {asset}", "preventive", begin, begin + hours * HOUR_NS, "Mechanics", people, "due",
        "", START, 0, False, False,
    )  # fmt: skip
    return replace(made, **changes)


def plan_of(*jobs: PlannedJob, hours: int = 672) -> Plan:
    busy = np.zeros(hours, np.int64)
    for j in jobs:
        first = (j.start_ns - START) // HOUR_NS
        busy[first : first + (j.end_ns - j.start_ns) // HOUR_NS] += j.people
    cost = Cost(1, 2, 3, 4, 5, 6, 7, 0.5)
    crews = (Load("Mechanics", busy, np.full(hours, 2)),)
    return Plan(START, hours, jobs, cost, 15.0, 0.25, {"run_to_failure": cost, "plan": cost}, crews, (), ())


def show(b: Any, plan: Plan) -> None:
    b.panel.planning.plan = plan
    b.panel.planning.show()
    b.panel.show_page("plan")


def buttons_shown(panel: Any) -> set[str]:
    return {name for name, item in panel.buttons.items() if item.isVisible()}


def card_of(asset_id: str, **changes: Any) -> Card:
    cause = Cause("VIB", "Rolling bearing wear", "bearing", 0.8, ("envelope",), ("load",), "Replace", "It seizes", "m",
                  2, 6, "set, bearing")  # fmt: skip
    moved = Moved(f"{asset_id}.Vibration", "Vibration", "mm/s", 3.8, 1.6, 91.0, START - 50 * HOUR_NS, "at 70 % load")
    energy = EnergyDrift(3.2, 2.9, 3.5, 0.04, 19_600.0, 3_700.0, 7_400.0, True)
    spoke = Detection(moved.tag, "Vibration", OWN_BASELINE, moved.since_ns, START - 2 * HOUR_NS, FIGURES[OWN_BASELINE])
    changes = {"detections": (spoke,), **changes}
    changes = {"energy": energy, "change_mm_s": 1.9, "changed_ns": START - 20 * HOUR_NS, **changes}
    time_ns = START - np.arange(20)[::-1] * HOUR_NS
    ahead = START + np.arange(10) * 12 * HOUR_NS
    fit = np.linspace(0.6, 0, 10)
    tests = tuple(BackTest(START - k * 10 * HOUR_NS, 3.0, 2.0, 4.0, 3.5 if k > 4 else NAN) for k in range(6, 0, -1))
    card = Card(
        asset_id, START, "degradation", "Vibration climbs", Zone.C, 0.6, START - 15 * HOUR_NS, 6.0, 4.0, 9.0, False,
        8.0, (Risk(7, 0.4, 0.2, 0.6), Risk(30, 0.9, 0.8, 0.99)), 1200.0, Readiness(True, (), 30, 0, 0, 0, 60), (moved,),
        (cause,), (Choice("now", "now", START, 0.0, 900.0), Choice("not_at_all", "not at all", START, 0.9, 9000.0)),
        (Similar("CMP-322", START - 9000 * HOUR_NS, 0.8, 5.0),), tests, (), time_ns, np.linspace(1, 0.6, 20), ahead,
        fit, fit * 0.9, fit * 1.1,
    )  # fmt: skip
    return replace(card, **changes)


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()
