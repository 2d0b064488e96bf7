"""Film wrapping machine: film roll on its dancer frame, sealing bars behind guard doors, shrink tunnel, outfeed."""

from __future__ import annotations

import itertools

import numpy as np

from scenes._make import cargo
from scenes._make import fittings as fit
from scenes._make.drives import motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, plate_with_window, ring
from scenes._make.sweeps import pipe

W, D, TOP = 2.5, 1.8, 2.1


def build() -> Machine:
    """The machine, 2.5 m along the line; cartons come in from -X and leave wrapped."""
    m = Machine("packaging")
    _base(m)
    _housing(m)
    _guards(m)
    _inside(m)
    _film(m)
    _tunnel(m)
    _operator(m)
    return m


def _base(m: Machine) -> None:
    fit.feet(m, (-1.12, 0.0, 1.12), (-0.76, 0.76), 0.12)
    m.box("Base", "trim_dark", (0, 0, 0.4), (W - 0.08, D - 0.1, 0.58), 0.02)
    for x in (-0.78, 0.0, 0.78):
        m.box("Base", "trim", (x, -D / 2 + 0.04, 0.41), (0.68, 0.03, 0.44), 0.01)
        fit.lever_handle(m, "Base", at(x + 0.26, -D / 2 + 0.025, 0.45))
    fit.louvres(m, "Base", at(0.7, -D / 2 + 0.025, 0.36), 0.24, 0.18)
    m.box("Belt", "belt", (-0.1, 0, 0.865), (W + 0.1, 0.8, 0.06), 0.02)
    for y in (-0.43, 0.43):
        m.box("Belt", "trim", (-0.1, y, 0.85), (W + 0.06, 0.05, 0.14), 0.01)


def _housing(m: Machine) -> None:
    """The shrink end is closed; the film end is an open frame behind guard doors."""
    m.box("Housing", "skin", (-0.0, 0, TOP - 0.09), (W, D, 0.2), 0.03)
    for x in (-W / 2 + 0.06, 0.3):
        for y in (-D / 2 + 0.06, D / 2 - 0.06):
            m.box("Housing", "skin", (x, y, 1.35), (0.11, 0.11, 1.34), 0.016)
    m.box("Housing", "skin", (-0.45, D / 2 - 0.04, 1.35), (1.5, 0.05, 1.3), 0.012)
    m.box("Housing", "skin", (0.76, 0, 1.72), (0.96, D - 0.02, 0.6), 0.02)
    for y in (-D / 2 + 0.18, D / 2 - 0.18):
        m.box("Housing", "skin", (0.76, y, 1.08), (0.96, 0.34, 0.74), 0.02)
    fit.name_plate(m, "Housing", at(0.78, -D / 2 + 0.006, 1.82), 0.5)
    fit.louvres(m, "Housing", at(0.78, -D / 2 + 0.008, 1.2), 0.6, 0.4)
    m.box("Housing", "trim", (0, -D / 2 - 0.004, TOP - 0.1), (W - 0.06, 0.02, 0.08), 0.006)


def _guards(m: Machine) -> None:
    low, high = 0.76, TOP - 0.2
    for k, x in enumerate((-0.86, -0.17)):
        part = f"Guard door {k + 1}"
        fit.window(m, part, at(x, -D / 2 + 0.02, (low + high) / 2), 0.68, high - low, 0.045)
        fit.bar_handle(m, part, at(x + (0.25 if k == 0 else -0.25), -D / 2, 1.25), 0.26, 0.05)
        fit.hinges(m, part, at(x - (0.33 if k == 0 else -0.33), -D / 2 + 0.004), (0.95, 1.7))
    side = plate_with_window(D - 0.14, high - low + 0.1, (-0.46, 0.46, -0.5, 0.06), 0.03, 0.008)
    m.add("Guard door 1", "trim", side, at(-W / 2 + 0.03, 0, 1.35, rz=90))


def _inside(m: Machine) -> None:
    for z, s in ((1.55, 1), (0.92, -1)):
        m.box("Sealing bars", "steel", (0.1, 0, z), (0.1, 1.0, 0.12), 0.012)
        m.box("Sealing bars", "copper", (0.1, 0, z - s * 0.07), (0.04, 0.96, 0.03), 0.004)
    for y in (-0.56, 0.56):
        m.rod("Sealing bars", "chrome", (0.1, y, 1.3), 0.024, 0.9, sides=14)
        m.box("Sealing bars", "trim_dark", (0.1, y, 1.66), (0.16, 0.12, 0.16), 0.012)
    m.rod("Sealing bars", "trim_dark", (0.1, 0, 1.8), 0.06, 0.26, sides=18)
    cargo.carton(m, "Load", at(-0.75, 0, 0.896), (0.5, 0.44, 0.3))
    m.box("Load", "glass", (-0.2, 0, 1.05), (0.55, 0.46, 0.31), 0.01)
    cargo.carton(m, "Load", at(-0.2, 0, 0.897), (0.5, 0.44, 0.3))
    m.box("Load", "card", (1.22, 0, 1.02), (0.3, 0.44, 0.24), 0.01)


