"""Oil-injected screw compressor in its sound enclosure, with cooler outlet, receiver and dryer piping."""

from __future__ import annotations

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gate_valve, gauge, vibration_sensor
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, plate_with_window, revolve, ring
from scenes._make.sweeps import pipe, torus

W, D, LOW, TOP = 2.5, 1.7, 0.2, 2.05
OUTLET = (1.62, 0.25, 3.2)  # compressed air leaves here, upwards


def build() -> Machine:
    """The package and its receiver beside it: 3.2 m long in all."""
    m = Machine("compressor")
    body = Machine("body")
    _housing(body)
    _doors(body)
    _open_bay(body)
    _cooler(body)
    m.take(body, at(-0.35))
    _receiver(m)
    return m


def _housing(m: Machine) -> None:
    for x in (-W / 2 + 0.2, 0, W / 2 - 0.2):
        for y in (-D / 2 + 0.12, D / 2 - 0.12):
            m.rod("Base", "rubber", (x, y, 0.05), 0.07, 0.1, sides=18)
            m.rod("Base", "steel", (x, y, 0.11), 0.02, 0.06, sides=8)
    m.box("Base", "trim_dark", (0, 0, 0.17), (W - 0.04, D - 0.04, 0.14), 0.012)
    for y in (-0.45, 0.45):
        for x in (-0.55, 0.55):
            m.box("Base", "black", (x, y * 1.9, 0.17), (0.26, 0.03, 0.09), 0.008)
    bay = plate_with_window(W, TOP - LOW - 0.1, (0.18, 1.12, -0.68, 0.55), 0.08, 0.016)
    m.add("Enclosure", "skin", bay.to(0, -D / 2 + 0.04, (LOW + TOP) / 2))
    m.box("Enclosure", "skin", (0, D / 2 - 0.04, (LOW + TOP) / 2), (W, 0.08, TOP - LOW - 0.1), 0.016)
    for s in (-1, 1):
        m.box("Enclosure", "skin", (s * (W / 2 - 0.04), 0, (LOW + TOP) / 2), (0.08, D - 0.1, TOP - LOW - 0.1), 0.016)
    m.box("Enclosure", "skin", (0, 0, TOP - 0.04), (W + 0.02, D + 0.02, 0.09), 0.03)
    m.box("Enclosure", "trim_dark", (0, -D / 2 + 0.02, LOW + 0.03), (W - 0.02, 0.06, 0.07), 0.01)
    fit.louvres(m, "Enclosure", at(-W / 2 - 0.001, 0.1, 0.75, rz=-90), 0.9, 0.7)
    fit.louvres(m, "Enclosure", at(W / 2 + 0.001, 0.3, 1.4, rz=90), 0.7, 0.6)
    fit.name_plate(m, "Enclosure", at(-0.75, -D / 2 - 0.028, 1.78), 0.5)


def _doors(m: Machine) -> None:
    for k, x in enumerate((-0.92, -0.25)):
        m.box("Doors", "skin", (x, -D / 2 - 0.012, 1.02), (0.62, 0.03, 1.38), 0.014)
        fit.lever_handle(m, "Doors", at(x + (0.24 if k == 0 else -0.24), -D / 2 - 0.027, 1.05))
        fit.hinges(m, "Doors", at(x - (0.29 if k == 0 else -0.29), -D / 2 - 0.022), (0.55, 1.5))
    fit.louvres(m, "Doors", at(-0.92, -D / 2 - 0.027, 0.6), 0.46, 0.34)
    panel = at(-0.25, -D / 2 - 0.027, 1.45)
    m.add("Control", "dark", box(0.4, 0.03, 0.34, 0.012), panel)
    m.add("Control", "screen", box(0.26, 0.008, 0.17, 0.003).to(-0.04, -0.016, 0.05), panel)
    for k, w in enumerate((0.18, 0.12, 0.15)):
        m.add("Control", "screen_line", box(w, 0.003, 0.009, 0.0005).to(-0.15 + w / 2, -0.0205, 0.1 - 0.045 * k), panel)
    for k in range(4):
        m.add("Control", "white", box(0.045, 0.01, 0.03, 0.004).to(-0.14 + 0.06 * k, -0.017, -0.1), panel)
    fit.emergency_stop(m, "Control", panel @ at(0.145, -0.014, -0.08, rx=90))


