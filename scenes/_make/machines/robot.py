"""Six-axis robot on a pedestal in its fenced cell, reaching over the conveyor in front."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes._make import fences
from scenes._make import fittings as fit
from scenes._make.machine import Machine
from scenes._make.mesh import Matrix, Mesh, at, merge
from scenes._make.solids import box, cylinder, prism_y, revolve, ring
from scenes._make.sweeps import loft, oval, pipe

SHOULDER = (0.26, 0.0, 1.08)
LOWER_LENGTH, LOWER_LEAN = 1.05, 26.0
FORE_LENGTH, FORE_DIP = 1.36, 9.0
CELL = (-2.1, 2.1, -1.5, 1.45)  # x0, x1, y0, y1 of the fence; open towards the conveyor


def build(turn: float) -> Machine:
    """The cell; the arm is turned by `turn` degrees about its first axis (0 = along X)."""
    m = Machine(f"robot{turn:+g}")
    _pedestal(m)
    arm = Machine("arm")
    _column(arm)
    elbow = _lower_arm(arm)
    _elbow(arm, elbow)
    wrist = _forearm(arm, elbow)
    _gripper(arm, wrist)
    _dress_pack(arm, elbow)
    m.take(arm, at(rz=turn))
    _cell(m)
    return m


def _pedestal(m: Machine) -> None:
    m.box("Pedestal", "trim_dark", (0, 0, 0.02), (1.1, 1.1, 0.04), 0.008)
    m.add(
        "Pedestal",
        "trim_dark",
        revolve(
            [(0, 0.04), (0.4, 0.04), (0.42, 0.06), (0.36, 0.16), (0.36, 0.3), (0.42, 0.34), (0.42, 0.38), (0, 0.38)], 32
        ),
    )
    for turn in range(0, 360, 60):
        rib = prism_y([(0.34, 0.04), (0.52, 0.04), (0.38, 0.3), (0.34, 0.3)], 0.03, 0.004)
        m.add("Pedestal", "trim_dark", rib, at(rz=turn))
    corners = [at(x, y, 0.04) for x in (-0.47, 0.47) for y in (-0.47, 0.47)]
    fit.bolt_heads(m, "Pedestal", corners, 0.028)
    base = [(0, 0.38), (0.39, 0.38), (0.39, 0.43), (0.31, 0.47), (0.3, 0.62), (0.34, 0.66), (0.34, 0.7), (0, 0.7)]
    m.add("Base", "skin", revolve(base, 36, 30))
    fit.bolts(m, "Base", at(z=0.43), 0.35, 12, 0.016)
    m.box("Base", "dark", (-0.42, 0, 0.52), (0.22, 0.3, 0.18), 0.02)
    for y in (-0.08, 0, 0.08):
        m.add(
            "Base",
            "black",
            pipe([(-0.52, y, 0.52), (-0.66, y, 0.5), (-0.72, y, 0.1), (-1.2, y * 0.8, 0.04)], 0.022, 0.1, 10),
        )


def _column(m: Machine) -> None:
    part = "Axis 1"
    m.add(part, "trim_dark", cylinder(0.31, 0.04, 0.006, 36).to(z=0.72))
    sections = [
        (0.0, 0.74, 0.33, 0.33, 2.2),
        (0.02, 0.82, 0.33, 0.31, 2.6),
        (0.1, 0.94, 0.32, 0.25, 3.4),
        (0.2, 1.06, 0.28, 0.2, 4),
        (0.24, 1.2, 0.21, 0.17, 4),
        (0.26, 1.26, 0.14, 0.13, 3),
    ]
    m.add(part, "skin", loft([oval((x, 0, z), (1, 0, 0), (0, 1, 0), u, v, p, 32) for x, z, u, v, p in sections]))
    for s in (-1, 1):
        m.add(part, "skin", cylinder(0.2, 0.16, 0.02, 32), at(SHOULDER[0], s * 0.2, SHOULDER[2], rx=90))
        m.add(part, "trim_dark", cylinder(0.16, 0.03, 0.01, 28), at(SHOULDER[0], s * 0.29, SHOULDER[2], rx=90))
        fit.bolts(m, part, at(SHOULDER[0], s * 0.28, SHOULDER[2], rx=-90 * s), 0.18, 10, 0.011)
    m.add(part, "dark", cylinder(0.1, 0.3, 0.015, 24), at(SHOULDER[0], 0.44, SHOULDER[2], rx=90))
    m.add(part, "dark", cylinder(0.1, 0.34, 0.015, 24), at(-0.2, -0.14, 1.04))
    m.add(part, "black", cylinder(0.085, 0.05, 0.01, 24), at(-0.2, -0.14, 1.23))
    m.add(part, "dark", box(0.22, 0.18, 0.16, 0.02), at(-0.24, 0.12, 0.92))


def _along(start: np.ndarray, angle_deg: float) -> Matrix:
    """A frame at `start` whose Z axis leans `angle_deg` from up towards X."""
    return at(*start, ry=angle_deg)


def _lower_arm(m: Machine) -> np.ndarray:
    part = "Lower arm"
    place = _along(np.array(SHOULDER), LOWER_LEAN)
    n = LOWER_LENGTH
    shape = [
        (-0.17, 0.1, 0.07),
        (-0.1, 0.18, 0.1),
        (0.0, 0.2, 0.115),
        (0.18, 0.175, 0.11),
        (0.45, 0.135, 0.095),
        (0.75, 0.125, 0.09),
        (n - 0.12, 0.15, 0.1),
        (n, 0.165, 0.105),
        (n + 0.09, 0.14, 0.09),
        (n + 0.145, 0.07, 0.06),
    ]
    rings = [oval((0, 0, z), (1, 0, 0), (0, 1, 0), u, v, 3.2, 28) for z, u, v in shape]
    m.add(part, "skin", loft(rings), place)
    pocket = prism_y([(-0.05, 0.3), (0.05, 0.3), (0.045, 0.8), (-0.045, 0.8)], 0.19, 0.012)
    m.add(part, "trim", pocket, place)
    for s in (-1, 1):
        m.add(part, "trim", cylinder(0.13, 0.03, 0.008, 28), place @ at(0, s * 0.115, n, rx=90))
        fit.bolts(m, part, place @ at(0, s * 0.128, n, rx=-90 * s), 0.105, 8, 0.01)
    return (place @ np.array([0, 0, n, 1.0]))[:3]


def _limb(shape: Sequence[tuple[float, float, float]], power: float) -> Mesh:
    """A housing along Z: (z, half width, half depth) of each section; squarer the higher `power`."""
    return loft([oval((0, 0, z), (1, 0, 0), (0, 1, 0), u, v, power, 28) for z, u, v in shape])


def _elbow(m: Machine, elbow: np.ndarray) -> None:
    part, place = "Elbow", _along(elbow, 90 + FORE_DIP) @ at(-0.13)
    shape = ((-0.3, 0.1, 0.12), (-0.26, 0.15, 0.17), (-0.05, 0.19, 0.19), (0.12, 0.19, 0.19), (0.2, 0.15, 0.15))
    m.add(part, "skin", _limb(shape, 3.6), place)
    m.add(part, "skin", cylinder(0.16, 0.42, 0.02, 32), at(*elbow, rx=90))
    m.add(part, "trim_dark", cylinder(0.12, 0.47, 0.012, 28), at(*elbow, rx=90))
    for y, x in ((0.09, 0.06), (-0.09, 0.06), (0.0, -0.09)):
        m.add(part, "dark", cylinder(0.068, 0.3, 0.012, 20).to(x, y, -0.42), place)
        m.add(part, "black", cylinder(0.055, 0.04, 0.008, 20).to(x, y, -0.59), place)
    m.add(part, "trim_dark", cylinder(0.155, 0.05, 0.01, 30).to(z=0.22), place)
    fit.bolts(m, part, place @ at(z=0.245), 0.14, 10, 0.009)


def _forearm(m: Machine, elbow: np.ndarray) -> np.ndarray:
    place = _along(elbow, 90 + FORE_DIP) @ at(-0.13)
    n = FORE_LENGTH
    shape = (
        (0.24, 0.14, 0.14), (0.34, 0.135, 0.13), (0.6, 0.11, 0.105), (0.95, 0.095, 0.09), (n - 0.2, 0.09, 0.085),
        (n - 0.16, 0.085, 0.08),
    )  # fmt: skip
    m.add("Forearm", "skin", _limb(shape, 2.6), place)
    sections = ((n - 0.2, 0.08), (n - 0.05, 0.085), (n + 0.03, 0.075), (n + 0.075, 0.04))
    for s in (-1, 1):
        fork = loft([oval((0, s * 0.075, z), (1, 0, 0), (0, 1, 0), u, 0.028, 3, 20) for z, u in sections])
        m.add("Wrist", "skin", fork, place)
        m.add("Wrist", "trim_dark", cylinder(0.06, 0.02, 0.006, 22), place @ at(0, s * 0.108, n, rx=90))
    return (place @ np.array([0, 0, n, 1.0]))[:3]


def _gripper(m: Machine, wrist: np.ndarray) -> None:
    down = at(*wrist, ry=180)
    m.add(
        "Wrist",
        "skin",
        revolve([(0, -0.075), (0.05, -0.07), (0.062, -0.03), (0.062, 0.1), (0.056, 0.13), (0, 0.13)], 24),
        down,
    )
    m.add("Wrist", "trim_dark", cylinder(0.055, 0.05, 0.005, 24).to(z=0.155), down)
    fit.bolts(m, "Wrist", down @ at(z=0.18), 0.042, 6, 0.007)
    part = "Gripper"
    m.add(part, "dark", cylinder(0.065, 0.03, 0.005, 24).to(z=0.195), down)
    m.add(part, "steel", box(0.4, 0.13, 0.1, 0.012).to(z=0.26), down)
    m.add(part, "trim_dark", box(0.32, 0.138, 0.03, 0.005).to(z=0.25), down)
    for s in (-1, 1):
        m.add(part, "trim", box(0.05, 0.11, 0.07, 0.008).to(s * 0.15, 0, 0.335), down)
        finger = prism_y(
            [
                (s * 0.175, 0.33),
                (s * 0.145, 0.33),
                (s * 0.118, 0.5),
                (s * 0.118, 0.62),
                (s * 0.14, 0.62),
                (s * 0.15, 0.5),
            ],
            0.08,
            0.004,
        )
        m.add(part, "steel", finger, down)
        m.add(part, "rubber", box(0.012, 0.085, 0.11, 0.003).to(s * 0.112, 0, 0.56), down)
    m.add(part, "copper", box(0.2, 0.2, 0.14, 0.014).to(z=0.58), down)


def _dress_pack(m: Machine, elbow: np.ndarray) -> None:
    """The hose that runs along the arm, with its clips."""
    x, _, z = SHOULDER
    ex, _, ez = elbow
    way = [
        (-0.1, 0.24, 0.75),
        (x - 0.3, 0.3, z + 0.05),
        (x + 0.12, 0.24, z + 0.55),
        (ex - 0.28, 0.24, ez + 0.02),
        (ex - 0.05, 0.12, ez + 0.36),
        (ex + 0.5, 0.06, ez + 0.24),
        (ex + 1.05, 0.03, ez + 0.1),
        (ex + 1.28, 0.0, ez - 0.02),
    ]
    m.add("Dress pack", "black", pipe(way, 0.03, 0.22, 12, steps=6))
    place = _along(elbow, 90 + FORE_DIP)
    clip = merge([ring(0.05, 0.03, 0.035, 14), box(0.03, 0.03, 0.035, 0.004).to(-0.06)])
    m.add("Dress pack", "steel", clip, place @ at(-0.29, 0.055, 0.5, rz=180))
    m.add("Dress pack", "steel", clip, place @ at(-0.255, 0.03, 1.02, rz=180))


def _cell(m: Machine) -> None:
    x0, x1, y0, y1 = CELL
    fences.fence(m, "Fence", (x0, y0), (x0, y1))
    fences.fence(m, "Fence", (x1, y0), (x1, y1))
    fences.fence(m, "Fence", (x0, y1), (0.9, y1))
    fences.cell_door(m, "Fence door", at(1.5, y1, 0, rz=180), 1.06)
    for x in (x0 + 0.2, x1 - 0.2):
        fences.light_curtain(m, "Light curtain", x, y0 - 0.05, 1.4)
    fit.cabinet(m, "Controller", at(-1.62, y1 - 0.08), 0.7, 0.5, 1.25)
    fit.stack_light(m, -1.85, y1 - 0.35, 1.25, 0.2)
    m.add("Controller", "black", pipe([(-1.2, 0, 0.03), (-1.5, 0, 0.03), (-1.62, y1 - 0.6, 0.03)], 0.03, 0.1, 10))
