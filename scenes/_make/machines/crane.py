"""Double-girder overhead crane; its origin is on the floor under the middle of the bridge."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, prism_x, prism_y, revolve, ring
from scenes._make.sweeps import loft, pipe

SPAN, RAIL = 9.4, 6.2  # between the runway rails, height of their heads
TROLLEY_Y, HOOK = 0.9, 5.35


def build() -> Machine:
    """The bridge travels along X; its girders lie along Y."""
    m = Machine("crane")
    _end_trucks(m)
    _girders(m)
    _walkway(m)
    _trolley(m)
    _hook(m)
    _pendant(m)
    return m


def _end_trucks(m: Machine) -> None:
    for s in (-1, 1):
        y = s * SPAN / 2
        outline = [(-1.25, 0.06), (1.25, 0.06), (1.25, 0.26), (1.05, 0.4), (-1.05, 0.4), (-1.25, 0.26)]
        m.add("End trucks", "skin", prism_y([(x, RAIL + 0.05 + z) for x, z in outline], 0.3, 0.015).to(0, y))
        for x in (-0.95, 0.95):
            m.rod("End trucks", "steel", (x, y, RAIL + 0.13), 0.13, 0.09, "y", sides=24)
            m.rod("End trucks", "trim_dark", (x, y + s * 0.16, RAIL + 0.2), 0.1, 0.05, "y", sides=18)
        for x in (-1.3, 1.3):
            m.rod("End trucks", "rubber", (x, y, RAIL + 0.24), 0.06, 0.1, "x", sides=16)
        motor(m, "End trucks", at(0.95, y - s * 0.16, RAIL + 0.26, rx=90 * s), 0.09, 0.32, "trim", 90)


def _girders(m: Machine) -> None:
    half = SPAN / 2
    z = RAIL + 0.4
    for x in (-0.62, 0.62):
        side = [
            (-half - 0.1, z),
            (-half + 0.5, z - 0.3),
            (half - 0.5, z - 0.3),
            (half + 0.1, z),
            (half + 0.1, z + 0.14),
            (-half - 0.1, z + 0.14),
        ]
        m.add("Girders", "skin", prism_x(side, 0.24, 0.014).to(x))
        m.box("Girders", "steel", (x, 0, z + 0.16), (0.05, SPAN - 0.3, 0.04), 0.006)
        for y in np.linspace(-half + 0.9, half - 0.9, 7):
            for s in (-1, 1):
                m.box("Girders", "trim", (x + s * 0.125, float(y), z - 0.07), (0.012, 0.05, 0.4), 0.003)
        for y in (-half + 0.25, half - 0.25):
            m.box("Girders", "dark", (x, y, z + 0.24), (0.14, 0.1, 0.14), 0.012)
    fit.hazard_stripe(m, "Girders", at(-0.742, 0, z - 0.08, rz=-90), 3.2, 0.16)


def _walkway(m: Machine) -> None:
    x, z, half = 0.98, RAIL + 0.5, SPAN / 2 - 0.2
    m.box("Walkway", "trim_dark", (x, 0, z), (0.44, 2 * half, 0.03), 0.004)
    for level in (0.45, 0.9):
        m.add("Walkway", "yellow", pipe([(x + 0.2, -half, z + level), (x + 0.2, half, z + level)], 0.016, sides=8))
    for y in np.linspace(-half, half, 8):
        m.rod("Walkway", "yellow", (x + 0.2, float(y), z + 0.45), 0.016, 0.9, sides=8)
    m.box("Cabinet", "trim", (x, -half + 0.7, z + 0.42), (0.34, 0.9, 0.8), 0.014)


def _trolley(m: Machine) -> None:
    y, z = TROLLEY_Y, RAIL + 0.6
    for dx in (-0.62, 0.62):
        m.box("Trolley", "trim_dark", (dx, y, z + 0.14), (0.16, 1.3, 0.2), 0.016)
        for dy in (-0.45, 0.45):
            m.rod("Trolley", "steel", (dx, y + dy, z + 0.06), 0.09, 0.08, "x", sides=20)
    for dy in (-0.5, 0.5):
        m.box("Trolley", "trim_dark", (0, y + dy, z + 0.16), (1.3, 0.14, 0.16), 0.012)
    m.rod("Hoist", "trim", (0, y, z + 0.42), 0.24, 0.8, "x", 0.01, 32)
    for x in np.linspace(-0.32, 0.32, 9):
        m.add("Hoist", "steel", ring(0.252, 0.235, 0.034, 24).at(at(float(x), y, z + 0.42, ry=90)))
    for x in (-0.45, 0.45):
        m.box("Hoist", "trim_dark", (x, y, z + 0.38), (0.08, 0.5, 0.42), 0.014)
    motor(m, "Hoist", at(0.5, y, z + 0.42, ry=90), 0.16, 0.5, "trim", 180)
    m.box("Hoist", "trim", (-0.62, y, z + 0.42), (0.26, 0.36, 0.36), 0.03, 1)


def _hook(m: Machine) -> None:
    y, top = TROLLEY_Y, RAIL + 0.9
    for x in (-0.12, -0.04, 0.04, 0.12):
        m.rod("Hook", "steel", (x, y, (top + HOOK + 0.4) / 2), 0.012, top - HOOK - 0.4, sides=8, bevel=0)
    m.box("Hook", "yellow", (0, y, HOOK + 0.3), (0.4, 0.2, 0.36), 0.03)
    for x in (-0.09, 0.09):
        m.rod("Hook", "trim_dark", (x, y, HOOK + 0.42), 0.15, 0.07, "x", 0.008, 24)
    m.add(
        "Hook",
        "trim_dark",
        revolve([(0, 0), (0.05, 0), (0.06, 0.05), (0.06, 0.1), (0, 0.1)], 18),
        at(0, y, HOOK + 0.04),
    )
    rings = []
    angle = np.linspace(0, 2 * np.pi, 15)
    for t in np.linspace(0, 1, 15):
        turn = np.radians(90 - 285 * t)
        thick = 0.03 * (1.15 - 0.75 * t)
        radial, middle = np.array([np.cos(turn), 0, np.sin(turn)]), np.array([0.0, y, HOOK - 0.09])
        centre = middle + 0.1 * radial
        rings.append(centre + thick * (np.outer(np.cos(angle), radial) + np.outer(np.sin(angle), [0, 1.0, 0])))
    m.add("Hook", "steel", loft(rings))


def _pendant(m: Machine) -> None:
    y = TROLLEY_Y - 1.6
    m.add("Pendant", "black", pipe([(-0.75, y, RAIL + 0.3), (-0.75, y, 3.2)], 0.014, sides=8))
    m.box("Pendant", "yellow", (-0.75, y, 3.02), (0.09, 0.07, 0.36), 0.02)
    for k in range(4):
        m.add("Pendant", "black", cylinder(0.02, 0.014, 0.003, 12), at(-0.75, y - 0.04, 2.9 + 0.07 * k, rx=90))
    m.add("Pendant", "red", cylinder(0.024, 0.02, 0.004, 12), at(-0.75, y - 0.042, 3.17, rx=90))
    m.add("Pendant", "dark", box(0.14, 0.14, 0.1, 0.01), at(-0.75, y, RAIL + 0.32))
