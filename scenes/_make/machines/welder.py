"""Laser welding cell: closed housing with filter window, welding head on axes, laser source, fume extraction."""

from __future__ import annotations

from scenes._make import fittings as fit
from scenes._make.drives import motor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, plate_with_window, prism_x, revolve, ring
from scenes._make.sweeps import pipe

W, D, LOW, TOP = 2.7, 2.2, 0.16, 2.4


def build() -> Machine:
    """The cell, 2.7 m along the line; parts pass along X at conveyor height."""
    m = Machine("welder")
    _housing(m)
    _front(m)
    _table(m)
    _head(m)
    _source(m)
    _extraction(m)
    return m


def _housing(m: Machine) -> None:
    fit.feet(m, (-1.2, 0, 1.2), (-0.95, 0.95), 0.12)
    m.box("Base", "trim_dark", (0, 0, 0.26), (W - 0.06, D - 0.06, 0.26), 0.016)
    mid, tall = (0.38 + TOP) / 2, TOP - 0.38
    for s in (-1, 1):
        side = plate_with_window(D, tall, (-0.5, 0.5, 0.8 - mid, 1.3 - mid), 0.08, 0.018)
        m.add("Housing", "skin", side, at(s * (W / 2 - 0.04), 0, mid, rz=90))
        m.box("Tunnel", "trim", (s * (W / 2 + 0.03), 0, 1.34), (0.08, 1.16, 0.1), 0.016)
        for y in (-0.55, 0.55):
            m.box("Tunnel", "trim", (s * (W / 2 + 0.03), y, 1.06), (0.08, 0.08, 0.52), 0.012)
        m.box("Tunnel", "black", (s * (W / 2 - 0.03), 0, 1.18), (0.02, 1.0, 0.26), 0.003)
        m.box("Tunnel", "steel", (s * (W / 2 + 0.08), 0, 0.88), (0.3, 0.86, 0.03), 0.006)
    m.box("Housing", "skin", (0, D / 2 - 0.05, mid), (W - 0.1, 0.08, tall), 0.018)
    roof = [
        (-D / 2, TOP - 0.16),
        (-D / 2, TOP - 0.08),
        (-D / 2 + 0.2, TOP + 0.04),
        (D / 2, TOP + 0.04),
        (D / 2, TOP - 0.16),
    ]
    m.add("Housing", "skin", prism_x(roof, W + 0.02, 0.02))
    m.box("Housing", "trim", (0, -D / 2 - 0.006, 0.45), (W - 0.02, 0.03, 0.1), 0.01)


def _front(m: Machine) -> None:
    mid, tall = (0.38 + TOP - 0.1) / 2, TOP - 0.5
    front = plate_with_window(W, tall, (-0.72, 0.72, 0.86 - mid, 2.06 - mid), 0.08, 0.018)
    m.add("Housing", "skin", front.to(0, -D / 2 + 0.04, mid))
    y = -D / 2 - 0.03
    m.box("Door", "skin", (0, y, 0.98), (1.56, 0.06, 0.3), 0.016)
    m.add("Door", "skin", plate_with_window(1.56, 1.0, (-0.6, 0.6, -0.36, 0.36), 0.06, 0.014).to(0, y, 1.62))
    fit.porthole(m, "Door", at(0, y - 0.02, 1.62), 1.24, 0.76)
    fit.bar_handle(m, "Door", at(0.68, y - 0.03, 1.4), 0.4, 0.06)
    fit.warning_plate(m, "Door", at(-0.56, y - 0.032, 0.98), 0.16)
    m.box("Door", "white", (-0.28, y - 0.032, 0.98), (0.32, 0.006, 0.13), 0.002)
    m.box("Door", "trim_dark", (-0.28, y - 0.036, 1.0), (0.26, 0.004, 0.03), 0.001)
    for z in (0.81, 2.14):
        m.box("Door", "steel", (0.3, y + 0.02, z), (W - 0.7, 0.04, 0.035), 0.006)
    fit.control_panel(m, "Panel", at(1.06, -D / 2 - 0.09, 1.5), 0.42, 0.56)
    m.rod("Panel", "lamp_red", (1.06, -D / 2 - 0.02, 1.98), 0.045, 0.05, "y", sides=18)
    fit.lever_handle(m, "Door", at(-1.0, -D / 2, 1.2))
    m.box("Housing", "trim", (-1.05, -D / 2 - 0.006, 1.25), (0.44, 0.03, 1.3), 0.01)
    fit.lever_handle(m, "Housing", at(-0.9, -D / 2 - 0.02, 1.2))
    fit.louvres(m, "Housing", at(-1.05, -D / 2 - 0.02, 0.8), 0.28, 0.2)
    fit.name_plate(m, "Housing", at(-1.05, -D / 2 - 0.022, 1.76), 0.32)


