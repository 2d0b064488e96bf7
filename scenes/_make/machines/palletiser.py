"""Gantry palletiser: portal with trolley and gripper, infeed rollers, pallet being filled, fence, dispenser."""

from __future__ import annotations

import numpy as np

from scenes._make import cargo, fences
from scenes._make import fittings as fit
from scenes._make.drives import motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder
from scenes._make.sweeps import pipe

SPAN, TOP = 1.32, 3.5


def build() -> Machine:
    """The portal, 3 m square; parts come in from -X at conveyor height."""
    m = Machine("palletiser")
    _portal(m)
    _bridge(m)
    _gripper(m)
    _infeed(m)
    _pallet_place(m)
    _fence(m)
    return m


def _portal(m: Machine) -> None:
    for x in (-SPAN, SPAN):
        for y in (-SPAN, SPAN):
            m.box("Portal", "skin", (x, y, TOP / 2 + 0.05), (0.26, 0.26, TOP - 0.1), 0.03)
            m.box("Portal", "trim_dark", (x, y, 0.025), (0.5, 0.5, 0.05), 0.01)
            corners = [at(x + a, y + b, 0.05) for a in (-0.19, 0.19) for b in (-0.19, 0.19)]
            fit.bolt_heads(m, "Portal", corners, 0.022)
            fit.hazard_stripe(m, "Portal", at(x, y - 0.132, 0.5), 0.24, 0.18)
    for y in (-SPAN, SPAN):
        m.box("Portal", "skin", (0, y, TOP - 0.02), (2 * SPAN + 0.5, 0.3, 0.34), 0.03)
        m.box("Rails", "steel", (0, y, TOP + 0.17), (2 * SPAN + 0.3, 0.06, 0.05), 0.008)
        m.box("Rails", "trim_dark", (0, y + (0.2 if y > 0 else -0.2), TOP + 0.04), (2 * SPAN + 0.3, 0.1, 0.06), 0.006)
        for s in (-1, 1):
            m.box("Rails", "yellow", (s * (SPAN + 0.14), y, TOP + 0.24), (0.06, 0.16, 0.14), 0.012)
    for x in (-SPAN, SPAN):
        m.box("Portal", "skin", (x, 0, TOP - 0.08), (0.2, 2 * SPAN - 0.26, 0.22), 0.02)


def _bridge(m: Machine) -> None:
    """The bridge runs along X on the rails; the trolley runs along Y on the bridge."""
    x = -0.1
    m.box("Bridge", "skin", (x - 0.2, 0, TOP + 0.42), (0.16, 2 * SPAN + 0.2, 0.3), 0.02)
    m.box("Bridge", "skin", (x + 0.2, 0, TOP + 0.42), (0.16, 2 * SPAN + 0.2, 0.3), 0.02)
    for y in (-SPAN, SPAN):
        m.box("Bridge", "trim_dark", (x, y, TOP + 0.29), (0.72, 0.2, 0.16), 0.02)
        for s in (-0.26, 0.26):
            m.rod("Bridge", "steel", (x + s, y, TOP + 0.24), 0.06, 0.1, "y", sides=18)
    motor(m, "Bridge", at(x + 0.44, -SPAN, TOP + 0.36, ry=90), 0.09, 0.3, "trim", 180)
    m.box("Bridge", "steel", (x - 0.2, 0, TOP + 0.58), (0.05, 2 * SPAN, 0.03), 0.005)
    m.box("Bridge", "steel", (x + 0.2, 0, TOP + 0.58), (0.05, 2 * SPAN, 0.03), 0.005)
    m.box("Trolley", "trim_dark", (x, 0.1, TOP + 0.66), (0.62, 0.56, 0.14), 0.02)
    motor(m, "Trolley", at(x + 0.14, 0.1, TOP + 0.73), 0.1, 0.34, "trim", 0)
    m.box("Trolley", "trim", (x - 0.16, 0.1, TOP + 0.82), (0.22, 0.3, 0.2), 0.014)
    for k in range(18):
        m.box("Cable chain", "black", (x - 0.36, -1.15 + 0.075 * k, TOP + 0.62), (0.09, 0.062, 0.05), 0.008)
    arc = np.linspace(0, np.pi, 9)
    for a in arc:
        m.add(
            "Cable chain",
            "black",
            box(0.09, 0.06, 0.05, 0.008),
            at(x - 0.36, 0.18 + 0.09 * np.sin(a), TOP + 0.71 - 0.09 * np.cos(a), rx=np.degrees(a)),
        )