def _film(m: Machine) -> None:
    """Film roll and deflection rollers on the roof, the web running down into the machine."""
    z, y0 = TOP + 0.42, 0.0
    for y in (-0.62, 0.62):
        m.box("Film frame", "trim_dark", (-0.55, y, TOP + 0.03), (1.1, 0.1, 0.06), 0.01)
        m.box("Film frame", "trim_dark", (-0.75, y, TOP + 0.26), (0.1, 0.06, 0.46), 0.01)
        m.box("Film frame", "trim_dark", (-0.12, y, TOP + 0.36), (0.08, 0.06, 0.64), 0.01)
        m.box("Film frame", "yellow", (-0.75, y * 1.08, z), (0.14, 0.04, 0.14), 0.012)
    m.rod("Film roll", "white", (-0.75, y0, z), 0.3, 1.0, "y", 0.01, 40)
    for y in (-0.505, 0.505):
        m.add("Film roll", "air", ring(0.22, 0.2, 0.012, 36).at(at(-0.75, y, z, rx=90)))
        m.add("Film roll", "card", ring(0.085, 0.055, 0.03, 24).at(at(-0.75, y, z, rx=90)))
    m.rod("Film roll", "steel", (-0.75, y0, z), 0.045, 1.34, "y", sides=18)
    rollers = ((-0.12, TOP + 0.64), (-0.3, TOP + 0.14), (-0.12, TOP + 0.12))
    for x, zz in rollers:
        m.rod("Film frame", "chrome", (x, y0, zz), 0.04, 1.2, "y", sides=18)
    web = [(-0.72, TOP + 0.72), (-0.12, TOP + 0.685), (-0.08, TOP + 0.64), (-0.14, TOP + 0.1), (-0.12, 1.6)]
    for (x1, z1), (x2, z2) in itertools.pairwise(web):
        length, lean = float(np.hypot(x2 - x1, z2 - z1)), float(np.degrees(np.arctan2(z1 - z2, x2 - x1)))
        m.add("Film web", "glass", box(length, 0.98, 0.004, 0.001), at((x1 + x2) / 2, 0, (z1 + z2) / 2, ry=lean))
    motor(m, "Film frame", at(-0.75, 0.66, z, rx=-90), 0.07, 0.22, "trim", 180)


def _tunnel(m: Machine) -> None:
    x = W / 2 + 0.012
    m.box("Shrink tunnel", "trim", (x, 0, 1.2), (0.05, 1.04, 0.66), 0.014)
    m.box("Shrink tunnel", "black", (x + 0.022, 0, 1.18), (0.02, 0.86, 0.5), 0.003)
    for k in range(11):
        m.box("Shrink tunnel", "rubber", (x + 0.036, -0.4 + 0.08 * k, 1.25), (0.006, 0.072, 0.34), 0.002)
    m.add("Shrink tunnel", "galvanised", pipe([(0.76, 0.3, TOP), (0.76, 0.3, TOP + 0.5)], 0.13, sides=24))
    m.add("Shrink tunnel", "galvanised", ring(0.16, 0.12, 0.04).to(0.76, 0.3, TOP + 0.5))
    m.add("Shrink tunnel", "black", cylinder(0.12, 0.01, 0, 22).to(0.76, 0.3, TOP + 0.505))
    motor(m, "Shrink tunnel", at(0.76, -0.35, TOP), 0.13, 0.34, "trim", -90)


def _operator(m: Machine) -> None:
    x, y = 0.3, -D / 2 - 0.22
    m.add(
        "Panel",
        "steel",
        pipe(
            [(x, -D / 2 + 0.1, TOP), (x, -D / 2 + 0.1, TOP + 0.1), (x, y + 0.06, TOP + 0.1), (x, y + 0.06, 1.8)],
            0.024,
            0.07,
            12,
        ),
    )
    fit.control_panel(m, "Panel", at(x, y, 1.54, rz=6), 0.4, 0.5)
    fit.cabinet(m, "Cabinet", at(-0.1, D / 2 - 0.02, 0, rz=180), 0.9, 0.36, 1.7)
    fit.stack_light(m, 1.12, -0.75, TOP, 0.25)
