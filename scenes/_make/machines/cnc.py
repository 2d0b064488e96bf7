"""Vertical machining centre with sliding doors, tool magazine, chip conveyor and swing-arm panel."""

from __future__ import annotations

from scenes._make import fittings as fit
from scenes._make.drives import motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, prism_x, prism_y, revolve, ring
from scenes._make.sweeps import pipe

W, D, LOW, TOP = 3.0, 2.3, 0.42, 2.32
FRONT = -D / 2


def build() -> Machine:
    """The whole machine: 3.0 m wide, 2.3 m deep, 2.9 m high with its mist collector."""
    m = Machine("cnc")
    _base(m)
    _enclosure(m)
    _doors(m)
    _inside(m)
    _panel(m)
    _magazine(m)
    _chip_conveyor(m)
    _back_and_roof(m)
    return m


def _base(m: Machine) -> None:
    fit.feet(m, (-1.3, -0.45, 0.45, 1.3), (-0.95, 0.95), 0.13)
    m.box("Base", "trim_dark", (0, 0, 0.27), (W - 0.12, D - 0.12, 0.3), 0.02)
    fit.hazard_stripe(m, "Base", at(0, -D / 2 + 0.055, 0.17), W - 0.2, 0.05)
    for x in (-0.95, 0.95):
        m.add("Base", "dark", box(0.6, 0.02, 0.16, 0.006).to(x, -D / 2 + 0.05, 0.31))
        fit.bolt_heads(m, "Base", [at(x + dx, -D / 2 + 0.04, 0.31, rx=90) for dx in (-0.26, 0.26)])


def _enclosure(m: Machine) -> None:
    part = "Enclosure"
    side = [(FRONT, LOW), (FRONT, 1.86), (FRONT + 0.34, TOP), (D / 2, TOP), (D / 2, LOW)]
    for s in (-1, 1):
        m.add(part, "skin", prism_x(side, 0.1, 0.02).to(s * (W / 2 - 0.05)))
        post = [(FRONT, LOW), (FRONT, 1.86), (FRONT + 0.3, TOP - 0.05), (FRONT + 0.3, LOW)]
        m.add(part, "skin", prism_x(post, 0.52, 0.02).to(s * (W / 2 - 0.35)))
    m.box(part, "skin", (0, D / 2 - 0.05, (LOW + TOP) / 2), (W - 0.06, 0.1, TOP - LOW), 0.02)
    m.box(part, "skin", (0, 0.17, TOP - 0.045), (W - 0.04, D - 0.36, 0.09), 0.025)
    visor = [(FRONT + 0.01, 1.845), (FRONT + 0.33, TOP - 0.02), (FRONT + 0.37, TOP - 0.06), (FRONT + 0.06, 1.83)]
    m.add(part, "skin", prism_x(visor, W - 1.2, 0.008))
    m.box(part, "skin", (0, FRONT + 0.06, LOW + 0.13), (W - 1.1, 0.12, 0.26), 0.02)
    m.box(part, "trim", (0, FRONT - 0.008, LOW + 0.06), (W - 0.04, 0.03, 0.1), 0.01)
    m.box(part, "trim_dark", (0, FRONT - 0.012, 1.85), (W - 0.02, 0.05, 0.06), 0.012)
    fit.name_plate(m, part, at(-1.13, FRONT - 0.002, 1.6), 0.4)
    fit.louvres(m, part, at(-W / 2 - 0.001, 0.72, 1.25, rz=-90), 0.5, 0.7)
    fit.porthole(m, part, at(W / 2 + 0.001, -0.3, 1.5, rz=90), 0.62, 0.6)
    for z in (0.62, 0.72, 0.82):
        m.box(part, "trim_dark", (W / 2, 0.1, z), (0.012, 1.7, 0.012), 0.003)


