"""Pipes between tanks, pumps, compressors and chiller, the pipe bridge, cable trays, switch cabinets."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gate_valve
from scenes._make.layout import UTILITIES, Placed
from scenes._make.machine import Machine
from scenes._make.machines import ahu, chiller, compressor, pump, tank
from scenes._make.mesh import at
from scenes._make.solids import box, ring
from scenes._make.sweeps import pipe

BRIDGE_Y, BRIDGE_Z = 26.4, 3.5
WATER_Y, COLD_Y, AIR_Y = 26.15, 26.4, 26.65
BRIDGE_X = (2.6, 41.0)
WALL_Y, WALL_Z = 32.9, 4.1
TRAY_Z = 3.0
TRAYS = ((10.0, (5.2, 10.85, 15.45, 20.8, 26.0, 30.8, 36.0, 42.7)), (20.35, (25.7, 30.6, 36.4, 41.8, 45.2)))


def services() -> Machine:
    """All lines of the hall."""
    m = Machine("services")
    _bridge(m)
    _headers(m)
    tanks = [p for p in UTILITIES if p.kind == "tank"]
    pumps = [p for p in UTILITIES if p.kind == "pump"]
    for t, p in zip(tanks, pumps, strict=True):
        _suction(m, t, p)
        _discharge(m, p)
        _filling(m, t)
    for p in UTILITIES:
        if p.kind == "compressor":
            _air(m, p)
        elif p.kind == "chiller":
            _cold_water(m, p)
        elif p.kind == "ahu":
            _coil_lines(m, p)
    _trays(m)
    _cabinets(m)
    return m


def _bridge(m: Machine) -> None:
    for x in np.linspace(BRIDGE_X[0] + 0.4, BRIDGE_X[1] - 0.4, 7):
        x = float(x)
        m.box("Pipe bridge", "column", (x, BRIDGE_Y, BRIDGE_Z / 2 - 0.06), (0.14, 0.14, BRIDGE_Z - 0.16), 0.012)
        m.box("Pipe bridge", "column", (x, BRIDGE_Y, 0.012), (0.32, 0.32, 0.024), 0.005)
        m.box("Pipe bridge", "column", (x, BRIDGE_Y, BRIDGE_Z - 0.13), (0.1, 0.9, 0.1), 0.01)
        m.box("Pipe bridge", "column", (x, BRIDGE_Y - 0.4, BRIDGE_Z + 0.16), (0.06, 0.06, 0.5), 0.006)
        m.box("Pipe bridge", "column", (x, BRIDGE_Y - 0.2, BRIDGE_Z + 0.42), (0.06, 0.48, 0.05), 0.006)
        for y, r in ((WATER_Y, 0.1), (COLD_Y, 0.085), (AIR_Y, 0.065)):
            m.add("Pipe bridge", "steel", ring(r + 0.012, r - 0.004, 0.03).at(at(x, y, BRIDGE_Z, ry=90)))
    _ladder_tray(m, BRIDGE_X[0], BRIDGE_X[1], BRIDGE_Y - 0.22, BRIDGE_Z + 0.5, 0.34)


def _headers(m: Machine) -> None:
    x0, x1 = BRIDGE_X
    m.add(
        "Water header",
        "water",
        pipe(
            [(x0, WATER_Y, BRIDGE_Z), (x1, WATER_Y, BRIDGE_Z), (x1, WATER_Y, 1.0), (x1, WATER_Y, 0.02)], 0.1, 0.25, 22
        ),
    )
    m.add(
        "Cold header",
        "water",
        pipe([(x0 + 22, COLD_Y, BRIDGE_Z), (x1 + 0.5, COLD_Y, BRIDGE_Z), (x1 + 0.5, COLD_Y, 0.02)], 0.08, 0.25, 16),
    )
    m.add(
        "Air header",
        "air",
        pipe([(x0, AIR_Y, BRIDGE_Z), (x1 + 0.9, AIR_Y, BRIDGE_Z), (x1 + 0.9, AIR_Y, 0.02)], 0.06, 0.2, 14),
    )
    m.add("Fill header", "water", pipe([(2.0, WALL_Y, WALL_Z), (40.0, WALL_Y, WALL_Z)], 0.08, sides=16))
    for x in (9.0, 15.5, 22.0, 28.5, 35.0):
        flange_pair(m, "Water header", at(x, WATER_Y, BRIDGE_Z, ry=90), 0.1)
        flange_pair(m, "Air header", at(x + 0.5, AIR_Y, BRIDGE_Z, ry=90), 0.06)
    for x in (12.0, 24.0, 36.0):  # at the columns of the back wall
        m.box("Fill header", "column", (x, WALL_Y + 0.32, WALL_Z - 0.12), (0.1, 0.8, 0.08), 0.008)
        m.add("Fill header", "steel", ring(0.1, 0.075, 0.04).at(at(x, WALL_Y, WALL_Z, ry=90)))
    for x, y in ((x1, WATER_Y), (x1 + 0.5, COLD_Y), (x1 + 0.9, AIR_Y)):
        m.add("Water header", "trim_dark", box(0.36, 0.36, 0.02, 0.004).to(x, y, 0.01))


def _suction(m: Machine, t: Placed, p: Placed) -> None:
    x, y, z = t.x + tank.OUTLET[0], t.y + tank.OUTLET[1], tank.OUTLET[2]
    px, pz = p.x + pump.INLET[0], pump.INLET[2]
    way = [
        (x, y + 0.02, z),
        (x, y - 0.85, z),
        (px - 0.42, y - 0.85, z),
        (px - 0.42, y - 1.3, pz),
        (px - 0.42, p.y, pz),
        (px, p.y, pz),
    ]
    m.add("Suction lines", "water", pipe(way, 0.075, 0.17, 14))
    flange_pair(m, "Suction lines", at(x, y - 0.02, z, rx=90), 0.075)
    m.box("Suction lines", "trim_dark", (px - 0.42, p.y + 0.8, pz / 2 - 0.04), (0.06, 0.06, pz - 0.08), 0.006)
    m.box("Suction lines", "trim_dark", (px - 0.42, p.y + 0.8, 0.008), (0.16, 0.16, 0.016), 0.003)


def _discharge(m: Machine, p: Placed) -> None:
    x, y, z = p.x + pump.OUTLET[0], p.y + pump.OUTLET[1], pump.OUTLET[2]
    m.add("Discharge lines", "water", pipe([(x, y, z - 0.04), (x, y, z + 0.2)], 0.075, sides=14))
    gate_valve(m, "Discharge lines", at(x, y, z + 0.38), 0.075)
    way = [(x, y, z + 0.52), (x, y, BRIDGE_Z), (x, WATER_Y + 0.04, BRIDGE_Z)]
    m.add("Discharge lines", "water", pipe(way, 0.075, 0.2, 14))
    flange_pair(m, "Discharge lines", at(x, y, z + 1.3), 0.075)


def _filling(m: Machine, t: Placed) -> None:
    x, y, z = t.x + tank.INLET[0], t.y + tank.INLET[1], tank.INLET[2]
    way = [(x, y, z - 0.03), (x, y, z + 0.4), (x, WALL_Y, z + 0.4), (x, WALL_Y, WALL_Z)]
    m.add("Filling lines", "water", pipe(way, 0.055, 0.16, 12))
    gate_valve(m, "Filling lines", at(x, y + 1.3, z + 0.4, rx=90) @ at(rz=180), 0.055)


def _air(m: Machine, p: Placed) -> None:
    x, y, z = (a + b for a, b in zip((p.x, p.y, 0.0), compressor.OUTLET, strict=True))
    top = BRIDGE_Z + 0.35
    way = [(x, y, z - 0.04), (x, y, top), (x, AIR_Y, top), (x, AIR_Y, BRIDGE_Z + 0.03)]
    m.add("Air lines", "air", pipe(way, 0.05, 0.15, 12))


def _cold_water(m: Machine, p: Placed) -> None:
    for (dx, dy, z), reach in ((chiller.SUPPLY, 0.25), (chiller.RETURN, 0.55)):
        x, y = p.x + dx, p.y + dy
        up = x - reach
        way = [
            (x + 0.06, y, z),
            (up, y, z),
            (up, y, BRIDGE_Z + 0.3),
            (up, COLD_Y, BRIDGE_Z + 0.3),
            (up, COLD_Y, BRIDGE_Z + 0.04),
        ]
        m.add("Cold lines", "water", pipe(way, 0.07, 0.18, 14))
        gate_valve(m, "Cold lines", at(up, y, 1.5) @ at(rz=-90), 0.07)


def _coil_lines(m: Machine, p: Placed) -> None:
    for x in (p.x - 0.9, p.x - 0.55):
        y = p.y + 1.2
        way = [(x, y, 2.46), (x, y, WALL_Z + 0.25), (x, WALL_Y, WALL_Z + 0.25), (x, WALL_Y, WALL_Z)]
        m.add("Coil lines", "water", pipe(way, 0.035, 0.12, 12))
    x, z = p.x + ahu.DUCT_X, ahu.DUCT_Z
    m.add("Duct collar", "galvanised", ring(0.4, 0.3, 0.5, 32).at(at(x, 33.95, z, rx=90)))
    m.box("Duct collar", "column", (x, 34.125, z), (1.1, 0.16, 1.0), 0.01)


def _ladder_tray(m: Machine, x0: float, x1: float, y: float, z: float, width: float) -> None:
    """A cable ladder along X with cables in it."""
    for s in (-1, 1):
        m.box("Cable trays", "galvanised", ((x0 + x1) / 2, y + s * width / 2, z), (x1 - x0, 0.02, 0.09), 0.004)
    for x in np.arange(x0 + 0.2, x1, 0.6):
        m.box("Cable trays", "galvanised", (float(x), y, z - 0.03), (0.04, width, 0.015), 0.002)
    for k in range(4):
        cy = y + (k - 1.5) * width * 0.2
        m.box("Cables", "black", ((x0 + x1) / 2, cy, z - 0.005), (x1 - x0 - 0.1, 0.035, 0.03), 0.008)


def _trays(m: Machine) -> None:
    """Trays behind both lines, with posts and drops."""
    for y, posts in TRAYS:
        x0, x1, z = posts[0] - 0.3, posts[-1] + 0.3, TRAY_Z
        m.box("Cable trays", "trim", ((x0 + x1) / 2, y, z), (x1 - x0, 0.26, 0.1), 0.01)
        for x in np.arange(x0 + 2, x1, 2.0):
            m.box("Cable trays", "trim_dark", (float(x), y, z), (0.03, 0.27, 0.11), 0.004)
        for x in posts:
            m.box("Cable trays", "column", (x, y, z / 2 - 0.04), (0.1, 0.1, z - 0.1), 0.01)
            m.box("Cable trays", "column", (x, y, z - 0.07), (0.06, 0.5, 0.05), 0.006)
            m.box("Cable trays", "column", (x, y, 0.01), (0.24, 0.24, 0.02), 0.004)
            m.box("Cable trays", "yellow", (x, y, 0.5), (0.125, 0.125, 0.8), 0.012)


def _cabinets(m: Machine) -> None:
    """The switch room along the back wall and sub-distributions at the lines."""
    for k in range(6):
        fit.cabinet(m, "Switchgear", at(41.0 + 0.82 * k, 33.75), 0.8, 0.5, 2.05, 1 + k % 2)
    for x, y in ((28.2, 9.85), (37.0, 9.85), (33.0, 20.2), (40.6, 20.2)):
        fit.cabinet(m, "Distribution", at(x, y), 0.9, 0.35, 1.8, 2)
