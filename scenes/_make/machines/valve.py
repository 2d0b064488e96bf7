"""Control valve with diaphragm actuator and positioner, in a pipe along X."""

from __future__ import annotations

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gauge
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, revolve
from scenes._make.sweeps import pipe

AXIS, HALF, BORE = 1.3, 0.3, 0.06


def build() -> Machine:
    """The valve on its stand; the pipe's middle is 1.3 m above the floor, its flanges 0.3 m left and right."""
    m = Machine("valve")
    _body(m)
    _yoke(m)
    _actuator(m)
    _stand(m)
    return m


def _body(m: Machine) -> None:
    body = [
        (0, -0.27),
        (0.062, -0.27),
        (0.07, -0.16),
        (0.12, -0.07),
        (0.12, 0.07),
        (0.07, 0.16),
        (0.062, 0.27),
        (0, 0.27),
    ]
    m.add("Body", "skin", revolve(body, 26, 50), at(0, 0, AXIS, ry=90))
    for s in (-1, 1):
        flange_pair(m, "Body", at(s * (HALF - 0.01), 0, AXIS, ry=90), BORE)
    m.add(
        "Body",
        "skin",
        revolve(
            [(0, 0), (0.1, 0), (0.1, 0.12), (0.14, 0.125), (0.14, 0.16), (0.06, 0.18), (0.06, 0.24), (0, 0.24)], 26
        ),
        at(0, 0, AXIS),
    )
    fit.bolts(m, "Body", at(0, 0, AXIS + 0.16), 0.12, 8, 0.012)


def _yoke(m: Machine) -> None:
    for s in (-1, 1):
        m.box("Yoke", "trim_dark", (0, s * 0.075, AXIS + 0.38), (0.04, 0.03, 0.3), 0.006)
    m.rod("Yoke", "chrome", (0, 0, AXIS + 0.38), 0.014, 0.32, sides=14)
    m.box("Yoke", "red", (0, -0.02, AXIS + 0.4), (0.05, 0.012, 0.012), 0.002)
    m.box("Yoke", "white", (0.0, -0.095, AXIS + 0.4), (0.05, 0.006, 0.16), 0.002)


def _actuator(m: Machine) -> None:
    z = AXIS + 0.53
    head = [
        (0, 0),
        (0.1, 0),
        (0.2, 0.04),
        (0.235, 0.075),
        (0.25, 0.08),
        (0.25, 0.11),
        (0.235, 0.115),
        (0.2, 0.15),
        (0.1, 0.2),
        (0.06, 0.215),
        (0.06, 0.25),
        (0, 0.25),
    ]
    m.add("Actuator", "skin", revolve(head, 36), at(0, 0, z))
    fit.bolts(m, "Actuator", at(0, 0, z + 0.11), 0.238, 14, 0.009)
    m.add("Positioner", "trim", box(0.1, 0.16, 0.16, 0.02, 1).to(0.14, 0, AXIS + 0.38))
    m.add("Positioner", "screen", box(0.006, 0.08, 0.05, 0.002).to(0.192, 0, AXIS + 0.41))
    gauge(m, "Positioner", at(0.14, -0.08, AXIS + 0.34, rx=90) @ at(rx=-90), 0.025)
    m.add(
        "Positioner",
        "copper",
        pipe([(0.14, 0.06, AXIS + 0.46), (0.14, 0.06, z + 0.02), (0.16, 0.02, z + 0.06)], 0.007, 0.03, 8, steps=3),
    )


def _stand(m: Machine) -> None:
    m.add("Stand", "trim_dark", cylinder(0.03, AXIS - 0.14, 0.004, 14).to(z=(AXIS - 0.14) / 2 + 0.02))
    m.box("Stand", "trim_dark", (0, 0, 0.012), (0.26, 0.26, 0.024), 0.005)
    m.box("Stand", "trim_dark", (0, 0, AXIS - 0.115), (0.16, 0.12, 0.03), 0.006)