def _gripper(m: Machine) -> None:
    x, y, low = -0.1, 0.1, 1.95
    m.box("Mast", "steel", (x, y, (TOP + 1.35 + low) / 2), (0.15, 0.15, TOP + 1.35 - low), 0.014)
    m.box("Mast", "trim_dark", (x - 0.085, y, (TOP + 1.2 + low) / 2), (0.02, 0.06, TOP + 1.0 - low), 0.003)
    m.box("Gripper", "trim_dark", (x, y, low), (0.5, 0.5, 0.1), 0.016)
    m.box("Gripper", "trim", (x, y, low - 0.08), (0.72, 0.6, 0.07), 0.014)
    for dx in (-0.26, 0, 0.26):
        for dy in (-0.2, 0.2):
            m.rod("Gripper", "steel", (x + dx, y + dy, low - 0.15), 0.014, 0.1, sides=8)
            m.add("Gripper", "rubber", cylinder(0.045, 0.05, 0.02, 16).to(x + dx, y + dy, low - 0.21))
    for k in (-1, 0):
        cargo.carton(m, "Load", at(x + (k + 0.5) * 0.395, y, low - 0.535), (0.385, 0.385, 0.3))
    m.add(
        "Gripper",
        "blue",
        pipe([(x + 0.09, y, low + 1.0), (x + 0.3, y, low + 0.7), (x + 0.2, y + 0.1, low + 0.05)], 0.016, 0.2, 8),
    )


def _infeed(m: Machine) -> None:
    for y in (-0.5, 0.5):
        m.box("Infeed", "trim", (-1.18, y, 0.84), (1.3, 0.05, 0.16), 0.008)
        for x in (-1.7, -0.65):
            m.box("Infeed", "trim_dark", (x, y, 0.39), (0.07, 0.06, 0.78), 0.008)
            m.rod("Infeed", "black", (x, y, 0.012), 0.05, 0.024, sides=14)
    for x in np.arange(-1.78, -0.58, 0.105):
        m.rod("Infeed", "steel", (float(x), 0, 0.87), 0.036, 0.96, "y", 0.004, 14)
    m.box("Infeed", "trim_dark", (-0.56, 0, 0.98), (0.03, 0.9, 0.2), 0.006)
    for x in (-1.45, -0.85):
        cargo.carton(m, "Load", at(x, 0, 0.906), (0.385, 0.385, 0.3))


def _pallet_place(m: Machine) -> None:
    rng = np.random.default_rng(111)
    for y in (-0.36, 0.36):
        m.box("Pallet place", "trim_dark", (0.36, y, 0.1), (1.5, 0.1, 0.14), 0.01)
    for x in np.arange(-0.3, 1.1, 0.16):
        m.rod("Pallet place", "steel", (float(x), 0, 0.15), 0.035, 0.68, "y", 0.004, 14)
    cargo.stack(m, "Load", at(0.4, 0, 0.19), 3, rng, 2)
    for k in range(4):
        cargo.pallet(m, "Pallet magazine", at(0.62, 1.02 - 0.02, 0.05 + 0.146 * k) @ at(0, 0.0))
    m.add("Pallet magazine", "yellow", box(0.05, 0.05, 1.0, 0.006).to(1.26, 0.62, 0.5))


def _fence(m: Machine) -> None:
    y = SPAN + 0.28
    fences.fence(m, "Fence", (-SPAN - 0.1, y), (SPAN + 0.35, y))
    fences.fence(m, "Fence", (-SPAN - 0.1, -y), (0.3, -y))
    fences.cell_door(m, "Fence", at(0.9, -y), 1.06)
    fences.fence_post(m, "Fence", SPAN + 0.12, -y)
    fences.light_curtain(m, "Light curtain", SPAN + 0.35, -0.9, 1.4)
    fences.light_curtain(m, "Light curtain", SPAN + 0.35, 0.9, 1.4)
    fit.cabinet(m, "Cabinet", at(-1.0, -y - 0.06 + 0.38), 0.8, 0.34, 1.8)
    fit.control_panel(m, "Panel", at(-0.38, -y - 0.14, 1.35), 0.4, 0.5)
    m.box("Panel", "trim_dark", (-0.38, -y - 0.02, 0.6), (0.07, 0.07, 1.2), 0.008)
    fit.stack_light(m, SPAN, -SPAN, TOP + 0.16, 0.2)
