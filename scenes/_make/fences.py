"""Guard fences, light curtains and bollards around cells and aisles."""

from __future__ import annotations

import numpy as np

from scenes._make import fittings as fit
from scenes._make.machine import Machine
from scenes._make.mesh import Matrix, at, facets
from scenes._make.solids import box, cylinder, frame

HEIGHT_M = 1.9


def fence(m: Machine, part: str, start: tuple[float, float], end: tuple[float, float], mesh: bool = True) -> None:
    """Posts and wire panels from `start` to `end` (x, y), in fields of at most 1.3 m."""
    a, b = np.array(start, float), np.array(end, float)
    length = float(np.linalg.norm(b - a))
    fields = max(int(np.ceil(length / 1.3)), 1)
    turn = float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))
    for k in range(fields + 1):
        fence_post(m, part, *(a + (b - a) * k / fields))
    for k in range(fields):
        x, y = a + (b - a) * (k + 0.5) / fields
        wire_panel(m, part, at(x, y, 0, rz=turn), length / fields - 0.1, mesh)


def fence_post(m: Machine, part: str, x: float, y: float) -> None:
    """A yellow square post with its foot plate."""
    m.box(part, "yellow", (x, y, HEIGHT_M / 2), (0.05, 0.05, HEIGHT_M), 0.006)
    m.box(part, "yellow", (x, y, 0.006), (0.13, 0.13, 0.012), 0.003)
    fit.bolt_heads(m, part, [at(x + 0.045, y + 0.045, 0.012), at(x - 0.045, y - 0.045, 0.012)], 0.009)


def wire_panel(m: Machine, part: str, place: Matrix, width: float, mesh: bool = True) -> None:
    """A framed wire mesh panel in the XZ plane of `place`, from 0.12 m above the floor."""
    low, high = 0.12, HEIGHT_M - 0.03
    tall = high - low
    m.add(part, "trim_dark", frame(width, tall, 0.025, 0.022, 0.004).to(0, 0, low + tall / 2), place)
    if not mesh:
        return
    xs = np.arange(-width / 2 + 0.11, width / 2 - 0.06, 0.1)
    zs = np.arange(low + 0.22, high - 0.1, 0.2)
    bars = [_flat_bar(x, x, low + 0.02, high - 0.02, 0.004, 0) for x in xs]
    bars += [_flat_bar(-width / 2 + 0.02, width / 2 - 0.02, z, z, 0, 0.004) for z in zs]
    for sign in (1, -1):
        quads = np.array(bars)[:, ::sign]
        m.add(part, "trim_dark", facets(quads).to(y=-0.002 * sign), place)


def _flat_bar(x0: float, x1: float, z0: float, z1: float, half_x: float, half_z: float) -> list[list[float]]:
    a, b, c, d = x0 - half_x, x1 + half_x, z0 - half_z, z1 + half_z
    return [[a, 0, c], [b, 0, c], [b, 0, d], [a, 0, d]]


def cell_door(m: Machine, part: str, place: Matrix, width: float = 1.0) -> None:
    """A hinged door in a fence, with handle, interlock box and sign, in the XZ plane of `place`."""
    wire_panel(m, part, place, width)
    m.add(
        part, "yellow", frame(width, HEIGHT_M - 0.15, 0.045, 0.035, 0.006).to(0, 0, 0.12 + (HEIGHT_M - 0.15) / 2), place
    )
    fit.bar_handle(m, part, place @ at(width / 2 - 0.04, -0.015, 1.05), 0.2, 0.05)
    m.add(part, "dark", box(0.06, 0.09, 0.22, 0.01).to(width / 2 - 0.01, -0.03, 1.35), place)
    m.add(part, "white", box(0.26, 0.006, 0.18, 0.002).to(0, -0.014, 1.3), place)
    fit.warning_plate(m, part, place @ at(0, -0.018, 1.3), 0.1)


def light_curtain(m: Machine, part: str, x: float, y: float, height: float = 1.5) -> None:
    """One pillar of a light curtain, looking along X."""
    m.box(part, "yellow", (x, y, 0.2 + height / 2), (0.075, 0.075, height), 0.014)
    m.box(part, "black", (x, y, 0.2 + height / 2), (0.08, 0.026, height - 0.14), 0.003)
    m.box(part, "dark", (x, y, 0.01), (0.2, 0.2, 0.02), 0.004)
    m.rod(part, "yellow", (x, y, 0.11), 0.028, 0.2, sides=12)


def bollard(m: Machine, part: str, x: float, y: float) -> None:
    """A yellow post with black bands against vehicles."""
    m.rod(part, "yellow", (x, y, 0.45), 0.07, 0.9, bevel=0.02, sides=18)
    for z in (0.55, 0.72):
        m.add(part, "black", cylinder(0.0715, 0.07, 0, 18).to(x, y, z))
    m.rod(part, "dark", (x, y, 0.008), 0.12, 0.016, sides=18)


def barrier(m: Machine, part: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A knee-high crash barrier of two beams on posts from `start` to `end`."""
    a, b = np.array(start, float), np.array(end, float)
    length = float(np.linalg.norm(b - a))
    place = at(a[0], a[1], rz=float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0]))))
    fields = max(round(length / 1.4), 1)
    for k in range(fields + 1):
        m.add(part, "dark", box(0.09, 0.09, 0.46, 0.01).to(length * k / fields, 0, 0.23), place)
    for z in (0.17, 0.38):
        m.add(part, "yellow", box(length + 0.12, 0.05, 0.13, 0.02).to(length / 2, -0.065, z), place)