def _open_bay(m: Machine) -> None:
    """What is seen through the maintenance opening behind its guard: air end, belt drive, motor, filter."""
    m.box("Drive", "black", (0.62, 0.2, 1.05), (1.1, 0.02, 1.5), 0.004)
    m.box("Drive", "trim_dark", (0.62, -0.25, 0.34), (1.1, 0.9, 0.12), 0.01)
    m.add(
        "Drive",
        "cast",
        revolve([(0, -0.28), (0.2, -0.28), (0.22, -0.26), (0.22, 0.26), (0.2, 0.28), (0, 0.28)], 30),
        at(0.42, -0.1, 0.72, ry=90),
    )
    for x in (0.24, 0.34, 0.44, 0.54):
        m.add("Drive", "cast", ring(0.235, 0.2, 0.02).at(at(x, -0.1, 0.72, ry=90)))
    m.box("Air end", "cast", (0.5, -0.15, 1.22), (0.56, 0.42, 0.34), 0.06, 1)
    m.rod("Air end", "cast", (0.5, -0.15, 1.44), 0.11, 0.16, sides=22)
    vibration_sensor(m, "Air end", at(0.7, -0.28, 1.39))
    for z, r in ((0.72, 0.2), (1.22, 0.13)):
        m.rod("Belt drive", "steel", (0.86, -0.15, z), r, 0.12, "x", sides=28)
        m.rod("Belt drive", "trim_dark", (0.925, -0.15, z), r * 0.35, 0.03, "x", sides=18)
    for dx in (-0.035, 0.0, 0.035):
        way = [
            (0.86 + dx, 0.05, 0.72),
            (0.86 + dx, -0.02, 1.22),
            (0.86 + dx, -0.28, 1.22),
            (0.86 + dx, -0.35, 0.72),
            (0.86 + dx, -0.15, 0.52),
            (0.86 + dx, 0.05, 0.72),
        ]
        m.add("Belt drive", "rubber", pipe(way, 0.014, 0.06, 6, steps=4))
    for y in (-0.38, -0.3):
        m.add("Guard", "yellow", box(0.02, 0.02, 1.15, 0.004).to(1.06 if y < -0.35 else 0.72, -0.5, 0.98))
    for k in range(9):
        m.box("Guard", "yellow", (0.89, -0.5, 0.46 + 0.13 * k), (0.34, 0.012, 0.016), 0.003)
    m.rod("Filter", "orange", (0.24, -0.45, 0.65), 0.085, 0.4, sides=22)
    m.rod("Filter", "trim_dark", (0.24, -0.45, 0.88), 0.09, 0.08, sides=22)
    hose = pipe([(0.24, -0.42, 0.95), (0.24, -0.4, 1.22), (0.35, -0.3, 1.26)], 0.025, 0.1, 10)
    m.add("Filter", "rubber", hose)


def _cooler(m: Machine) -> None:
    m.box("Cooler", "trim", (-0.55, 0.15, TOP + 0.12), (1.1, 1.0, 0.26), 0.02)
    m.add("Cooler", "trim_dark", ring(0.42, 0.36, 0.12, 40).to(-0.55, 0.15, TOP + 0.3))
    m.add("Cooler", "black", cylinder(0.37, 0.02, 0, 36).to(-0.55, 0.15, TOP + 0.26))
    for r in (0.1, 0.19, 0.28, 0.37):
        m.add("Cooler", "trim_dark", torus(r, 0.008, 32, 6).to(-0.55, 0.15, TOP + 0.35))
    for turn in range(0, 180, 45):
        m.add("Cooler", "trim_dark", box(0.78, 0.018, 0.012, 0.003).to(z=TOP + 0.35), at(-0.55, 0.15) @ at(rz=turn))
    m.add("Cooler", "steel", revolve([(0, 0), (0.09, 0), (0.07, 0.05), (0, 0.06)], 18), at(-0.55, 0.15, TOP + 0.27))
    for k in range(5):
        blade = box(0.24, 0.1, 0.008, 0.002).at(at(0.2, 0, 0, rx=22))
        m.add("Cooler", "trim", blade.to(z=TOP + 0.29), at(-0.55, 0.15) @ at(rz=72 * k))
    fit.stack_light(m, 0.95, -0.6, TOP, 0.2)


def _receiver(m: Machine) -> None:
    x, y = OUTLET[0] - 0.32, -0.2
    shell = [(0, 0.42), (0.16, 0.44), (0.27, 0.5), (0.31, 0.6), (0.31, 1.9), (0.27, 2.0), (0.16, 2.06), (0, 2.08)]
    m.add("Receiver", "skin", revolve(shell, 32, 40), at(x, y))
    for z in (0.62, 1.25, 1.88):
        m.add("Receiver", "trim", ring(0.318, 0.3, 0.025).to(x, y, z))
    for turn in (30, 150, 270):
        m.add("Receiver", "trim_dark", box(0.07, 0.07, 0.62, 0.008).to(0.24, 0, 0.31), at(x, y) @ at(rz=turn))
        m.add("Receiver", "trim_dark", box(0.14, 0.14, 0.016, 0.004).to(0.24, 0, 0.008), at(x, y) @ at(rz=turn))
    m.add("Receiver", "steel", cylinder(0.09, 0.12, sides=20).at(at(x, y - 0.32, 1.1, rx=90)))
    m.add("Receiver", "trim_dark", cylinder(0.12, 0.03, sides=20).at(at(x, y - 0.39, 1.1, rx=90)))
    fit.bolts(m, "Receiver", at(x, y - 0.405, 1.1, rx=90), 0.1, 8, 0.01)
    gauge(m, "Receiver", at(x - 0.14, y - 0.1, 2.02), 0.06)
    m.add("Piping", "air", pipe([(0.55, -0.2, 1.75), (0.9, -0.2, 1.75), (x - 0.28, y, 1.75)], 0.045, 0.1, 16))
    m.rod("Piping", "air", (x, y, 2.19), 0.05, 0.28, sides=16)
    gate_valve(m, "Valve", at(x, y, 2.42), 0.045)
    ox, oy, oz = OUTLET
    m.add(
        "Piping", "air", pipe([(x, y, 2.55), (x, y, 2.85), (x, oy, 2.85), (ox, oy, 2.85), (ox, oy, oz)], 0.05, 0.14, 16)
    )
    flange_pair(m, "Piping", at(ox, oy, oz - 0.05), 0.05)
    m.add("Piping", "copper", pipe([(x, y, 0.44), (x, y, 0.3), (x, y - 0.4, 0.3)], 0.015, 0.04, 8))
    m.rod("Piping", "trim_dark", (x, y - 0.4, 0.26), 0.05, 0.14, sides=14)
