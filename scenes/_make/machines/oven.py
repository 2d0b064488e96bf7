"""Gas-fired curing oven with a tunnel for the parts: doors, burners, circulation fans, exhaust stacks."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gate_valve, gauge, motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, prism_x, prism_y, revolve, ring
from scenes._make.sweeps import pipe

L, D, LOW, TOP = 6.2, 2.1, 0.5, 2.55


def build() -> Machine:
    """The oven: 6.2 m of housing and a roller bed of 7.0 m through it."""
    m = Machine("oven")
    _housing(m)
    _doors(m)
    _tunnel(m)
    _bed(m)
    _stacks(m)
    _fans(m)
    _gas_train(m)
    _control(m)
    return m


def _housing(m: Machine) -> None:
    half = D / 2
    outline = [
        (-half, LOW),
        (-half, TOP - 0.3),
        (-half + 0.26, TOP),
        (half - 0.26, TOP),
        (half, TOP - 0.3),
        (half, LOW),
    ]
    m.add("Housing", "skin", prism_x(outline, L, 0.03))
    for x in np.linspace(-L / 2 + 0.02, L / 2 - 0.02, 5):
        rib = [
            (-half - 0.03, LOW),
            (-half - 0.03, TOP - 0.29),
            (-half + 0.25, TOP + 0.03),
            (half - 0.25, TOP + 0.03),
            (half + 0.03, TOP - 0.29),
            (half + 0.03, LOW),
        ]
        m.add("Housing", "trim", prism_x(rib, 0.06, 0.008).to(float(x)))
    for x in (-2.6, -0.9, 0.9, 2.6):
        for y in (-0.8, 0.8):
            m.box("Base", "trim_dark", (x, y, 0.25), (0.14, 0.14, 0.5), 0.012)
            m.box("Base", "trim_dark", (x, y, 0.01), (0.26, 0.26, 0.02), 0.004)
            fit.bolt_heads(m, "Base", [at(x + d, y + d, 0.02) for d in (-0.1, 0.1)], 0.016)
        m.box("Base", "trim_dark", (x, 0, 0.44), (0.12, 1.6, 0.1), 0.01)
    for y in (-0.8, 0.8):
        m.box("Base", "trim_dark", (0, y, 0.46), (L - 0.2, 0.12, 0.1), 0.01)
    fit.name_plate(m, "Housing", at(0, -half - 0.012, TOP - 0.42), 0.6)


def _doors(m: Machine) -> None:
    for k, x in enumerate((-2.32, -0.78, 0.78, 2.32)):
        part = f"Door {k + 1}"
        y = -D / 2 - 0.03
        m.box(part, "skin", (x, y, 1.38), (1.14, 0.08, 1.36), 0.02)
        m.box(part, "trim", (x, y - 0.035, 1.38), (0.98, 0.03, 1.2), 0.012)
        fit.porthole(m, part, at(x, y - 0.055, 1.66), 0.5, 0.34)
        side = 1 if k % 2 == 0 else -1
        hx = x + side * 0.46
        m.box(part, "trim_dark", (hx, y - 0.06, 1.2), (0.07, 0.03, 0.22), 0.008)
        m.add(
            part,
            "steel",
            pipe([(hx, y - 0.06, 1.2), (hx, y - 0.15, 1.2), (hx, y - 0.15, 0.94)], 0.016, 0.04, 10, steps=3),
        )
        fit.hinges(m, part, at(x - side * 0.57, y - 0.035), (0.9, 1.38, 1.86))
        fit.warning_plate(m, part, at(x - side * 0.3, y - 0.052, 1.02), 0.12)
        for z in (0.8, 1.96):
            m.box(part, "trim_dark", (x + side * 0.5, y - 0.055, z), (0.12, 0.025, 0.06), 0.006)


def _tunnel(m: Machine) -> None:
    for s in (-1, 1):
        x = s * (L / 2 + 0.012)
        m.box("Tunnel", "trim", (x, 0, 1.24), (0.06, 1.36, 0.84), 0.02)
        m.box("Tunnel", "black", (x + s * 0.026, 0, 1.22), (0.02, 1.16, 0.62), 0.004)
        for k in range(13):
            strip = box(0.008, 0.082, 0.46, 0.002).at(at(ry=s * 2 * ((k % 3) - 1)))
            m.add("Tunnel", "rubber", strip.to(x + s * 0.045, -0.53 + 0.0885 * k, 1.3))
        hood = [(0, 1.62), (0, 1.98), (0.12, 1.98), (0.42, 1.74), (0.42, 1.62)]
        m.add("Tunnel", "trim", prism_y([(s * (L / 2 + a), z) for a, z in hood], 1.4, 0.01))
        m.add(
            "Tunnel",
            "galvanised",
            pipe(
                [
                    (s * (L / 2 + 0.2), 0, 1.9),
                    (s * (L / 2 + 0.2), 0, 2.75),
                    (s * (L / 2 - 0.5), 0, 2.75),
                    (s * (L / 2 - 0.5), 0, TOP),
                ],
                0.1,
                0.2,
                20,
            ),
        )


def _bed(m: Machine) -> None:
    half = L / 2 + 0.4
    for s in (-1, 1):
        for y in (-0.54, 0.54):
            m.box("Roller bed", "trim", (s * (L / 2 + 0.2), y, 0.84), (0.46, 0.05, 0.14), 0.008)
        for x in np.arange(L / 2 + 0.05, half, 0.11):
            m.rod("Roller bed", "steel", (s * float(x), 0, 0.87), 0.036, 1.04, "y", 0.004, 14)
            m.rod("Roller bed", "black", (s * float(x), -0.57, 0.85), 0.02, 0.02, "y", 0, 8)
        for y in (-0.5, 0.5):
            m.box("Roller bed", "trim_dark", (s * (half - 0.1), y, 0.4), (0.07, 0.06, 0.78), 0.008)
            m.rod("Roller bed", "black", (s * (half - 0.1), y, 0.01), 0.05, 0.02, sides=14)
    m.box("Roller bed", "steel", (half - 0.22, 0, 0.92), (0.42, 0.6, 0.02), 0.006)
    m.box("Roller bed", "steel", (half - 0.22, 0, 0.95), (0.28, 0.36, 0.05), 0.02)


def _stacks(m: Machine) -> None:
    for x in (-1.7, 1.7):
        m.add("Exhaust stacks", "trim", box(0.9, 0.9, 0.12, 0.015).to(x, 0.3, TOP + 0.05))
        stack = [
            (0, 0),
            (0.34, 0),
            (0.34, 0.06),
            (0.26, 0.2),
            (0.26, 1.0),
            (0.29, 1.02),
            (0.29, 1.06),
            (0.26, 1.08),
            (0.26, 1.3),
            (0, 1.3),
        ]
        m.add("Exhaust stacks", "galvanised", revolve(stack, 32), at(x, 0.3, TOP + 0.1))
        fit.bolts(m, "Exhaust stacks", at(x, 0.3, TOP + 0.16), 0.31, 12, 0.012)
        m.add(
            "Exhaust stacks",
            "galvanised",
            revolve([(0, 0), (0.36, 0.0), (0.38, 0.02), (0.05, 0.2), (0, 0.21)], 32),
            at(x, 0.3, TOP + 1.55),
        )
        for turn in (0, 90, 180, 270):
            m.add(
                "Exhaust stacks", "steel", box(0.02, 0.02, 0.2, 0.003).to(0.27, 0, TOP + 1.46), at(x, 0.3) @ at(rz=turn)
            )
        m.rod("Exhaust stacks", "steel", (x, 0.02, TOP + 0.8), 0.012, 0.1, "y", sides=8)
        m.box("Exhaust stacks", "trim_dark", (x, -0.06, TOP + 0.8), (0.12, 0.1, 0.16), 0.01)
        burner = [(0, 0), (0.2, 0), (0.2, 0.05), (0.15, 0.07), (0.15, 0.3), (0.12, 0.36), (0, 0.36)]
        m.add("Burners", "trim_dark", revolve(burner, 26), at(x, D / 2, 1.3, rx=-90))
        fit.bolts(m, "Burners", at(x, D / 2 + 0.05, 1.3, rx=-90), 0.18, 8, 0.012)
        m.add("Burners", "trim", cylinder(0.17, 0.18, 0.02, 26), at(x + 0.3, D / 2 + 0.26, 1.3, ry=90))
        m.box("Burners", "orange", (x, D / 2 + 0.2, 1.52), (0.2, 0.18, 0.14), 0.015)


def _fans(m: Machine) -> None:
    for x in (-0.55, 0.55):
        m.add("Circulation fans", "trim", box(0.66, 0.7, 0.1, 0.012).to(x, 0.1, TOP + 0.04))
        m.add(
            "Circulation fans",
            "trim_dark",
            revolve([(0, 0), (0.26, 0), (0.26, 0.04), (0.18, 0.1), (0.18, 0.24), (0, 0.24)], 26),
            at(x, 0.1, TOP + 0.09),
        )
        motor(m, "Circulation fans", at(x, 0.1, TOP + 0.33), 0.17, 0.48, "trim", -90)
        m.add(
            "Circulation fans",
            "black",
            pipe(
                [
                    (x + 0.06, -0.1, TOP + 0.5),
                    (x + 0.16, -0.2, TOP + 0.48),
                    (x + 0.16, -0.3, TOP + 0.05),
                    (x + 0.16, -0.8, TOP - 0.04),
                ],
                0.015,
                0.06,
                8,
            ),
        )
    for s in (-1, 1):
        m.box("Roof", "trim", (s * 2.7, -0.2, TOP + 0.06), (0.5, 0.7, 0.1), 0.012)
        for y in (-0.4, -0.2, 0.0):
            m.box("Roof", "trim_dark", (s * 2.7, y, TOP + 0.115), (0.42, 0.03, 0.02), 0.004)


def _gas_train(m: Machine) -> None:
    y, z = D / 2 + 0.42, 0.85
    m.add("Gas train", "yellow", pipe([(-2.9, y, z), (2.2, y, z)], 0.035, sides=14))
    for x in (-1.7, 1.7):
        m.add(
            "Gas train",
            "yellow",
            pipe([(x - 0.35, y, z), (x - 0.35, y, 1.3), (x - 0.05, y - 0.1, 1.3)], 0.026, 0.08, 12),
        )
        m.rod("Gas train", "cast", (x - 0.35, y, 1.08), 0.05, 0.12, sides=16)
        m.box("Gas train", "blue", (x - 0.35, y + 0.07, 1.08), (0.1, 0.1, 0.14), 0.012)
        m.box("Gas train", "trim_dark", (x - 0.35, D / 2 + 0.21, z), (0.04, 0.42, 0.04), 0.005)
    gate_valve(m, "Gas train", at(-2.5, y, z, ry=90) @ at(rz=180), 0.035)
    flange_pair(m, "Gas train", at(-1.2, y, z, ry=90), 0.035)
    gauge(m, "Gas train", at(-0.6, y, z + 0.035, rz=180), 0.05)
    m.add("Gas train", "trim", ring(0.12, 0.02, 0.06).at(at(0.2, y, z, ry=90)))
    m.rod("Gas train", "trim", (0.2, y, z), 0.11, 0.2, "x", sides=22)
    m.add("Gas train", "yellow", pipe([(-2.9, y, z), (-3.0, y, z), (-3.0, y, 0.1)], 0.035, 0.08, 14))


def _control(m: Machine) -> None:
    fit.cabinet(m, "Cabinet", at(0.1, D / 2 + 0.75, 0, rz=180) @ at(0, 0.0), 1.2, 0.35, 1.5, 2)
    x, y = L / 2 - 0.35, -D / 2 - 0.32
    m.add("Panel", "steel", pipe([(x, -D / 2 - 0.02, 2.12), (x, y, 2.12), (x, y, 1.85)], 0.026, 0.08, 12))
    fit.control_panel(m, "Panel", at(x, y - 0.07, 1.56, rz=14), 0.44, 0.54)
    fit.stack_light(m, L / 2 - 0.2, -0.65, TOP, 0.25)
