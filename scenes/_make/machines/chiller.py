"""Air-cooled water chiller: compressors and evaporator below, condenser coils above, fans on top."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gauge
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import block, box, cylinder, prism_y, revolve, ring
from scenes._make.sweeps import pipe, torus

W, D, TOP = 4.2, 2.0, 2.2
SUPPLY = (-2.35, 0.55, 0.62)  # cold water leaves here, towards -X
RETURN = (-2.35, -0.25, 0.62)


def build() -> Machine:
    """The chiller, 4.2 m long, its water connections on the -X side."""
    m = Machine("chiller")
    _frame(m)
    _panels(m)
    _coils(m)
    _fans(m)
    _machinery(m)
    _water(m)
    return m


def _frame(m: Machine) -> None:
    for y in (-D / 2 + 0.08, D / 2 - 0.08):
        m.box("Base", "trim_dark", (0, y, 0.14), (W, 0.14, 0.16), 0.01)
        for x in (-1.8, -0.6, 0.6, 1.8):
            m.rod("Base", "rubber", (x, y, 0.03), 0.08, 0.06, sides=16)
    for x in (-1.9, -0.65, 0.65, 1.9):
        m.box("Base", "trim_dark", (x, 0, 0.14), (0.12, D - 0.2, 0.12), 0.01)
    for x in (-W / 2 + 0.05, -0.7, 0.7, W / 2 - 0.05):
        for y in (-D / 2 + 0.05, D / 2 - 0.05):
            m.box("Frame", "trim", (x, y, 1.16), (0.09, 0.09, 1.9), 0.012)
    for y in (-D / 2 + 0.05, D / 2 - 0.05):
        for z in (0.26, 1.02):
            m.box("Frame", "trim", (0, y, z), (W - 0.1, 0.07, 0.07), 0.01)


def _panels(m: Machine) -> None:
    """The control end and the lower doors on the right carry the skin."""
    m.box("Enclosure", "skin", (1.4, -0.03, 0.64), (1.3, D - 0.04, 0.72), 0.02)
    for x in (1.08, 1.72):
        m.box("Enclosure", "skin", (x, -D / 2 - 0.005, 0.64), (0.6, 0.05, 0.68), 0.014)
        fit.lever_handle(m, "Enclosure", at(x + (0.22 if x < 1.4 else -0.22), -D / 2 - 0.03, 0.64))
        fit.louvres(m, "Enclosure", at(x, -D / 2 - 0.03, 0.44), 0.36, 0.16)
    fit.porthole(m, "Control", at(1.08, -D / 2 - 0.03, 0.84), 0.26, 0.18)
    fit.warning_plate(m, "Control", at(1.72, -D / 2 - 0.03, 0.86), 0.11)
    for s in (-1, 1):
        m.box("Enclosure", "skin", (s * (W / 2 - 0.03), 0, 1.6), (0.06, D - 0.1, 1.1), 0.016)
    m.box("Enclosure", "skin", (0, 0, TOP - 0.04), (W + 0.04, D + 0.04, 0.12), 0.03)
    fit.name_plate(m, "Enclosure", at(-1.55, -D / 2 - 0.022, TOP - 0.04), 0.36)
    m.box("Enclosure", "skin", (0, -D / 2 + 0.02, 1.1), (W - 0.04, 0.05, 0.12), 0.012)


def _coils(m: Machine) -> None:
    """Finned condenser faces, front and back."""
    for s in (-1, 1):
        for x in (-1.4, 0, 1.4):
            lean = at(x, s * (D / 2 - 0.07), 1.63)
            m.add("Condenser", "dark", box(1.34, 0.07, 0.96, 0.008), lean)
            for k in np.linspace(-0.6, 0.6, 27):
                m.add("Condenser", "galvanised", block(0.008, 0.02, 0.9).to(float(k), s * 0.042), lean)
            for z in (-0.3, 0.0, 0.3):
                m.add("Condenser", "copper", cylinder(0.008, 1.3, 0, 6).at(at(0, s * 0.05, z, ry=90)), lean)


def _fans(m: Machine) -> None:
    for x in (-1.4, 0.0, 1.4):
        z = TOP + 0.02
        cowl = [(0.56, 0), (0.6, 0), (0.57, 0.05), (0.56, 0.22), (0.58, 0.26), (0.54, 0.26), (0.52, 0.2), (0.52, 0)]
        m.add("Fans", "trim", revolve([*cowl, cowl[0]], 40, 40), at(x, 0, z))
        m.add("Fans", "black", cylinder(0.53, 0.01, 0, 36).to(x, 0, z + 0.03))
        for k in range(6):
            blade = prism_y([(0.1, -0.02), (0.5, -0.05), (0.5, 0.05), (0.1, 0.03)], 0.012, 0.003).at(at(rx=65))
            m.add("Fans", "trim_dark", blade, at(x, 0, z + 0.14) @ at(rz=60 * k))
        m.add(
            "Fans",
            "trim_dark",
            revolve([(0, 0), (0.13, 0), (0.13, 0.1), (0.1, 0.14), (0, 0.15)], 22),
            at(x, 0, z + 0.08),
        )
        for r in (0.16, 0.28, 0.4, 0.51):
            m.add("Fans", "dark", torus(r, 0.007, 24, 4).to(x, 0, z + 0.26))
        for turn in (0, 45, 90, 135):
            m.add("Fans", "dark", box(1.1, 0.014, 0.01, 0.002), at(x, 0, z + 0.255) @ at(rz=turn))


def _machinery(m: Machine) -> None:
    """Evaporator, two compressors, receiver and their pipes, seen between the frame posts."""
    m.add(
        "Evaporator",
        "black",
        revolve([(0, -1.1), (0.16, -1.1), (0.24, -1.04), (0.24, 1.04), (0.16, 1.1), (0, 1.1)], 30),
        at(-1.0, 0.3, 0.55, ry=90),
    )
    for x in (-1.7, -0.3):
        m.box("Evaporator", "trim_dark", (x, 0.3, 0.28), (0.08, 0.4, 0.2), 0.01)
        m.add("Evaporator", "trim", ring(0.255, 0.235, 0.05).at(at(x, 0.3, 0.55, ry=90)))
    for x in (-1.45, -0.75, -0.05):
        shell = [(0, 0), (0.2, 0), (0.2, 0.04), (0.16, 0.06), (0.16, 0.42), (0.13, 0.5), (0.06, 0.54), (0, 0.545)]
        m.add("Compressors", "trim_dark", revolve(shell, 24), at(x, -0.55, 0.24))
        m.box("Compressors", "dark", (x - 0.15, -0.68, 0.52), (0.1, 0.14, 0.16), 0.012)
        m.add(
            "Compressors",
            "copper",
            pipe([(x, -0.55, 0.78), (x, -0.55, 0.94), (x + 0.25, -0.3, 0.94), (x + 0.25, 0.1, 0.74)], 0.022, 0.07, 10),
        )
        m.add(
            "Compressors",
            "copper",
            pipe([(x + 0.12, -0.55, 0.62), (x + 0.3, -0.6, 0.62), (x + 0.3, -0.6, 1.1)], 0.016, 0.06, 8),
        )
    gauge(m, "Compressors", at(0.42, -0.86, 0.7), 0.05)
    gauge(m, "Compressors", at(0.56, -0.86, 0.7), 0.05)
    m.box("Compressors", "trim", (0.49, -0.84, 0.66), (0.3, 0.03, 0.1), 0.006)


def _water(m: Machine) -> None:
    for x, y, z in (SUPPLY, RETURN):
        m.add("Water", "water", pipe([(-1.6, 0.3, z), (-1.95, y, z), (x, y, z)], 0.07, 0.14, 18))
        flange_pair(m, "Water", at(x + 0.05, y, z, ry=90), 0.07)
