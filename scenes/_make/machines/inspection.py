"""Vision inspection cell: light-tight housing with windows, cameras over the belt, reject chute, monitor."""

from __future__ import annotations

from scenes._make import fittings as fit
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, cylinder, plate_with_window, prism_y, ring
from scenes._make.sweeps import pipe

W, D, LOW, TOP = 2.1, 1.8, 0.2, 2.2


def build() -> Machine:
    """The cell, 2.1 m along the line."""
    m = Machine("inspection")
    _base(m)
    _housing(m)
    _doors(m)
    _inside(m)
    _reject(m)
    _operator(m)
    return m


def _base(m: Machine) -> None:
    fit.feet(m, (-0.92, 0.92), (-0.76, 0.76), 0.13)
    m.box("Base", "trim_dark", (0, 0, 0.46), (W - 0.08, D - 0.08, 0.66), 0.02)
    for x in (-0.5, 0.5):
        m.box("Base", "trim", (x, -D / 2 + 0.03, 0.47), (0.86, 0.03, 0.5), 0.01)
        fit.lever_handle(m, "Base", at(x * 0.3, -D / 2 + 0.015, 0.5))
        fit.louvres(m, "Base", at(x * 1.2, -D / 2 + 0.014, 0.36), 0.3, 0.16)


def _housing(m: Machine) -> None:
    mid, tall = (0.8 + TOP) / 2, TOP - 0.8
    for s in (-1, 1):
        side = plate_with_window(D, tall, (-0.52, 0.52, 0.84 - mid, 1.32 - mid), 0.07, 0.016)
        m.add("Housing", "skin", side, at(s * (W / 2 - 0.035), 0, mid, rz=90))
        m.box("Tunnel", "trim_dark", (s * (W / 2 + 0.02), 0, 1.34), (0.06, 1.12, 0.05), 0.01)
        for k in range(12):
            m.box("Tunnel", "rubber", (s * (W / 2 + 0.012), -0.47 + 0.0855 * k, 1.23), (0.006, 0.08, 0.2), 0.002)
    for y in (-D / 2 + 0.035, D / 2 - 0.035):
        m.box("Housing", "skin", (0, y, TOP - 0.14), (W - 0.08, 0.07, 0.28), 0.016)
        m.box("Housing", "skin", (0, y, 0.86), (W - 0.08, 0.07, 0.12), 0.016)
    m.box("Housing", "skin", (0, D / 2 - 0.04, mid), (W - 0.1, 0.05, tall - 0.1), 0.014)
    m.box("Housing", "skin", (0, 0, TOP - 0.02), (W + 0.03, D + 0.03, 0.1), 0.035, 1)
    m.box("Housing", "trim", (0, -D / 2 - 0.008, TOP - 0.12), (W - 0.06, 0.02, 0.07), 0.006)
    fit.name_plate(m, "Housing", at(-0.7, -D / 2 - 0.02, TOP - 0.12), 0.26)
    fit.louvres(m, "Housing", at(0, D / 2 + 0.001, 1.7, rz=180), 0.8, 0.3)


def _doors(m: Machine) -> None:
    low, high = 0.93, TOP - 0.29
    for s, part in ((-1, "Door left"), (1, "Door right")):
        x = s * 0.5
        fit.window(m, part, at(x, -D / 2 + 0.03, (low + high) / 2), 0.98, high - low, 0.07)
        fit.bar_handle(m, part, at(s * 0.075, -D / 2 + 0.008, (low + high) / 2), 0.34, 0.05)
        fit.hinges(m, part, at(s * 0.985, -D / 2 + 0.012), (low + 0.12, high - 0.12))