def _table(m: Machine) -> None:
    m.box("Table", "dark", (0, 0, 0.6), (W - 0.3, D - 0.4, 0.42), 0.012)
    m.box("Table", "steel", (0, 0, 0.86), (W + 0.1, 0.84, 0.06), 0.01)
    m.box("Fixture", "trim_dark", (0, 0, 0.93), (0.9, 0.7, 0.07), 0.01)
    m.box("Fixture", "steel", (0, 0, 0.98), (0.62, 0.5, 0.03), 0.006)
    for x in (-0.36, 0.36):
        for y in (-0.27, 0.27):
            m.rod("Fixture", "chrome", (x, y, 1.02), 0.026, 0.14, sides=14)
            m.box("Fixture", "dark", (x * 0.85, y, 1.08), (0.16, 0.05, 0.03), 0.006)


def _head(m: Machine) -> None:
    m.box("Axes", "trim", (0, 0.45, 1.95), (W - 0.3, 0.18, 0.2), 0.012)
    m.box("Axes", "steel", (0, 0.35, 2.0), (W - 0.34, 0.03, 0.04), 0.004)
    m.box("Axes", "trim_dark", (0.1, 0.25, 1.93), (0.34, 0.2, 0.34), 0.016)
    m.box("Axes", "trim", (0.1, 0.08, 1.75), (0.16, 0.16, 0.66), 0.012)
    m.add("Welding head", "trim_dark", cylinder(0.07, 0.3, 0.01, 22).to(0.1, -0.02, 1.5))
    m.add(
        "Welding head",
        "copper",
        revolve([(0, 0), (0.014, 0), (0.06, 0.14), (0.06, 0.17), (0, 0.17)], 18),
        at(0.1, -0.02, 1.19),
    )
    m.add(
        "Welding head",
        "yellow",
        pipe([(0.1, -0.02, 1.64), (0.1, -0.02, 2.0), (0.4, 0.3, 2.2), (0.9, 0.7, 2.24)], 0.018, 0.2, 10),
    )


def _source(m: Machine) -> None:
    """The laser source with its cooler behind the cell."""
    place = at(-0.72, D / 2 - 0.02, 0, rz=180)
    fit.cabinet(m, "Laser source", place, 1.1, 0.55, 1.75, 2)
    place = at(0.65, D / 2 - 0.02, 0, rz=180)
    m.add("Cooler", "trim", box(0.9, 0.5, 1.25, 0.016).to(0, -0.27, 0.7), place)
    m.add("Cooler", "dark", box(0.86, 0.46, 0.08, 0.008).to(0, -0.27, 0.05), place)
    fit.louvres(m, "Cooler", place @ at(0, -0.522, 0.85), 0.66, 0.7)
    m.add("Cooler", "trim_dark", ring(0.2, 0.17, 0.05).to(0, -0.27, 1.35), place)
    m.add("Cooler", "black", cylinder(0.175, 0.02, 0, 26).to(0, -0.27, 1.335), place)
    for x in (0.95, 0.82):
        m.add(
            "Cooler",
            "water",
            pipe([(x, D / 2 + 0.3, 1.3), (x, D / 2 + 0.3, 1.9), (x, D / 2 - 0.1, 1.9)], 0.024, 0.1, 10),
        )


def _extraction(m: Machine) -> None:
    z = TOP + 0.04
    m.box("Extraction", "trim", (0.75, 0.35, z + 0.32), (0.8, 0.7, 0.62), 0.025)
    fit.louvres(m, "Extraction", at(0.75, -0.002, z + 0.3), 0.5, 0.3)
    motor(m, "Extraction", at(0.75, 0.35, z + 0.63), 0.14, 0.32, "trim", -90)
    m.add(
        "Extraction",
        "galvanised",
        pipe([(-0.3, 0.2, z - 0.05), (-0.3, 0.2, z + 0.34), (0.4, 0.3, z + 0.34)], 0.11, 0.18, 22),
    )
    m.add("Extraction", "trim", ring(0.14, 0.1, 0.04).to(-0.3, 0.2, z + 0.03))
    for x in (-0.02, 0.16):
        m.add("Extraction", "trim", ring(0.125, 0.105, 0.025).at(at(x, 0.254 + (x + 0.02) * 0.15, z + 0.34, ry=90)))
    fit.stack_light(m, -1.15, -0.75, z, 0.25)
