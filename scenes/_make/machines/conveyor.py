"""Belt conveyor: side frames, belt over end drums, carrying rollers, drive, sensors, parts on the belt."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, prism_x, prism_y
from scenes._make.sweeps import loft

BELT, TOP, DRUM = 0.84, 0.9, 0.075  # width, height of the belt's upper side, radius of the end drums


def build(length: float, cargo: str = "casting") -> Machine:
    """A conveyor of this length along X, carrying "casting", "sheet" or "carton" parts."""
    m = Machine(f"conveyor-{cargo}-{length:g}")
    _belt(m, length)
    _frame(m, length)
    _rollers(m, length)
    _legs(m, length)
    _drive(m, length)
    _sensors(m, length)
    _cargo(m, length, cargo)
    return m


def _belt(m: Machine, length: float) -> None:
    half, z = length / 2 - DRUM - 0.02, TOP - DRUM
    arc = np.linspace(-np.pi / 2, np.pi / 2, 9)
    right = [(half + DRUM * np.cos(a), z + DRUM * np.sin(a)) for a in arc]
    left = [(-half - DRUM * np.cos(a), z - DRUM * np.sin(a)) for a in arc]
    way = np.array([*right, *left, right[0]])
    rings = [np.column_stack([way[:, 0], np.full(len(way), y), way[:, 1]]) for y in (BELT / 2, -BELT / 2)]
    m.add("Belt", "belt", loft(rings))
    for x in (-half, half):
        m.rod("Belt", "steel", (x, 0, z), DRUM - 0.008, BELT + 0.05, "y", sides=24)


def _frame(m: Machine, length: float) -> None:
    channel = [
        (0, -0.11),
        (0.045, -0.11),
        (0.045, -0.095),
        (0.014, -0.095),
        (0.014, 0.095),
        (0.045, 0.095),
        (0.045, 0.11),
        (0, 0.11),
    ]
    for s in (-1, 1):
        outline = [(s * (BELT / 2 + 0.035 + y), TOP - 0.07 + z) for y, z in channel]
        m.add("Frame", "skin", prism_x(outline, length, 0.003))
        for x in (-length / 2 + 0.095, length / 2 - 0.095):
            bearing = box(0.14, 0.05, 0.12, 0.012).to(x, s * (BELT / 2 + 0.07), TOP - DRUM)
            m.add("Frame", "cast", bearing)
            m.rod("Frame", "steel", (x, s * (BELT / 2 + 0.09), TOP - DRUM), 0.022, 0.05, "y", sides=12)
            fit.bolt_heads(
                m, "Frame", [at(x + d, s * (BELT / 2 + 0.095), TOP - DRUM, rx=-90 * s) for d in (-0.05, 0.05)], 0.009
            )
        rail = box(length - 0.1, 0.02, 0.045, 0.006).to(0, s * (BELT / 2 - 0.01), TOP + 0.1)
        m.add("Guide rail", "steel", rail)
        for x in _spread(length, 1.1):
            m.rod("Guide rail", "steel", (x, s * (BELT / 2 + 0.03), TOP + 0.075), 0.009, 0.12, sides=8)
            m.rod("Guide rail", "black", (x, s * (BELT / 2 + 0.012), TOP + 0.1), 0.014, 0.045, "y", sides=8)
    for x in _spread(length, 1.4):
        m.box("Frame", "trim", (x, 0, TOP - 0.14), (0.05, BELT + 0.08, 0.04), 0.005)


def _spread(length: float, pitch: float) -> np.ndarray:
    count = max(round((length - 0.5) / pitch), 1) + 1
    return np.linspace(-length / 2 + 0.28, length / 2 - 0.28, count)


def _rollers(m: Machine, length: float) -> None:
    """Return rollers under the belt."""
    for x in _spread(length, 1.4):
        m.rod("Rollers", "steel", (x + 0.12, 0, TOP - 2 * DRUM - 0.028), 0.026, BELT + 0.05, "y", 0.004, 12)


def _legs(m: Machine, length: float) -> None:
    pairs = max(round((length - 0.6) / 1.7), 1) + 1
    for x in np.linspace(-length / 2 + 0.32, length / 2 - 0.32, pairs):
        for s in (-1, 1):
            y = s * (BELT / 2 + 0.04)
            m.box("Legs", "trim_dark", (x, y, 0.42), (0.07, 0.05, 0.72), 0.006)
            m.box("Legs", "trim_dark", (x, y, 0.76), (0.16, 0.06, 0.12), 0.006)
            m.rod("Legs", "steel", (x, y, 0.05), 0.012, 0.08, sides=8)
            m.rod("Legs", "black", (x, y, 0.012), 0.05, 0.024, sides=14)
            fit.bolt_heads(m, "Legs", [at(x + d, y + s * 0.03, 0.77, rx=-90 * s) for d in (-0.05, 0.05)], 0.009)
        m.box("Legs", "trim_dark", (x, 0, 0.28), (0.05, BELT + 0.06, 0.05), 0.006)


def _drive(m: Machine, length: float) -> None:
    x, z = length / 2 - 0.55, TOP - 0.3
    m.box("Motor", "trim", (x, -0.28, z), (0.24, 0.22, 0.24), 0.03, 1)
    motor(m, "Motor", at(x, -0.17, z, rx=-90), 0.1, 0.36, "trim", 180)
    m.rod("Motor", "cast", (x, -0.41, z), 0.09, 0.05, "y")
    guard = [(-0.09, -0.09), (0.09, -0.09), (0.5, 0.13), (0.5, 0.3), (0.4, 0.32), (-0.09, 0.12)]
    m.add("Motor", "trim_dark", prism_y(guard, 0.06, 0.01).to(x, -BELT / 2 - 0.11, z))
    fit.warning_plate(m, "Motor", at(x + 0.12, -BELT / 2 - 0.14, z + 0.05), 0.09)
    m.box("Motor", "trim", (x - 0.4, -BELT / 2 - 0.12, z + 0.02), (0.26, 0.1, 0.3), 0.012)
    fit.emergency_stop(m, "Motor", at(x - 0.34, -BELT / 2 - 0.17, z + 0.1, rx=90))
    for k, lamp in enumerate(("lamp_green", "white")):
        m.rod("Motor", lamp, (x - 0.46, -BELT / 2 - 0.175, z + 0.11 - 0.08 * k), 0.018, 0.016, "y", sides=12)


def _sensors(m: Machine, length: float) -> None:
    for x in (-length / 2 + 0.5, length / 2 - 0.4):
        for s in (-1, 1):
            m.box("Sensors", "trim_dark", (x, s * (BELT / 2 + 0.075), TOP + 0.07), (0.03, 0.012, 0.3), 0.003)
            m.box("Sensors", "black", (x, s * (BELT / 2 + 0.055), TOP + 0.19), (0.035, 0.05, 0.07), 0.006)
            m.add("Sensors", "red", cylinder(0.011, 0.006, 0, 10), at(x, s * (BELT / 2 + 0.028), TOP + 0.2, rx=90))


def _cargo(m: Machine, length: float, cargo: str) -> None:
    pitch = {"casting": 0.62, "sheet": 0.95, "carton": 1.05}[cargo]
    count = max(int((length - 0.6) / pitch), 1)
    gaps = {3, 7, 8}
    for k in range(count):
        if k % 9 in gaps and count > 3:
            continue
        x = (k + 0.5 - count / 2) * pitch
        if cargo == "casting":
            _casting(m, x)
        elif cargo == "sheet":
            m.box("Parts", "steel", (x, 0, TOP + 0.012), (0.62, 0.5, 0.02), 0.006)
            m.box("Parts", "steel", (x, 0, TOP + 0.04), (0.4, 0.3, 0.05), 0.02)
        else:
            m.box("Parts", "card", (x, 0, TOP + 0.16), (0.5, 0.44, 0.32), 0.008)
            m.box("Parts", "tape", (x, 0, TOP + 0.16), (0.503, 0.05, 0.323), 0.002)


def _casting(m: Machine, x: float) -> None:
    m.box("Parts", "cast", (x, 0, TOP + 0.03), (0.26, 0.26, 0.06), 0.01)
    m.rod("Parts", "cast", (x, 0, TOP + 0.1), 0.09, 0.1, sides=20)
    m.rod("Parts", "steel", (x, 0, TOP + 0.152), 0.06, 0.012, sides=20)
    fit.bolts(m, "Parts", at(x, 0, TOP + 0.06), 0.125, 4, 0.012)
