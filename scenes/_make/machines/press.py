"""Straight-side hydraulic press with slide, die, main cylinder, power unit, light curtains and console."""

from __future__ import annotations

from scenes._make import fences
from scenes._make import fittings as fit
from scenes._make.drives import gauge, motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, plate_with_window, prism_x, revolve
from scenes._make.sweeps import pipe

W, D, BED, CROWN = 2.9, 2.0, 0.86, 3.45
UNIT_Y = 2.0


def build() -> Machine:
    """The press and its power unit behind it: 2.9 m wide, 4.7 m high."""
    m = Machine("press")
    _bed(m)
    _uprights(m)
    _crown(m)
    _slide(m)
    _die(m)
    _power_unit(m)
    _piping(m)
    _front(m)
    return m


def _bed(m: Machine) -> None:
    m.box("Bed", "trim_dark", (0, 0, 0.03), (W + 0.1, D + 0.1, 0.06), 0.01)
    m.box("Bed", "trim_dark", (0, 0, 0.42), (W - 0.9, D - 0.1, 0.74), 0.03)
    m.box("Bed", "cast", (0, 0, BED - 0.03), (1.86, D - 0.2, 0.12), 0.012)
    for y in (-0.6, -0.3, 0, 0.3, 0.6):
        m.box("Bed", "black", (0, y, BED + 0.029), (1.84, 0.032, 0.01), 0.002)
    fit.hazard_stripe(m, "Bed", at(0, -D / 2 + 0.04, 0.7), 1.9, 0.08)
    for x in (-0.62, 0.62):
        m.add("Bed", "dark", box(0.5, 0.02, 0.34, 0.006).to(x, -D / 2 + 0.045, 0.34))
        fit.bolt_heads(
            m, "Bed", [at(x + a, -D / 2 + 0.035, 0.34 + b, rx=90) for a in (-0.21, 0.21) for b in (-0.13, 0.13)]
        )
    places = [at(x, y, 0.06) for x in (-W / 2 + 0.06, W / 2 - 0.06) for y in (-0.85, 0.85)]
    fit.bolt_heads(m, "Bed", places, 0.03)


def _uprights(m: Machine) -> None:
    opening = (-0.52, 0.52, BED - 1.78, 1.82 - 1.78)
    for s in (-1, 1):
        x = s * (W / 2 - 0.27)
        for inner in (-0.2, 0.2):
            plate = plate_with_window(D - 0.1, CROWN - 0.1, opening, 0.09, 0.018)
            m.add("Uprights", "skin", plate, at(x + inner, 0, 1.78, rz=90))
        for y in (-D / 2 + 0.1, D / 2 - 0.1):
            m.box("Uprights", "skin", (x, y, 1.78), (0.46, 0.12, CROWN - 0.1), 0.02)
        for y in (-0.56, 0.56):
            m.box("Uprights", "skin", (x, y, 1.35), (0.36, 0.06, 1.0), 0.01)
        m.box("Uprights", "skin", (x, 0, 1.9), (0.44, 1.2, 0.1), 0.012)
        for z in (2.35, 2.85):
            fit.bolts(m, "Uprights", at(x + s * 0.245, 0.0, z, ry=90 * s), 0.0, 1, 0.04)
            m.add(
                "Uprights",
                "trim",
                revolve([(0, 0), (0.14, 0), (0.12, 0.03), (0, 0.03)], 28),
                at(x + s * 0.245, 0, z, ry=90 * s),
            )
        m.box("Uprights", "steel", (s * (W / 2 - 0.55), 0, 2.35), (0.07, 0.34, 2.0), 0.008)
        m.box("Uprights", "trim", (x, -D / 2 + 0.035, 2.5), (0.32, 0.02, 1.3), 0.006)
        for z in (1.95, 3.05):
            fit.bolt_heads(m, "Uprights", [at(x + d, -D / 2 + 0.025, z, rx=90) for d in (-0.12, 0.12)], 0.013)


