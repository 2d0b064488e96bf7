"""Pallet rack of three bays and three levels, single or back to back, with its loads."""

from __future__ import annotations

import itertools

import numpy as np

from scenes._make import cargo
from scenes._make import fittings as fit
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.sweeps import pipe

BAY, DEPTH, TOP = 2.76, 1.05, 4.3
LEVELS = (0.06, 1.5, 2.9)


def build(seed: int, double: bool) -> Machine:
    """A rack of 8.4 m along X; the loads are drawn by `seed`; `double` makes two, back to back."""
    m = Machine(f"rack-{seed}")
    rng = np.random.default_rng(seed)
    for y, turn in ((-0.62, 0), (0.62, 180)) if double else ((0.0, 0),):
        row = Machine("row")
        _uprights(row)
        _beams(row)
        _loads(row, rng)
        m.take(row, at(0, y, 0, rz=turn))
    return m


def _uprights(m: Machine) -> None:
    for k in range(4):
        x = (k - 1.5) * BAY
        for y in (-DEPTH / 2, DEPTH / 2):
            m.box("Uprights", "skin", (x, y, TOP / 2), (0.1, 0.08, TOP), 0.01)
            m.box(
                "Uprights", "black", (x, y - 0.042 if y < 0 else y + 0.042, TOP / 2), (0.022, 0.004, TOP - 0.2), 0.001
            )
            m.box("Uprights", "trim_dark", (x, y, 0.008), (0.18, 0.15, 0.016), 0.003)
            fit.bolt_heads(m, "Uprights", [at(x + 0.065, y, 0.016), at(x - 0.065, y, 0.016)], 0.012)
        zs = np.linspace(0.3, TOP - 0.2, 7)
        for i, (a, b) in enumerate(itertools.pairwise(zs)):
            y = DEPTH / 2 - 0.03 if i % 2 else -DEPTH / 2 + 0.03
            m.add("Uprights", "trim", pipe([(x, y, float(a)), (x, -y, float(b))], 0.018, sides=8))
        for z in (0.28, TOP - 0.16):
            m.box("Uprights", "trim", (x, 0, z), (0.035, DEPTH - 0.08, 0.035), 0.004)
        m.box("Guards", "yellow", (x, -DEPTH / 2 - 0.075, 0.22), (0.2, 0.05, 0.4), 0.012)
        m.box("Guards", "black", (x, -DEPTH / 2 - 0.078, 0.26), (0.204, 0.052, 0.07), 0.003)


def _beams(m: Machine) -> None:
    for k in range(3):
        x = (k - 1) * BAY
        for z in LEVELS[1:]:
            for y in (-DEPTH / 2, DEPTH / 2):
                m.box("Beams", "orange", (x, y, z - 0.07), (BAY - 0.1, 0.05, 0.13), 0.008)
                for s in (-1, 1):
                    m.box(
                        "Beams", "orange", (x + s * (BAY / 2 - 0.06), y - 0.002, z - 0.08), (0.03, 0.062, 0.22), 0.004
                    )
            for dx in np.linspace(-1.1, 1.1, 5):
                m.box("Beams", "galvanised", (x + float(dx), 0, z - 0.03), (0.08, DEPTH - 0.04, 0.03), 0.004)
            m.box("Beams", "white", (x, -DEPTH / 2 - 0.027, z - 0.07), (0.3, 0.004, 0.08), 0.001)


def _loads(m: Machine, rng: np.random.Generator) -> None:
    for z in LEVELS:
        for slot in range(9):
            draw, tall = float(rng.random()), float(rng.uniform(0.55, 1.0))
            x = (slot // 3 - 1) * BAY + (slot % 3 - 1) * 0.88
            place = at(x, 0, z - 0.012, rz=90)
            if draw < 0.34:
                cargo.stack(m, "Loads", place, 2 + int(tall > 0.8), rng, int(rng.integers(0, 4)), labels=False)
            elif draw < 0.62:
                cargo.crate(m, "Loads", place, tall)
            elif draw < 0.76:
                cargo.wrapped(m, "Loads", place, tall)
            elif draw < 0.82:
                cargo.pallet(m, "Loads", place)
                for y in (-0.3, 0.3):
                    cargo.drum(m, "Loads", place @ at(y, 0, cargo.PALLET[2]), "blue")
