"""Process tank on legs: dished heads, manhole, agitator, ladder with safety hoops, level glass, nozzles."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gate_valve, gauge, motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, revolve, ring
from scenes._make.sweeps import pipe, torus

R, LOW, HIGH = 1.08, 0.95, 3.25
OUTLET = (0.0, -0.95, 0.42)  # the bottom outlet ends here, towards -Y
INLET = (0.45, 0.35, 4.0)  # the filling nozzle ends here, upwards


def build() -> Machine:
    """The tank: 2.2 m across, 3.6 m to the top of its head."""
    m = Machine("tank")
    _shell(m)
    _legs(m)
    _agitator(m)
    _manhole(m)
    _nozzles(m)
    _outlet(m)
    _ladder(m)
    _level_glass(m)
    return m


def _shell(m: Machine) -> None:
    dish = [(R * np.sin(a), LOW - 0.32 * (1 - (1 - np.cos(a)) / 1.0) ** 0.9) for a in np.linspace(0, np.pi / 2, 9)]
    head = [(r, HIGH + (LOW - z) * 1.05) for r, z in dish[::-1]]
    m.add("Shell", "skin", revolve([*dish, *head], 44, 40))
    for z in (LOW + 0.02, HIGH - 0.02):
        m.add("Shell", "trim", ring(R + 0.018, R - 0.02, 0.05, 44).to(z=z))
    for z in (LOW + 0.75, LOW + 1.55):
        m.add("Shell", "trim", ring(R + 0.008, R - 0.02, 0.03, 44).to(z=z))
    plate = at(rz=-14) @ at(0, -R - 0.004, 2.25)
    m.add("Shell", "trim", box(0.44, 0.04, 0.15, 0.006), plate)
    fit.name_plate(m, "Shell", plate @ at(0, -0.02, 0), 0.38)
    turn = at(rz=-62) @ at(0, -R, 1.75)
    m.add("Manway", "trim", cylinder(0.27, 0.2, 0.006, 28).at(at(rx=90)), turn)
    m.add("Manway", "trim", cylinder(0.33, 0.04, 0.008, 28).at(at(0, -0.12, 0, rx=90)), turn)
    fit.bolts(m, "Manway", turn @ at(0, -0.14, 0, rx=90), 0.295, 16, 0.015)
    fit.bar_handle(m, "Manway", turn @ at(0, -0.135, 0), 0.22, 0.06)


def _legs(m: Machine) -> None:
    for turn in (45, 135, 225, 315):
        place = at(rz=turn)
        m.add("Legs", "trim_dark", box(0.14, 0.14, 1.25, 0.012).to(R - 0.12, 0, 0.645), place)
        m.add("Legs", "trim_dark", box(0.28, 0.28, 0.024, 0.005).to(R - 0.12, 0, 0.012), place)
        m.add("Legs", "trim_dark", box(0.03, 0.2, 0.26, 0.008).to(R - 0.008, 0, 1.14), place)
        corners = [place @ at(R - 0.12 + a, b, 0.024) for a in (-0.1, 0.1) for b in (-0.1, 0.1)]
        fit.bolt_heads(m, "Legs", corners, 0.015)
    for turn in (90, 180, 270):
        c = (R - 0.12) * np.cos(np.pi / 4)
        m.add("Legs", "trim_dark", box(2 * c - 0.14, 0.05, 0.05, 0.006).to(0, -c, 0.5), at(rz=turn))


def _agitator(m: Machine) -> None:
    z = HIGH + 0.3
    m.add("Agitator", "trim", cylinder(0.2, 0.2, 0.008, 28).to(z=z + 0.05))
    m.add("Agitator", "trim", cylinder(0.27, 0.04, 0.006, 28).to(z=z + 0.16))
    fit.bolts(m, "Agitator", at(z=z + 0.18), 0.24, 10, 0.014)
    m.add(
        "Agitator",
        "trim_dark",
        revolve([(0, 0), (0.16, 0), (0.16, 0.06), (0.12, 0.1), (0.12, 0.26), (0.14, 0.3), (0, 0.3)], 24),
        at(z=z + 0.18),
    )
    motor(m, "Agitator", at(z=z + 0.48), 0.13, 0.42, "trim", -120)


def _manhole(m: Machine) -> None:
    hatch = at(-0.5, -0.32, HIGH + 0.2)
    m.add("Manhole", "trim", cylinder(0.24, 0.26, 0.006, 28), hatch)
    m.add(
        "Manhole",
        "trim",
        revolve([(0, 0.14), (0.27, 0.14), (0.28, 0.16), (0.26, 0.19), (0.12, 0.22), (0, 0.225)], 28),
        hatch,
    )
    for turn in range(0, 360, 60):
        m.add("Manhole", "steel", cylinder(0.014, 0.09, sides=8).to(0.255, 0, 0.16), hatch @ at(rz=turn))
        m.add("Manhole", "trim_dark", torus(0.028, 0.008, 12, 6).at(at(0.255, 0, 0.22, rx=90)), hatch @ at(rz=turn))


def _nozzles(m: Machine) -> None:
    ix, iy, iz = INLET
    m.rod("Nozzles", "trim", (ix, iy, (HIGH + 0.1 + iz) / 2), 0.07, iz - HIGH - 0.1)
    flange_pair(m, "Nozzles", at(ix, iy, iz - 0.04), 0.07)
    m.rod("Nozzles", "trim", (-0.35, 0.55, HIGH + 0.28), 0.05, 0.3)
    m.add(
        "Nozzles",
        "trim",
        pipe(
            [
                (-0.35, 0.55, HIGH + 0.4),
                (-0.35, 0.55, HIGH + 0.62),
                (-0.35, 0.8, HIGH + 0.62),
                (-0.35, 0.8, HIGH + 0.5),
            ],
            0.035,
            0.1,
            12,
        ),
    )
    gauge(m, "Nozzles", at(0.2, -0.55, HIGH + 0.2))
    for turn in (20, 140, 260):
        lug = at(rz=turn) @ at(0.8, 0, HIGH + 0.17)
        m.add("Shell", "trim", box(0.12, 0.03, 0.18, 0.008), lug)


def _outlet(m: Machine) -> None:
    x, y, z = OUTLET
    m.rod("Outlet", "trim", (0, 0, LOW - 0.36), 0.08, 0.14)
    m.add("Outlet", "trim", pipe([(0, 0, LOW - 0.34), (0, 0, z), (0, -0.42, z)], 0.075, 0.16, 20))
    gate_valve(m, "Outlet", at(0, -0.62, z, rx=90) @ at(rz=0), 0.075)
    m.add("Outlet", "trim", pipe([(0, -0.8, z), (x, y, z)], 0.075, sides=20))
    m.rod("Outlet", "trim", (0.3, -0.2, 0.68), 0.03, 0.2)


def _ladder(m: Machine) -> None:
    place = at(rz=68) @ at(R + 0.2)
    top = HIGH + 1.15
    for y in (-0.21, 0.21):
        m.add(
            "Ladder",
            "yellow",
            pipe([(0, y, 0), (0, y, top), (-0.45, y, top), (-0.45, y, HIGH + 0.18)], 0.019, 0.12, 8, steps=3),
            place,
        )
        for z in (1.3, 2.2, 3.1):
            m.add("Ladder", "yellow", box(0.22, 0.03, 0.03, 0.004).to(-0.1, y, z), place)
    for k in range(12):
        m.add("Ladder", "yellow", cylinder(0.012, 0.42, 0.002, 8).at(at(0, 0, 0.3 + 0.29 * k, rx=90)), place)
    arc = np.linspace(-np.pi / 2, np.pi / 2, 9)
    hoops = (2.2, 2.75, 3.3, 3.85, 4.35)
    for z in hoops:
        way = [(0.0, -0.22, z), *[(0.28 + 0.34 * np.cos(a), 0.34 * np.sin(a), z) for a in arc], (0.0, 0.22, z)]
        m.add("Ladder", "yellow", pipe(way, 0.012, 0, 6), place)
    for a in (-1.1, -0.4, 0.4, 1.1):
        strap = box(0.01, 0.04, hoops[-1] - hoops[0], 0.003).at(at(rz=np.degrees(a)))
        m.add(
            "Ladder", "yellow", strap.to(0.28 + 0.345 * np.cos(a), 0.345 * np.sin(a), (hoops[0] + hoops[-1]) / 2), place
        )


def _level_glass(m: Machine) -> None:
    place = at(rz=28) @ at(0, -R, 0)
    for z in (1.3, 2.9):
        m.add("Level glass", "steel", cylinder(0.02, 0.18, 0.003, 10).at(at(0, -0.06, z, rx=90)), place)
        m.add("Level glass", "trim_dark", box(0.06, 0.06, 0.09, 0.008).to(0, -0.15, z), place)
        m.add("Level glass", "red", box(0.09, 0.02, 0.016, 0.004).to(0.06, -0.17, z), place)
    m.add("Level glass", "glass", cylinder(0.016, 1.5, 0, 12).to(0, -0.15, 2.1), place)
    m.add("Level glass", "blue", cylinder(0.011, 0.9, 0, 10).to(0, -0.15, 1.8), place)
    m.add("Level glass", "white", box(0.05, 0.006, 1.46, 0.002).to(-0.05, -0.15, 2.1), place)
    for k in range(15):
        m.add("Level glass", "black", box(0.03, 0.004, 0.006, 0.0005).to(-0.045, -0.154, 1.42 + 0.1 * k), place)