def _crown(m: Machine) -> None:
    m.box("Crown", "skin", (0, 0, CROWN + 0.42), (W, D, 0.84), 0.06, 1)
    m.box("Crown", "trim", (0, -D / 2 - 0.004, CROWN + 0.13), (W - 0.16, 0.03, 0.1), 0.01)
    fit.name_plate(m, "Crown", at(0, -D / 2 - 0.002, CROWN + 0.5), 1.1)
    for x in (-1.15, 1.15):
        for y in (-0.7, 0.7):
            m.rod("Crown", "steel", (x, y, CROWN + 0.87), 0.16, 0.08, sides=6)
            m.rod("Crown", "steel", (x, y, CROWN + 0.96), 0.09, 0.14, sides=20)
    z = CROWN + 0.84
    cylinder = [
        (0, 0),
        (0.46, 0),
        (0.48, 0.02),
        (0.48, 0.1),
        (0.38, 0.13),
        (0.38, 0.52),
        (0.42, 0.54),
        (0.42, 0.64),
        (0.14, 0.68),
        (0.14, 0.76),
        (0, 0.76),
    ]
    m.add("Cylinder", "trim_dark", revolve(cylinder, 40), at(z=z))
    fit.bolts(m, "Cylinder", at(z=z + 0.1), 0.43, 14, 0.022)
    fit.bolts(m, "Cylinder", at(z=z + 0.64), 0.34, 12, 0.02)
    rail = [
        (-W / 2 + 0.08, -D / 2 + 0.08),
        (W / 2 - 0.08, -D / 2 + 0.08),
        (W / 2 - 0.08, D / 2 - 0.08),
        (-W / 2 + 0.08, D / 2 - 0.08),
    ]
    for k, (x, y) in enumerate(rail):
        x2, y2 = rail[(k + 1) % 4]
        for level in (0.45, 0.85):
            m.add("Handrail", "yellow", pipe([(x, y, z + level), (x2, y2, z + level)], 0.017, sides=8))
        for share in (0.0, 0.5):
            m.rod("Handrail", "yellow", (x + share * (x2 - x), y + share * (y2 - y), z + 0.43), 0.017, 0.86, sides=8)
    _ladder(m, z)


def _ladder(m: Machine, top: float) -> None:
    x, y = W / 2 + 0.12, 0.62
    for s in (-0.2, 0.2):
        m.add(
            "Ladder",
            "yellow",
            pipe([(x, y + s, 0), (x, y + s, top + 0.9), (x - 0.2, y + s, top + 0.9)], 0.018, 0.1, 8, steps=3),
        )
    for k in range(14):
        m.rod("Ladder", "yellow", (x, y, 0.3 + 0.28 * k), 0.012, 0.4, "y", sides=8)
    for z in (1.0, 2.4, 3.8):
        for s in (-0.2, 0.2):
            m.box("Ladder", "yellow", (x - 0.06, y + s, z), (0.13, 0.03, 0.03), 0.004)


def _slide(m: Machine) -> None:
    m.rod("Ram", "chrome", (0, 0, 2.85), 0.26, 1.2, sides=40)
    m.rod("Ram", "steel", (0, 0, 2.42), 0.36, 0.1, sides=40)
    fit.bolts(m, "Ram", at(z=2.47), 0.31, 10, 0.018)
    m.box("Slide", "trim", (0, 0, 2.14), (1.78, 1.5, 0.46), 0.04, 1)
    m.box("Slide", "cast", (0, 0, 1.87), (1.6, 1.36, 0.1), 0.012)
    for s in (-1, 1):
        m.box("Slide", "steel", (s * 0.85, 0, 2.14), (0.1, 0.44, 0.6), 0.01)
    fit.hazard_stripe(m, "Slide", at(0, -0.752, 1.98), 1.7, 0.08)
    for x in (-0.5, 0.5):
        m.rod("Slide", "chrome", (x, 0.45, 2.9), 0.06, 1.1, sides=20)


def _die(m: Machine) -> None:
    for z in (BED + 0.15, 1.7):
        m.box("Die", "steel", (0, 0, z), (1.15, 0.86, 0.22), 0.015)
        m.box("Die", "trim_dark", (0, 0, z - 0.1 if z < 1 else z + 0.09), (1.35, 1.0, 0.06), 0.008)
    m.box("Die", "cast", (0, 0, BED + 0.29), (0.7, 0.5, 0.08), 0.03)
    m.box("Die", "copper", (0, 0, BED + 0.34), (0.6, 0.42, 0.02), 0.008)
    for x in (-0.48, 0.48):
        for y in (-0.34, 0.34):
            m.rod("Die", "chrome", (x, y, 1.36), 0.045, 0.56, sides=18)
            m.rod("Die", "copper", (x, y, 1.56), 0.062, 0.1, sides=18)
    for x in (-0.62, 0.62):
        for y in (-0.3, 0.3):
            m.box("Die", "dark", (x, y, BED + 0.12), (0.2, 0.07, 0.05), 0.006)
            fit.bolt_heads(m, "Die", [at(x, y, BED + 0.145)], 0.022)