def _doors(m: Machine) -> None:
    low, high = LOW + 0.28, 1.82
    for s, part in ((-1, "Door left"), (1, "Door right")):
        x = s * 0.46
        middle = (low + high) / 2
        fit.window(m, part, at(x, FRONT + 0.005, middle + 0.12), 0.9, high - low - 0.24, 0.075)
        m.box(part, "skin", (x, FRONT + 0.005, low + 0.12), (0.9, 0.045, 0.22), 0.012)
        m.box(part, "trim", (x, FRONT - 0.02, low + 0.12), (0.74, 0.012, 0.1), 0.005)
        fit.bar_handle(m, part, at(s * 0.09, FRONT - 0.015, 1.15), 0.42, 0.055)
    m.box("Door right", "trim_dark", (0, FRONT + 0.0, (low + high) / 2), (0.03, 0.035, high - low), 0.006)
    m.box("Enclosure", "steel", (0, FRONT - 0.01, low - 0.015), (W - 1.08, 0.03, 0.025), 0.004)


def _inside(m: Machine) -> None:
    m.box("Column", "cast", (0, 0.66, 1.25), (0.66, 0.5, 1.66), 0.05)
    for x in (-0.22, 0.22):
        m.box("Column", "steel", (x, 0.4, 1.35), (0.06, 0.03, 1.3), 0.005)
    m.box("Spindle", "trim", (0, 0.16, 1.62), (0.44, 0.6, 0.6), 0.05, 1)
    m.rod("Spindle", "trim_dark", (0, 0.02, 2.06), 0.13, 0.34)
    nose = [
        (0, -0.34),
        (0.03, -0.34),
        (0.045, -0.26),
        (0.085, -0.14),
        (0.105, -0.12),
        (0.12, 0),
        (0.12, 0.04),
        (0, 0.04),
    ]
    m.add("Spindle", "steel", revolve(nose, 28), at(0, 0.02, 1.32))
    m.rod("Spindle", "steel", (0, 0.02, 0.93), 0.012, 0.14, sides=10)
    for s in (-1, 1):
        hose = pipe([(s * 0.16, 0.0, 1.33), (s * 0.16, 0, 1.18), (s * 0.05, 0, 1.02)], 0.011, 0.06, 8, steps=3)
        m.add("Spindle", "blue", hose)
    m.box("Table", "cast", (0, 0.05, 0.6), (0.9, 0.7, 0.2), 0.03)
    m.box("Table", "steel", (0, -0.02, 0.74), (1.25, 0.52, 0.1), 0.012)
    for y in (-0.17, -0.02, 0.13):
        m.box("Table", "black", (0, y, 0.788), (1.24, 0.024, 0.01), 0.002)
    for s in (-1, 1):
        m.box("Table", "trim_dark", (s * 0.12, -0.02, 0.84), (0.06, 0.22, 0.1), 0.008)
    m.box("Table", "copper", (0, -0.02, 0.85), (0.17, 0.14, 0.07), 0.006)
    m.box("Table", "dark", (0, 0.15, 0.47), (W - 0.5, D - 0.5, 0.06), 0.01)


def _panel(m: Machine) -> None:
    x, y, z = W / 2 + 0.16, FRONT - 0.2, 1.42
    arm = [
        (W / 2 - 0.25, FRONT + 0.5, TOP - 0.02),
        (W / 2 - 0.25, FRONT + 0.5, TOP + 0.1),
        (x, y + 0.06, TOP + 0.1),
        (x, y + 0.06, z + 0.3),
    ]
    m.add("Panel", "steel", pipe(arm, 0.028, 0.1, 12))
    m.rod("Panel", "dark", (W / 2 - 0.25, FRONT + 0.5, TOP + 0.02), 0.06, 0.05)
    fit.control_panel(m, "Panel", at(x, y, z, rz=-14) @ at(rx=-6))


def _magazine(m: Machine) -> None:
    x = -W / 2 - 0.17
    m.add("Tool magazine", "skin", cylinder(0.5, 0.3, 0.04, 40).at(at(x, -0.1, 1.45, ry=90)))
    m.add("Tool magazine", "trim", ring(0.46, 0.4, 0.012).at(at(x - 0.153, -0.1, 1.45, ry=90)))
    m.add("Tool magazine", "tinted", cylinder(0.26, 0.01, 0.002, 32).at(at(x - 0.152, -0.1, 1.45, ry=90)))
    fit.bolts(m, "Tool magazine", at(x - 0.156, -0.1, 1.45, ry=-90), 0.43, 10, 0.01)
    m.box("Tool magazine", "trim_dark", (x + 0.03, -0.1, 0.86), (0.2, 0.3, 0.3), 0.02)
    m.rod("Tool magazine", "trim_dark", (x, 0.32, 1.98), 0.07, 0.26, "y")


