"""Automated guided vehicle with lifting table, laser scanners, bumpers; carries a pallet or nothing."""

from __future__ import annotations

import numpy as np

from scenes._make import cargo
from scenes._make import fittings as fit
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, prism, prism_y, revolve

L, W = 1.64, 1.06


def build(loaded: bool) -> Machine:
    """The vehicle, drives towards +X; its origin is on the floor under its middle."""
    m = Machine("agv-loaded" if loaded else "agv")
    _chassis(m)
    _wheels(m)
    _table(m)
    _safety(m)
    if loaded:
        rng = np.random.default_rng(401)
        cargo.stack(m, "Load", at(0, 0, 0.42), 2, rng)
    return m


def _outline(half_l: float, half_w: float, corner: float) -> list[tuple[float, float]]:
    c = corner
    return [
        (half_l, -half_w + c), (half_l, half_w - c), (half_l - c * 0.4, half_w - c * 0.4), (half_l - c, half_w),
        (-half_l + c, half_w), (-half_l + c * 0.4, half_w - c * 0.4), (-half_l, half_w - c), (-half_l, -half_w + c),
        (-half_l + c * 0.4, -half_w + c * 0.4), (-half_l + c, -half_w), (half_l - c, -half_w),
        (half_l - c * 0.4, -half_w + c * 0.4),
    ]  # fmt: skip


def _chassis(m: Machine) -> None:
    m.add("Chassis", "skin", prism(_outline(L / 2 - 0.02, W / 2 - 0.015, 0.16), 0.21, 0.03).to(z=0.245))
    m.add("Bumper", "black", prism(_outline(L / 2, W / 2, 0.17), 0.09, 0.015).to(z=0.095))
    m.add("Chassis", "trim_dark", prism(_outline(L / 2 - 0.06, W / 2 - 0.05, 0.14), 0.02, 0.005).to(z=0.358))
    for s in (-1, 1):
        m.box("Chassis", "trim", (0, s * (W / 2 - 0.008), 0.25), (0.62, 0.02, 0.12), 0.006)
        fit.bolt_heads(m, "Chassis", [at(x, s * (W / 2 + 0.001), 0.25, rx=-90 * s) for x in (-0.28, 0.28)], 0.01)
        m.box("Lights", "screen_line", (0, s * (W / 2 - 0.012), 0.325), (1.2, 0.012, 0.014), 0.002)


def _wheels(m: Machine) -> None:
    for s in (-1, 1):
        m.rod("Wheels", "rubber", (0, s * 0.44, 0.1), 0.1, 0.09, "y", 0.012, 24)
        m.rod("Wheels", "steel", (0, s * 0.489, 0.1), 0.055, 0.012, "y", sides=18)
        for x in (-0.62, 0.62):
            m.rod("Wheels", "rubber", (x, s * 0.34, 0.05), 0.05, 0.05, "y", 0.008, 18)
            m.box("Wheels", "steel", (x, s * 0.34, 0.1), (0.06, 0.08, 0.06), 0.006)


def _table(m: Machine) -> None:
    m.box("Table", "trim_dark", (0, 0, 0.38), (1.1, 0.66, 0.03), 0.006)
    m.box("Table", "trim", (0, 0, 0.405), (1.2, 0.76, 0.03), 0.01)
    for y in (-0.24, 0, 0.24):
        m.box("Table", "rubber", (0, y, 0.42), (1.1, 0.08, 0.008), 0.002)
    for x in (-0.61, 0.61):
        m.box("Table", "steel", (x, 0, 0.43), (0.03, 0.7, 0.05), 0.006)


def _safety(m: Machine) -> None:
    for s in (-1, 1):
        spot = at(s * (L / 2 - 0.09), -s * (W / 2 - 0.09))
        m.add("Scanners", "yellow", revolve([(0, 0.15), (0.075, 0.15), (0.075, 0.19), (0, 0.19)], 20), spot)
        m.add("Scanners", "black", revolve([(0, 0.19), (0.066, 0.19), (0.066, 0.24), (0, 0.24)], 20), spot)
        m.add(
            "Scanners", "yellow", revolve([(0, 0.24), (0.075, 0.24), (0.075, 0.34), (0.06, 0.36), (0, 0.36)], 20), spot
        )
        fit.emergency_stop(m, "Safety", at(s * (L / 2 - 0.12), s * (W / 2 - 0.16), 0.352))
        lamp = [(-0.1, 0.0), (0.1, 0.0), (0.08, 0.03), (-0.08, 0.03)]
        m.add("Lights", "lamp_amber", prism_y(lamp, 0.03, 0.003), at(s * (L / 2 - 0.03), 0, 0.26, rz=90))
    m.box("Safety", "trim_dark", (L / 2 - 0.14, 0.12, 0.372), (0.14, 0.2, 0.02), 0.005)
    m.add("Safety", "screen", box(0.1, 0.15, 0.006, 0.002).to(L / 2 - 0.14, 0.12, 0.384))
    m.rod("Safety", "trim_dark", (L / 2 - 0.12, -0.1, 0.4), 0.03, 0.07, sides=14)
    m.rod("Safety", "lamp_amber", (L / 2 - 0.12, -0.1, 0.45), 0.026, 0.04, sides=14)