def _inside(m: Machine) -> None:
    m.box("Belt", "belt", (0, 0, 0.87), (W + 0.16, 0.84, 0.06), 0.02)
    for y in (-0.45, 0.45):
        m.box("Belt", "trim", (0, y, 0.86), (W - 0.1, 0.04, 0.12), 0.008)
    m.box("Cameras", "trim_dark", (0, 0.3, 1.92), (W - 0.3, 0.08, 0.08), 0.01)
    for x in (-0.5, 0.1):
        m.box("Cameras", "trim_dark", (x, 0.2, 1.84), (0.08, 0.24, 0.06), 0.01)
        m.box("Cameras", "dark", (x, 0.05, 1.8), (0.11, 0.11, 0.2), 0.014)
        m.rod("Cameras", "black", (x, 0.05, 1.65), 0.045, 0.12, sides=18)
        m.add("Lights", "white", ring(0.19, 0.11, 0.04, 28).to(x, 0.05, 1.5))
        m.add("Lights", "trim_dark", ring(0.2, 0.1, 0.03, 28).to(x, 0.05, 1.53))
        m.add("Cameras", "black", pipe([(x, 0.05, 1.9), (x, 0.05, 2.0), (x + 0.2, 0.3, 2.0)], 0.012, 0.05, 8))
    m.rod("Turntable", "steel", (0.1, 0, 0.91), 0.2, 0.03, sides=28)
    for x in (-0.5, 0.1):
        m.box("Parts", "cast", (x, 0, 0.94), (0.26, 0.26, 0.06), 0.01)
        m.rod("Parts", "cast", (x, 0, 1.01), 0.09, 0.1, sides=20)
        m.rod("Parts", "steel", (x, 0, 1.062), 0.06, 0.012, sides=20)
    m.rod("Pusher", "steel", (0.65, 0.42, 1.0), 0.04, 0.3, "y", sides=16)
    m.rod("Pusher", "chrome", (0.65, 0.22, 1.0), 0.014, 0.2, "y", sides=10)
    m.box("Pusher", "trim_dark", (0.65, 0.12, 1.0), (0.22, 0.03, 0.12), 0.006)


def _reject(m: Machine) -> None:
    chute = [(-0.17, 0.0), (0.17, 0.0), (0.17, 0.025), (-0.17, 0.025)]
    m.add("Reject chute", "steel", prism_y(chute, 0.5, 0.004), at(0.65, -D / 2 - 0.2, 0.72, rx=28))
    for s in (-0.17, 0.17):
        m.add("Reject chute", "steel", box(0.02, 0.5, 0.1, 0.004), at(0.65 + s, -D / 2 - 0.2, 0.77, rx=28))
    m.box("Reject bin", "orange", (0.65, -D / 2 - 0.42, 0.26), (0.5, 0.4, 0.36), 0.02)
    m.box("Reject bin", "black", (0.65, -D / 2 - 0.42, 0.438), (0.44, 0.34, 0.01), 0.002)
    for dx in (-0.18, 0.18):
        for dy in (-0.14, 0.14):
            m.rod("Reject bin", "rubber", (0.65 + dx, -D / 2 - 0.42 + dy, 0.05), 0.05, 0.03, "y", sides=14)


def _operator(m: Machine) -> None:
    x, y = -W / 2 - 0.08, -D / 2 - 0.25
    m.add(
        "Monitor",
        "steel",
        pipe(
            [
                (-W / 2 + 0.2, -D / 2 + 0.2, TOP + 0.02),
                (-W / 2 + 0.2, -D / 2 + 0.2, TOP + 0.14),
                (x + 0.25, y, TOP + 0.14),
                (x + 0.25, y, 1.75),
            ],
            0.024,
            0.08,
            12,
        ),
    )
    face = at(x + 0.25, y - 0.05, 1.58, rz=-12) @ at(rx=-6)
    m.add("Monitor", "dark", box(0.58, 0.06, 0.38, 0.015), face)
    m.add("Monitor", "screen", box(0.52, 0.008, 0.31, 0.003).to(y=-0.031), face)
    m.add("Monitor", "screen_line", ring(0.1, 0.085, 0.004, 28).at(at(-0.1, -0.036, 0.01, rx=90)), face)
    for k, w in enumerate((0.14, 0.1, 0.12, 0.08)):
        m.add("Monitor", "screen_line", box(w, 0.003, 0.012, 0.0005).to(0.09 + w / 2, -0.036, 0.09 - 0.055 * k), face)
    m.add("Monitor", "trim_dark", box(0.5, 0.2, 0.025, 0.008).to(0, -0.12, -0.24), face)
    for row in range(3):
        for column in range(9):
            m.add(
                "Monitor",
                "white",
                box(0.036, 0.036, 0.008, 0.003).to(-0.19 + 0.047 * column, -0.17 + 0.05 * row, -0.224),
                face,
            )
    m.box("Cabinet", "trim", (0.35, 0.1, TOP + 0.2), (0.9, 0.7, 0.36), 0.016)
    fit.louvres(m, "Cabinet", at(0.35, -0.252, TOP + 0.2), 0.5, 0.22)
    m.add("Cabinet", "trim_dark", cylinder(0.13, 0.05, 0.01, 24).to(0.35, 0.1, TOP + 0.4))
    fit.stack_light(m, 0.92, -0.76, TOP + 0.02, 0.25)
