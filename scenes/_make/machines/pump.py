"""Centrifugal pump set: spiral casing, bearing frame, coupling under its guard, finned motor, base frame."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import coupling_guard, flange_pair, gauge, motor, motor_feet, vibration_sensor
from scenes._make.machine import Machine
from scenes._make.mesh import Mesh, at
from scenes._make.solids import box, cylinder, prism_x, prism_y, revolve
from scenes._make.sweeps import loft, pipe

AXIS = 0.56  # height of the shaft
CASING_X = -0.62
OUTLET = (CASING_X, 0.0, 1.22)  # where the discharge pipe goes on, upwards
INLET = (-0.98, 0.0, AXIS)  # where the suction pipe goes on, towards -X


def build() -> Machine:
    """The pump set, 2.1 m long, shaft along X."""
    m = Machine("pump")
    _frame(m)
    _casing(m)
    _bearings(m)
    _motor(m)
    _instruments(m)
    return m


def _frame(m: Machine) -> None:
    beam = [
        (-0.07, 0),
        (0.07, 0),
        (0.07, 0.016),
        (0.012, 0.022),
        (0.012, 0.128),
        (0.07, 0.134),
        (0.07, 0.15),
        (-0.07, 0.15),
        (-0.07, 0.134),
        (-0.012, 0.128),
        (-0.012, 0.022),
        (-0.07, 0.016),
    ]
    for y in (-0.33, 0.33):
        m.add("Base frame", "trim_dark", prism_x([(y + a, 0.05 + b) for a, b in beam], 2.1, 0.003).to(0.05))
    for x in (-0.95, -0.3, 0.3, 1.04):
        m.box("Base frame", "trim_dark", (x, 0, 0.125), (0.08, 0.62, 0.13), 0.008)
    m.box("Base frame", "kerb", (0.05, 0, 0.025), (2.3, 0.98, 0.05), 0.01)
    for x in (-0.9, 0.05, 1.0):
        for y in (-0.38, 0.38):
            fit.bolt_heads(m, "Base frame", [at(x, y, 0.07)], 0.018)
    m.box("Base frame", "trim_dark", (0.62, 0, 0.2), (0.72, 0.6, 0.02), 0.004)


def _spiral(tube: float = 0.092, start: float = 0.215, width: float = 0.1) -> Mesh:
    """The volute about Z: rings that grow over one turn and open straight up (+Y) into the outlet."""
    rings = []
    angle = np.linspace(0, 2 * np.pi, 29)
    for t in np.linspace(0, 1, 37):
        turn = np.radians(-75 + 435 * t * 0.83)
        grow = 0.3 + 0.7 * t
        centre = start + 0.075 * t
        radial = np.array([np.cos(turn), np.sin(turn), 0.0])
        profile_r = centre + tube * grow * np.cos(angle)
        profile_z = width * (0.6 + 0.4 * t) * np.sin(angle)
        rings.append(np.outer(profile_r, radial) + np.outer(profile_z, [0, 0, 1.0]))
    return loft(rings)


def _casing(m: Machine) -> None:
    part = "Casing"
    lie = at(CASING_X, 0, AXIS, rz=0) @ at(ry=-90) @ at(rz=-90)  # +Z of the spiral looks to the suction side
    m.add(part, "skin", _spiral(), lie)
    hub = [
        (0, -0.1),
        (0.2, -0.1),
        (0.25, -0.07),
        (0.27, 0),
        (0.25, 0.07),
        (0.2, 0.1),
        (0.13, 0.13),
        (0.11, 0.2),
        (0.11, 0.3),
        (0, 0.3),
    ]
    m.add(part, "skin", revolve(hub, 36, 40), lie)
    m.add(
        part,
        "skin",
        revolve([(0, -0.2), (0.16, -0.2), (0.215, -0.16), (0.235, -0.14), (0.235, -0.09), (0, -0.09)], 36),
        lie,
    )
    fit.bolts(m, part, lie @ at(z=-0.15) @ at(rx=180), 0.217, 14, 0.011)
    neck = loft(_neck_rings())
    m.add(part, "skin", neck)
    flange_pair(m, "Discharge", at(OUTLET[0], OUTLET[1], OUTLET[2] - 0.03), 0.09)
    flange_pair(m, "Suction", at(INLET[0] + 0.03, 0, AXIS, ry=-90), 0.11)
    foot = [(-0.14, 0.2), (0.14, 0.2), (0.1, 0.4), (-0.1, 0.4)]
    for y in (-0.16, 0.16):
        m.add(part, "skin", prism_y(foot, 0.04, 0.006).to(CASING_X, y))
    m.box(part, "skin", (CASING_X, 0, 0.2), (0.3, 0.42, 0.03), 0.006)


def _neck_rings() -> list[np.ndarray]:
    """From the widest part of the spiral, tangentially up and over to the discharge flange above the shaft."""
    angle = np.linspace(0, 2 * np.pi, 29)
    out = []
    for t in np.linspace(0, 1, 9):
        y = 0.29 * (1 - t) ** 2 * (1 + 2 * t)
        z = AXIS + 0.06 + t * (OUTLET[2] - AXIS - 0.09)
        r = 0.083 + 0.007 * t
        out.append(np.column_stack([CASING_X + r * np.cos(angle), y + r * np.sin(angle), np.full(29, z)]))
    return out


def _bearings(m: Machine) -> None:
    part = "Bearing frame"
    along = at(CASING_X + 0.18, 0, AXIS, ry=90)
    body = [
        (0, 0),
        (0.2, 0),
        (0.2, 0.03),
        (0.12, 0.09),
        (0.1, 0.14),
        (0.1, 0.34),
        (0.12, 0.36),
        (0.12, 0.4),
        (0.07, 0.42),
        (0, 0.42),
    ]
    m.add(part, "cast", revolve(body, 32), along)
    fit.bolts(m, part, along @ at(z=0.4), 0.098, 6, 0.01)
    for turn in (45, 135, 225, 315):
        rib = box(0.07, 0.016, 0.12, 0.004).to(0.125, 0, 0.1)
        m.add(part, "cast", rib, along @ at(rz=turn))
    m.box(part, "cast", (CASING_X + 0.46, 0, 0.33), (0.09, 0.2, 0.28), 0.012)
    m.box(part, "cast", (CASING_X + 0.46, 0, 0.2), (0.14, 0.3, 0.03), 0.006)
    m.rod(part, "yellow", (CASING_X + 0.34, 0, AXIS + 0.13), 0.022, 0.07, sides=12)
    m.rod(part, "glass", (CASING_X + 0.34, -0.115, AXIS - 0.02), 0.028, 0.03, "y", sides=16)
    m.rod("Coupling", "steel", (CASING_X + 0.72, 0, AXIS), 0.03, 0.34, "x")
    for dx in (0.69, 0.79):
        m.rod("Coupling", "trim_dark", (CASING_X + dx, 0, AXIS), 0.08, 0.08, "x", sides=24)
    m.rod("Coupling", "rubber", (CASING_X + 0.74, 0, AXIS), 0.072, 0.03, "x", sides=24)
    coupling_guard(m, "Guard", at(CASING_X + 0.6, 0, AXIS) @ at(rz=0) @ at(ry=90) @ at(rz=180), 0.14, 0.26, AXIS - 0.2)


def _motor(m: Machine) -> None:
    along = at(CASING_X + 0.88, 0, AXIS, ry=90)
    motor(m, "Motor", along, 0.22, 0.8, "skin", 180)
    motor_feet(m, "Motor", along @ at(rz=180), 0.22, 0.8, AXIS - 0.21)
    cable = [(0.55, -0.16, 0.78), (0.55, -0.3, 0.76), (0.6, -0.43, 0.3), (0.75, -0.46, 0.05), (1.2, -0.46, 0.03)]
    m.add("Motor", "black", pipe(cable, 0.016, 0.1, 8))
    m.add("Motor", "steel", cylinder(0.035, 0.012, 0.003, 14), at(0.5, 0.05, AXIS + 0.25, rx=90))


def _instruments(m: Machine) -> None:
    vibration_sensor(m, "Sensors", at(CASING_X + 0.5, 0, AXIS + 0.1))
    vibration_sensor(m, "Sensors", at(0.42, 0.1, AXIS + 0.24))
    gauge(m, "Sensors", at(CASING_X, -0.085, 1.02, rx=90) @ at(rx=-90, y=-0.0))
    m.add(
        "Sensors",
        "steel",
        pipe([(CASING_X, -0.06, 1.02), (CASING_X, -0.1, 1.02), (CASING_X, -0.1, 1.06)], 0.012, 0.02, 8, steps=2),
    )