def _chip_conveyor(m: Machine) -> None:
    part = "Chip conveyor"
    x0 = W / 2 - 0.1
    trough = [(0, 0.14), (0.42, 0.14), (0.86, 1.02), (1.1, 1.02), (1.1, 1.3), (0.7, 1.3), (0.22, 0.4), (0, 0.4)]
    m.add(part, "trim_dark", prism_y(trough, 0.44, 0.014).to(x0, 0.35, 0))
    for s in (-1, 1):
        m.add(
            part,
            "trim",
            prism_y([(0.3, 0.2), (0.36, 0.16), (0.86, 1.14), (0.8, 1.18)], 0.03, 0.004).to(x0, 0.35 + s * 0.225, 0),
        )
    m.add(part, "dark", box(0.16, 0.3, 0.03, 0.006).to(x0 + 1.0, 0.35, 1.02))
    motor(m, part, at(x0 + 0.95, 0.58, 1.16, rx=-90), 0.08, 0.26, "trim", -60)
    fit.hazard_stripe(m, part, at(x0 + 1.0, 0.128, 1.16), 0.18, 0.05)
    bin_outline = [(-0.22, 0.14), (0.22, 0.14), (0.27, 0.78), (-0.27, 0.78)]
    bx = x0 + 0.98
    m.add(part, "trim", prism_y(bin_outline, 0.56, 0.01).to(bx, 0.35, 0))
    m.add(part, "black", box(0.47, 0.48, 0.012, 0.002).to(bx, 0.35, 0.778))
    m.add(part, "steel", box(0.58, 0.6, 0.04, 0.008).to(bx, 0.35, 0.755))
    for dx in (-0.16, 0.16):
        for dy in (-0.2, 0.2):
            m.rod(part, "rubber", (bx + dx, 0.35 + dy, 0.065), 0.065, 0.04, "y", sides=16)


def _back_and_roof(m: Machine) -> None:
    fit.cabinet(m, "Cabinet", at(-0.2, D / 2 - 0.01, 0.12, rz=180), 1.5, 0.34, 1.9, 2)
    m.box("Mist collector", "trim", (-0.62, 0.5, TOP + 0.2), (0.62, 0.62, 0.4), 0.03)
    fit.louvres(m, "Mist collector", at(-0.62, 0.19, TOP + 0.22), 0.44, 0.24)
    m.add(
        "Mist collector",
        "trim",
        revolve([(0, 0), (0.24, 0), (0.24, 0.05), (0.14, 0.12), (0.14, 0.2), (0, 0.2)], 28),
        at(-0.62, 0.5, TOP + 0.4),
    )
    duct = pipe([(0.1, 0.6, TOP - 0.03), (0.1, 0.6, TOP + 0.2), (-0.33, 0.56, TOP + 0.2)], 0.09, 0.14, 20)
    m.add("Mist collector", "galvanised", duct)
    m.box("Roof", "trim", (0.75, 0.55, TOP + 0.03), (0.7, 0.7, 0.06), 0.015)
    for y in (0.35, 0.55, 0.75):
        m.box("Roof", "trim_dark", (0.75, y, TOP + 0.07), (0.6, 0.03, 0.03), 0.006)
    m.add(
        "Roof",
        "black",
        pipe(
            [
                (0.2, 0.98, TOP - 0.02),
                (0.2, 0.98, TOP + 0.1),
                (-0.2, 0.98, TOP + 0.1),
                (-0.2, 1.2, TOP + 0.05),
                (-0.2, 1.3, 1.95),
            ],
            0.025,
            0.08,
            10,
        ),
    )
    fit.stack_light(m, 1.2, FRONT + 0.62, TOP)
