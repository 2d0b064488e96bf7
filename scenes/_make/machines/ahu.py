"""Air handling unit: sections with doors, fan with motor behind a window, filters, coils, ducts."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gauge, hand_wheel, motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, frame, prism_y, ring
from scenes._make.sweeps import loft, pipe

W, D, LOW, TOP = 4.6, 1.8, 0.26, 1.96
DUCT_X, DUCT_Z = 1.5, 2.85  # the supply duct ends here, towards +Y
SECTIONS = ((-2.3, -1.25), (-1.25, -0.2), (-0.2, 0.85), (0.85, 2.3))


def build() -> Machine:
    """The unit, 4.6 m long, with the supply duct going up at its +X end."""
    m = Machine("ahu")
    _base(m)
    for k, (x0, x1) in enumerate(SECTIONS):
        _section(m, k, x0, x1)
    _fan_window(m)
    _intake(m)
    _supply_duct(m)
    _coil_pipes(m)
    return m


def _base(m: Machine) -> None:
    for y in (-D / 2 + 0.06, D / 2 - 0.06):
        m.box("Base", "trim_dark", (0, y, 0.18), (W, 0.1, 0.16), 0.01)
    for x in np.linspace(-2.2, 2.2, 5):
        m.box("Base", "trim_dark", (float(x), 0, 0.18), (0.1, D - 0.1, 0.12), 0.01)
        for y in (-D / 2 + 0.06, D / 2 - 0.06):
            m.rod("Base", "rubber", (float(x), y, 0.05), 0.07, 0.1, sides=16)


def _section(m: Machine, k: int, x0: float, x1: float) -> None:
    x, w, z, h = (x0 + x1) / 2, x1 - x0, (LOW + TOP) / 2, TOP - LOW
    m.box("Casing", "skin", (x, 0, z), (w - 0.02, D - 0.06, h - 0.06), 0.012)
    for s in (-1, 1):
        for y in (-D / 2 + 0.025, D / 2 - 0.025):
            m.box("Frame", "trim", (x + s * (w / 2 - 0.03), y, z), (0.055, 0.055, h), 0.012)
        for zz in (LOW + 0.025, TOP - 0.025):
            m.box("Frame", "trim", (x + s * (w / 2 - 0.03), 0, zz), (0.055, D, 0.055), 0.012)
    for y in (-D / 2 + 0.025, D / 2 - 0.025):
        for zz in (LOW + 0.025, TOP - 0.025):
            m.box("Frame", "trim", (x, y, zz), (w - 0.02, 0.055, 0.055), 0.012)
    m.box("Doors", "skin", (x, -D / 2 + 0.008, z), (w - 0.16, 0.05, h - 0.18), 0.016)
    side = 1 if k % 2 == 0 else -1
    for zz in (z - 0.4, z + 0.4):
        fit.lever_handle(m, "Doors", at(x + side * (w / 2 - 0.14), -D / 2 - 0.017, zz))
    fit.hinges(m, "Doors", at(x - side * (w / 2 - 0.08), -D / 2 - 0.012), (z - 0.55, z, z + 0.55))
    if k in (1, 2):
        gauge(m, "Doors", at(x - 0.2, -D / 2 - 0.03, z + 0.3), 0.06)
        m.box("Doors", "white", (x + 0.05, -D / 2 - 0.019, z + 0.42), (0.2, 0.006, 0.12), 0.002)


def _fan_window(m: Machine) -> None:
    x = 1.58
    fit.porthole(m, "Doors", at(x, -D / 2 - 0.017, 1.25), 0.5, 0.5)
    fit.warning_plate(m, "Doors", at(x, -D / 2 - 0.017, 0.72), 0.13)
    m.box("Drive", "trim", (0.5, -D / 2 - 0.1, 1.2), (0.42, 0.18, 0.6), 0.014)
    m.box("Drive", "screen", (0.5, -D / 2 - 0.193, 1.36), (0.2, 0.01, 0.1), 0.003)
    fit.louvres(m, "Drive", at(0.5, -D / 2 - 0.19, 1.04), 0.3, 0.18)
    m.add(
        "Drive",
        "black",
        pipe([(0.5, -D / 2 - 0.1, 0.92), (0.5, -D / 2 - 0.1, 0.36), (1.2, -D / 2 - 0.04, 0.36)], 0.018, 0.1, 8),
    )
    motor(m, "Motor", at(x + 0.4, D / 2 - 0.02, 1.0, rx=-90), 0.17, 0.5, "trim", 180)
    m.box("Motor", "trim_dark", (x + 0.4, D / 2 + 0.2, 0.55), (0.4, 0.42, 0.5), 0.012)


def _intake(m: Machine) -> None:
    x = -W / 2
    m.add("Intake", "trim", frame(1.4, 1.2, 0.08, 0.3, 0.01).at(at(x - 0.14, 0, 1.15, rz=90)))
    m.box("Intake", "black", (x - 0.02, 0, 1.15), (0.02, 1.26, 1.06), 0.003)
    for k in range(7):
        blade = box(1.26, 0.16, 0.014, 0.004).at(at(rx=-38))
        m.add("Intake", "galvanised", blade.to(0, 0, -0.47 + 0.155 * k), at(x - 0.18, 0, 1.15, rz=-90))
    m.box("Intake", "trim_dark", (x - 0.2, -0.76, 1.15), (0.12, 0.12, 0.2), 0.012)
    m.rod("Intake", "steel", (x - 0.2, -0.72, 1.28), 0.012, 0.2, "y", sides=8)


def _square(x: float, y: float, z: float, half_x: float, half_y: float) -> np.ndarray:
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1], [1, 1]]) * [half_x, half_y]
    return np.column_stack([corners[:, 0] + x, corners[:, 1] + y, np.full(5, z)])


def _supply_duct(m: Machine) -> None:
    """Flexible collar, square to round piece, round duct that goes up and back to the wall."""
    x, z_duct = DUCT_X, DUCT_Z
    m.box("Duct", "galvanised", (x, 0.1, TOP + 0.06), (0.9, 0.9, 0.12), 0.008)
    m.box("Duct", "rubber", (x, 0.1, TOP + 0.16), (0.8, 0.8, 0.1), 0.02)
    m.box("Duct", "galvanised", (x, 0.1, TOP + 0.24), (0.9, 0.9, 0.06), 0.008)
    angle = np.linspace(0, 2 * np.pi, 33)
    rings = []
    for t in np.linspace(0, 1, 5):
        power = 12 * (1 - t) + 2 * t
        c, s = np.cos(angle), np.sin(angle)
        rx = np.sign(c) * np.abs(c) ** (2 / power) * (0.42 - 0.08 * t)
        ry = np.sign(s) * np.abs(s) ** (2 / power) * (0.42 - 0.08 * t)
        rings.append(np.column_stack([x + rx, 0.1 + ry, np.full(33, TOP + 0.27 + 0.34 * t)]))
    m.add("Duct", "galvanised", loft(rings))
    m.add("Duct", "galvanised", pipe([(x, 0.1, TOP + 0.6), (x, 0.1, z_duct), (x, 5.6, z_duct)], 0.34, 0.5, 32, steps=7))
    for z in (TOP + 0.64, TOP + 0.85):
        m.add("Duct", "trim", ring(0.37, 0.33, 0.03, 32).to(x, 0.1, z))
    for y in (1.2, 2.4, 3.6, 4.8):
        m.add("Duct", "trim", ring(0.365, 0.33, 0.03, 32).at(at(x, y, z_duct, rx=90)))
    for y in (1.8, 4.2):
        hanger = prism_y([(-0.42, -0.5), (0.42, -0.5), (0.42, -0.4), (-0.42, -0.4)], 0.06, 0.006)
        m.add("Duct", "trim_dark", hanger.to(x, y, z_duct))
        for s in (-0.38, 0.38):
            m.box("Duct", "trim_dark", (x + s, y, z_duct / 2 - 0.21), (0.07, 0.07, z_duct - 0.43), 0.006)
            m.box("Duct", "trim_dark", (x + s, y, 0.01), (0.18, 0.18, 0.02), 0.004)


def _coil_pipes(m: Machine) -> None:
    for k, x in enumerate((-0.9, -0.55)):
        z = 0.55 + 0.75 * k
        out = D / 2 + 0.3
        m.add("Coil pipes", "water", pipe([(x, D / 2 - 0.05, z), (x, out, z), (x, out, 2.5)], 0.035, 0.1, 14))
        flange_pair(m, "Coil pipes", at(x, out, 1.55), 0.035)
        m.rod("Coil pipes", "cast", (x, out, 1.9), 0.06, 0.14, sides=16)
        m.rod("Coil pipes", "steel", (x, out + 0.1, 1.9), 0.012, 0.12, "y", sides=8)
        hand_wheel(m, "Coil pipes", at(x, out + 0.16, 1.9, rx=90), 0.07)
