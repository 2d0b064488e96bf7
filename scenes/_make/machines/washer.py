"""Pass-through parts washer: spray chamber with hatch, tanks, pumps, steam extraction, drying blower."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gauge, motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, prism_x, prism_y, revolve, ring
from scenes._make.sweeps import pipe

W, D, LOW, TOP = 2.9, 1.9, 0.62, 2.2


def build() -> Machine:
    """The washer, 2.9 m long; parts pass along X at conveyor height."""
    m = Machine("washer")
    _tanks(m)
    _chamber(m)
    _hatch(m)
    _tunnel(m)
    _pumps(m)
    _roof(m)
    _panel(m)
    return m


def _tanks(m: Machine) -> None:
    fit.feet(m, (-1.3, 0, 1.3), (-0.8, 0.8), 0.12)
    m.box("Tanks", "trim_dark", (0, 0, 0.37), (W - 0.1, D - 0.16, 0.5), 0.02)
    for x in (-0.95, 0.0, 0.95):
        m.box("Tanks", "trim", (x, -D / 2 + 0.07, 0.42), (0.78, 0.03, 0.34), 0.008)
        fit.bar_handle(m, "Tanks", at(x, -D / 2 + 0.055, 0.48) @ at(ry=90), 0.16, 0.04)
    m.rod("Tanks", "steel", (-1.2, -D / 2 + 0.02, 0.2), 0.03, 0.12, "y", sides=12)
    m.box("Tanks", "red", (-1.2, -D / 2 - 0.05, 0.24), (0.1, 0.012, 0.02), 0.003)


def _chamber(m: Machine) -> None:
    half = D / 2
    outline = [(-half, LOW), (-half, TOP - 0.38), (-half + 0.3, TOP), (half - 0.06, TOP), (half - 0.06, LOW)]
    m.add("Chamber", "skin", prism_x(outline, W, 0.03))
    m.box("Chamber", "trim", (0, -half - 0.006, LOW + 0.05), (W - 0.04, 0.03, 0.09), 0.01)
    for s in (-1, 1):
        m.box("Chamber", "trim", (s * (W / 2 - 0.1), -half - 0.004, 1.25), (0.07, 0.02, 0.9), 0.006)
    fit.name_plate(m, "Chamber", at(-1.12, -half - 0.012, 1.72), 0.3)
    fit.louvres(m, "Chamber", at(W / 2 + 0.002, 0.55, 1.75, rz=90), 0.5, 0.3)
    for z in (0.9, 1.25, 1.6):
        m.box("Chamber", "trim", (0.2, half - 0.05, z), (1.9, 0.03, 0.05), 0.008)


def _hatch(m: Machine) -> None:
    """The lift-up service hatch over the spray zone and a fixed window over the drying zone."""
    y = -D / 2 - 0.02
    for x, w, part in ((-0.42, 1.0, "Hatch"), (0.72, 0.86, "Window")):
        m.box(part, "skin", (x, y, 1.24), (w, 0.06, 0.98), 0.02)
        fit.porthole(m, part, at(x, y - 0.03, 1.32), w - 0.26, 0.52)
        for dx in (-w / 2 + 0.1, w / 2 - 0.1):
            fit.bolt_heads(m, part, [at(x + dx, y - 0.03, z, rx=90) for z in (0.84, 1.66)], 0.014)
    fit.bar_handle(m, "Hatch", at(-0.42, y - 0.03, 0.92) @ at(ry=90), 0.36, 0.06)
    for dx in (-0.34, 0.34):
        m.rod("Hatch", "steel", (-0.42 + dx, y - 0.02, 1.76), 0.022, 0.14, "x", sides=10)
    for x in (-0.98, 0.14):
        m.add("Hatch", "chrome", pipe([(x, y - 0.03, 1.0), (x, y - 0.03, 1.5)], 0.012, sides=8))
        m.add("Hatch", "black", pipe([(x, y - 0.03, 1.4), (x, y - 0.03, 1.72)], 0.02, sides=10))


def _tunnel(m: Machine) -> None:
    for s in (-1, 1):
        x = s * (W / 2 + 0.01)
        m.box("Tunnel", "trim", (x, 0, 1.2), (0.05, 1.16, 0.74), 0.016)
        m.box("Tunnel", "black", (x + s * 0.022, 0, 1.18), (0.02, 0.98, 0.56), 0.003)
        for k in range(11):
            m.box("Tunnel", "rubber", (x + s * 0.036, -0.45 + 0.09 * k, 1.25), (0.008, 0.082, 0.42), 0.002)
        m.box("Tunnel", "steel", (s * (W / 2 + 0.11), 0, 0.88), (0.2, 0.84, 0.03), 0.006)
        for k in (0.06, 0.15):
            m.rod("Tunnel", "steel", (s * (W / 2 + k), 0, 0.875), 0.03, 0.86, "y", 0.004, 14)


def _pumps(m: Machine) -> None:
    """Two vertical spray pumps behind, with risers, strainers and gauges."""
    y = D / 2 + 0.2
    m.box("Pumps", "trim_dark", (-0.3, y, 0.36), (1.5, 0.5, 0.5), 0.016)
    for x in (-0.75, 0.05):
        m.add(
            "Pumps",
            "cast",
            revolve([(0, 0), (0.17, 0), (0.17, 0.04), (0.12, 0.08), (0.12, 0.16), (0, 0.16)], 24),
            at(x, y, 0.61),
        )
        motor(m, "Pumps", at(x, y, 0.77), 0.13, 0.46, "trim", 90)
        m.add(
            "Pumps",
            "water",
            pipe(
                [(x + 0.12, y, 0.66), (x + 0.3, y, 0.66), (x + 0.3, y, 1.5), (x + 0.3, D / 2 - 0.08, 1.5)],
                0.04,
                0.1,
                14,
            ),
        )
        flange_pair(m, "Pumps", at(x + 0.3, y, 1.0), 0.04)
        gauge(m, "Pumps", at(x + 0.3, y + 0.04, 1.25, rz=180) @ at(rx=0), 0.05)
    m.rod("Strainer", "steel", (0.62, y, 0.5), 0.14, 0.7, sides=24)
    m.add("Strainer", "trim_dark", ring(0.165, 0.13, 0.03).to(0.62, y, 0.84))
    fit.bolts(m, "Strainer", at(0.62, y, 0.855), 0.15, 6, 0.012)


def _roof(m: Machine) -> None:
    m.box("Extraction", "trim", (-0.7, 0.25, TOP + 0.14), (0.8, 0.8, 0.28), 0.02)
    m.add("Extraction", "galvanised", pipe([(-0.7, 0.25, TOP + 0.25), (-0.7, 0.25, TOP + 0.95)], 0.16, sides=26))
    m.add(
        "Extraction",
        "galvanised",
        revolve([(0, 0), (0.25, 0), (0.26, 0.02), (0.04, 0.16), (0, 0.17)], 26),
        at(-0.7, 0.25, TOP + 1.06),
    )
    for turn in (45, 135, 225, 315):
        m.add(
            "Extraction", "steel", box(0.016, 0.016, 0.16, 0.003).to(0.165, 0, TOP + 1.0), at(-0.7, 0.25) @ at(rz=turn)
        )
    m.add("Extraction", "trim", ring(0.18, 0.15, 0.03).to(-0.7, 0.25, TOP + 0.6))
    scroll = [
        (0.3 * np.cos(a) * (0.72 + 0.07 * a), 0.3 * np.sin(a) * (0.72 + 0.07 * a))
        for a in np.linspace(0, 2 * np.pi, 25)[:-1]
    ]
    m.add("Blower", "trim", prism_y(scroll, 0.26, 0.016).to(0.75, 0.05, TOP + 0.36))
    m.add("Blower", "trim", box(0.24, 0.24, 0.4, 0.012).to(0.98, 0.05, TOP + 0.16))
    m.add("Blower", "trim_dark", ring(0.15, 0.1, 0.05).at(at(0.75, -0.1, TOP + 0.36, rx=90)))
    motor(m, "Blower", at(0.75, 0.18, TOP + 0.36, rx=-90), 0.13, 0.42, "trim", 180)
    m.box("Blower", "trim_dark", (0.75, 0.36, TOP + 0.1), (0.3, 0.5, 0.2), 0.012)
    fit.stack_light(m, 1.28, -0.52, TOP, 0.25)


def _panel(m: Machine) -> None:
    x, y = W / 2 - 0.16, -D / 2 - 0.3
    m.add(
        "Panel",
        "steel",
        pipe(
            [(x, -0.6, TOP - 0.02), (x, -0.6, TOP + 0.14), (x, y + 0.06, TOP + 0.14), (x, y + 0.06, 1.8)],
            0.026,
            0.09,
            12,
        ),
    )
    fit.control_panel(m, "Panel", at(x, y, 1.52, rz=16), 0.42, 0.52)
    fit.cabinet(m, "Cabinet", at(1.12, D / 2 - 0.05, 0.0, rz=180), 0.6, 0.4, 1.9)