def _power_unit(m: Machine) -> None:
    part, y = "Power unit", UNIT_Y
    m.box(part, "trim_dark", (0, y, 0.42), (1.9, 1.0, 0.62), 0.03)
    m.box(part, "galvanised", (0, y, 0.75), (1.86, 0.96, 0.03), 0.006)
    for x in (-0.8, 0.8):
        m.box(part, "dark", (x, y, 0.06), (0.16, 0.9, 0.12), 0.01)
    motor(m, part, at(-0.5, y, 1.06, rz=180) @ at(rx=0), 0.2, 0.66, "trim", 90)
    m.rod(part, "cast", (-0.5, y, 0.9), 0.17, 0.3)
    motor(m, part, at(0.02, y + 0.1, 1.0, rz=180), 0.15, 0.5, "trim", 90)
    m.rod(part, "cast", (0.02, y + 0.1, 0.88), 0.13, 0.26)
    m.box(part, "cast", (0.55, y - 0.05, 0.9), (0.5, 0.5, 0.28), 0.012)
    for k in range(4):
        dy = y - 0.23 + 0.12 * k
        m.box(part, "steel", (0.55, dy, 1.09), (0.3, 0.08, 0.1), 0.008)
        for s in (-1, 1):
            m.rod(part, "black", (0.55 + s * 0.22, dy, 1.09), 0.034, 0.14, "x", sides=14)
    for x in (0.2, 0.36):
        m.rod(part, "orange", (x, y + 0.36, 0.92), 0.07, 0.32, sides=20)
        m.rod(part, "trim_dark", (x, y + 0.36, 1.11), 0.075, 0.07, sides=20)
    m.rod(part, "trim_dark", (-0.82, y - 0.3, 0.82), 0.06, 0.12, sides=16)
    gauge(m, part, at(0.8, y - 0.3, 0.77))
    m.box(part, "glass", (-0.5, y - 0.505, 0.45), (0.05, 0.012, 0.4), 0.003)
    m.box(part, "white", (0.5, y - 0.503, 0.5), (0.34, 0.006, 0.2), 0.002)
    fit.louvres(m, part, at(0.955, y, 0.45, rz=90), 0.5, 0.36)


def _piping(m: Machine) -> None:
    for k in range(3):
        y = UNIT_Y - 0.2 + 0.12 * k
        x = 0.45 + 0.1 * k
        rise = CROWN + 1.1 + 0.1 * k
        way = [
            (x, y, 1.1),
            (x, y, 1.4 + 0.06 * k),
            (x, D / 2 + 0.1, 1.4 + 0.06 * k),
            (x, D / 2 + 0.1, rise),
            (x * 0.3, 0.3, rise),
        ]
        m.add("Piping", "steel", pipe(way, 0.027, 0.09, 10))
    for z in (2.2, 3.3):
        m.box("Piping", "trim_dark", (0.55, D / 2 + 0.05, z), (0.36, 0.14, 0.05), 0.006)
    m.add(
        "Piping",
        "black",
        pipe(
            [
                (-0.5, UNIT_Y - 0.3, 1.4),
                (-0.5, UNIT_Y - 0.3, 1.75),
                (-0.85, D / 2 + 0.03, 2.0),
                (-0.85, D / 2 + 0.03, 2.9),
            ],
            0.03,
            0.14,
            10,
        ),
    )


def _front(m: Machine) -> None:
    for x in (-W / 2 + 0.14, W / 2 - 0.14):
        fences.light_curtain(m, "Light curtain", x, -D / 2 - 0.22, 1.6)
    x, y = W / 2 + 0.3, -D / 2 - 0.45
    m.box("Console", "trim", (x, y + 0.05, 0.45), (0.4, 0.3, 0.86), 0.02)
    m.box("Console", "dark", (x, y + 0.05, 0.03), (0.46, 0.36, 0.06), 0.01)
    top = [(-0.24, 0.86), (0.22, 0.86), (0.22, 1.14), (-0.02, 1.12), (-0.24, 0.96)]
    m.add("Console", "trim_dark", prism_x(top, 0.6, 0.012).to(x, y + 0.05))
    face = at(x, y + 0.05 - 0.135, 1.055, rx=-53)
    m.add("Console", "screen", box(0.3, 0.01, 0.18, 0.003).to(-0.1), face)
    m.add("Console", "screen_line", box(0.2, 0.003, 0.01, 0.0005).to(-0.12, -0.007, 0.04), face)
    m.add("Console", "screen_line", box(0.14, 0.003, 0.01, 0.0005).to(-0.15, -0.007, 0.0), face)
    fit.emergency_stop(m, "Console", face @ at(0.2, -0.004, 0.03, rx=90))
    for s in (-1, 1):
        m.rod("Console", "black", (x + s * 0.34, y + 0.0, 1.0), 0.05, 0.07, sides=16)
        m.rod("Console", "lamp_green", (x + s * 0.34, y, 1.045), 0.034, 0.03, sides=16)
        m.box("Console", "trim_dark", (x + s * 0.31, y + 0.03, 0.95), (0.12, 0.12, 0.05), 0.01)
    fit.stack_light(m, -W / 2 + 0.25, -D / 2 + 0.25, CROWN + 0.84, 0.2)
