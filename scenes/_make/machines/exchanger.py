"""Gasketed plate heat exchanger: fixed and movable frame plates, plate pack, tie bolts, four ports to -X."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder

PACK, WIDTH, TALL = 0.62, 0.62, 1.5
PORT_X = -PACK / 2 - 0.24
PORTS = {
    "hot_in": (PORT_X, 0.17, 1.3),
    "hot_out": (PORT_X, 0.17, 0.36),
    "cold_in": (PORT_X, -0.17, 0.36),
    "cold_out": (PORT_X, -0.17, 1.3),
}


def build() -> Machine:
    """The exchanger, 1.5 m high."""
    m = Machine("exchanger")
    middle = TALL / 2 + 0.08
    m.add("Frame", "skin", box(0.06, WIDTH, TALL, 0.012).to(-PACK / 2 - 0.03, 0, middle))
    m.add("Frame", "skin", box(0.06, WIDTH, TALL, 0.012).to(PACK / 2 + 0.03, 0, middle))
    m.box("Frame", "skin", (0.62, 0, middle), (0.1, 0.16, TALL + 0.06), 0.012)
    for x, w in ((-PACK / 2 - 0.03, WIDTH), (0.62, 0.4)):
        m.box("Frame", "trim_dark", (x, 0, 0.03), (0.2, w + 0.1, 0.06), 0.01)
        fit.bolt_heads(m, "Frame", [at(x + 0.07, y, 0.06) for y in (-w / 2, w / 2)], 0.016)
    for z in (0.14, TALL + 0.02):
        m.box("Frame", "steel", (0.14, 0, z), (PACK + 0.4, 0.06, 0.07), 0.01)
    for k, x in enumerate(np.linspace(-PACK / 2 + 0.012, PACK / 2 - 0.012, 30)):
        inset = 0.0 if k % 2 else 0.008
        m.box(
            "Plates",
            "steel" if k % 2 else "trim_dark",
            (float(x), 0, middle),
            (0.018, 0.5 - inset, TALL - 0.22 - inset),
            0.003,
        )
    for s in (-1, 1):
        for z in np.linspace(0.28, TALL - 0.1, 5):
            y = s * (WIDTH / 2 - 0.03)
            m.rod("Bolts", "steel", (0.0, y, float(z)), 0.014, PACK + 0.34, "x", sides=10)
            for x in (-PACK / 2 - 0.075, PACK / 2 + 0.075):
                m.rod("Bolts", "steel", (x, y, float(z)), 0.03, 0.03, "x", 0.004, 6)
    for x, y, z in PORTS.values():
        m.add("Ports", "trim", cylinder(0.06, 0.18, 0.004, 20), at(x + 0.09, y, z, ry=90))
        flange_pair(m, "Ports", at(x + 0.02, y, z, ry=90), 0.06)
    fit.name_plate(m, "Frame", at(-PACK / 2 - 0.062, 0, 0.82, rz=-90), 0.3)
    return m
