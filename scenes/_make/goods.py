"""Loose things that make the hall a working place: staged pallets, workbench, bins, extinguishers, chargers."""

from __future__ import annotations

import numpy as np

from scenes._make import cargo
from scenes._make import fittings as fit
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import block, box, cylinder, prism_y
from scenes._make.sweeps import pipe


def goods() -> Machine:
    """All of it."""
    m = Machine("goods")
    rng = np.random.default_rng(60)
    _staging(m, rng)
    _infeed_stock(m)
    _quality_desk(m)
    _chargers(m)
    for x, y in ((1.1, 30.9), (1.1, 31.6), (1.8, 31.6)):
        cargo.drum(m, "Drums", at(x, y), "blue")
    for x, y in ((12.9, 22.98), (36.0, 22.98), (24.6, 22.98)):
        _extinguisher(m, x, y)
    return m


def _staging(m: Machine, rng: np.random.Generator) -> None:
    for k, (x, y) in enumerate(
        ((52.6, 14.6), (54.2, 14.6), (52.6, 16.2), (55.8, 16.2), (54.2, 18.4), (55.8, 18.4), (52.6, 20.0), (55.8, 20.0))
    ):
        place = at(x, y, 0, rz=90)
        if k % 3 == 0:
            cargo.wrapped(m, "Staged pallets", place, 1.1)
        elif k % 3 == 1:
            cargo.stack(m, "Staged pallets", place, 3, rng, k % 4)
        else:
            cargo.crate(m, "Staged pallets", place, 0.8)
    for k, (x, y) in enumerate(((52.0, 2.4), (53.6, 2.4), (56.8, 2.4), (55.2, 3.9))):
        if k == 1:
            for j in range(7):
                cargo.pallet(m, "Staged pallets", at(x, y, 0.146 * j))
        else:
            cargo.crate(m, "Staged pallets", at(x, y, 0), 0.7 + 0.1 * k)


def _mesh_box(m: Machine, x: float, y: float, parts: str) -> None:
    """A steel box pallet with castings or blanks."""
    for s in (-1, 1):
        m.box("Part bins", "trim_dark", (x + s * 0.58, y, 0.5), (0.03, 0.8, 0.7), 0.005)
        m.box("Part bins", "trim_dark", (x, y + s * 0.39, 0.5), (1.2, 0.03, 0.7), 0.005)
        for t in (-1, 1):
            m.box("Part bins", "trim_dark", (x + s * 0.55, y + t * 0.36, 0.42), (0.07, 0.07, 0.84), 0.008)
    m.box("Part bins", "black", (x, y, 0.66), (1.14, 0.75, 0.02), 0.002)
    for i in range(4):
        for j in range(3):
            spot = (x - 0.42 + 0.28 * i, y - 0.24 + 0.24 * j)
            if parts == "casting":
                m.add("Part bins", "cast", cylinder(0.09, 0.12, 0.01, 14).to(*spot, 0.73))
            else:
                m.add("Part bins", "steel", block(0.22, 0.2, 0.05 + 0.02 * ((i + j) % 3)).to(*spot, 0.7))


def _infeed_stock(m: Machine) -> None:
    for k, y in enumerate((5.0, 6.5, 8.0)):
        _mesh_box(m, 1.2, y, "casting")
        if k != 1:
            _mesh_box(m, 1.2, y + 9.5, "blank")
    _mesh_box(m, 1.2, 16.0, "blank")
    _mesh_box(m, 35.2, 9.0, "casting")


def _quality_desk(m: Machine) -> None:
    """A bench with screen, measuring block and lamp, behind the inspection cell."""
    x, y = 32.4, 9.3
    m.box("Quality desk", "trim", (x, y, 0.9), (1.8, 0.75, 0.05), 0.012)
    for s in (-1, 1):
        for t in (-1, 1):
            m.box("Quality desk", "trim_dark", (x + s * 0.83, y + t * 0.31, 0.44), (0.06, 0.06, 0.88), 0.008)
    m.box("Quality desk", "trim", (x + 0.55, y, 0.65), (0.5, 0.6, 0.44), 0.012)
    for z in (0.55, 0.7, 0.83):
        m.box("Quality desk", "steel", (x + 0.55, y - 0.31, z), (0.2, 0.02, 0.02), 0.004)
    m.box("Quality desk", "dark", (x - 0.35, y + 0.2, 1.25), (0.6, 0.04, 0.36), 0.012)
    m.box("Quality desk", "screen", (x - 0.35, y + 0.177, 1.25), (0.55, 0.006, 0.31), 0.002)
    m.box("Quality desk", "dark", (x - 0.35, y + 0.22, 1.0), (0.06, 0.04, 0.2), 0.006)
    m.box("Quality desk", "dark", (x - 0.35, y - 0.12, 0.935), (0.46, 0.16, 0.02), 0.006)
    m.box("Quality desk", "cast", (x + 0.5, y, 1.0), (0.4, 0.4, 0.14), 0.012)
    m.rod("Quality desk", "steel", (x + 0.5, y, 1.13), 0.09, 0.1, sides=18)
    m.add(
        "Quality desk",
        "dark",
        pipe([(x + 0.85, y + 0.3, 0.92), (x + 0.85, y + 0.3, 1.45), (x + 0.5, y + 0.1, 1.6)], 0.014, 0.1, 8),
    )
    m.add("Quality desk", "white", cylinder(0.1, 0.05, 0.01, 18).to(x + 0.48, y + 0.09, 1.58))
    m.rod("Quality desk", "black", (x - 0.3, y - 0.75, 0.52), 0.19, 0.06, sides=20)
    m.rod("Quality desk", "steel", (x - 0.3, y - 0.75, 0.26), 0.03, 0.48, sides=12)
    m.rod("Quality desk", "black", (x - 0.3, y - 0.75, 0.015), 0.2, 0.03, sides=20)


def _chargers(m: Machine) -> None:
    """Charging stations for the vehicles at the end of the cross aisle."""
    for x in (46.9, 48.0, 49.1):
        m.box("Chargers", "trim", (x, 33.45, 0.6), (0.5, 0.4, 1.2), 0.025)
        m.box("Chargers", "dark", (x, 33.24, 0.24), (0.34, 0.06, 0.12), 0.012)
        m.box("Chargers", "screen", (x, 33.245, 0.95), (0.24, 0.012, 0.14), 0.003)
        for k in range(2):
            m.box("Chargers", "copper", (x - 0.08 + 0.16 * k, 33.2, 0.24), (0.08, 0.04, 0.05), 0.006)
        m.rod("Chargers", "lamp_green", (x, 33.45, 1.22), 0.03, 0.05, sides=14)
        fit.emergency_stop(m, "Chargers", at(x + 0.17, 33.25, 0.78, rx=90))


def _extinguisher(m: Machine, x: float, y: float) -> None:
    m.add("Extinguishers", "red", cylinder(0.075, 0.42, 0.03, 18).to(x, y, 1.16))
    m.rod("Extinguishers", "black", (x, y, 1.41), 0.025, 0.08, sides=12)
    m.add(
        "Extinguishers", "black", pipe([(x, y, 1.43), (x + 0.09, y, 1.4), (x + 0.1, y, 1.12)], 0.012, 0.04, 8, steps=3)
    )
    sign = prism_y([(-0.1, 1.6), (0.1, 1.6), (0.1, 1.85), (-0.1, 1.85)], 0.01, 0.001)
    m.add("Extinguishers", "red", sign.to(x, y + 0.05))
    m.add("Extinguishers", "white", box(0.05, 0.004, 0.14, 0.001).to(x, y + 0.043, 1.72))
