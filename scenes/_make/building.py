"""The shell of the assembly hall: slab, parapets and glazing, columns, crane runway, dock doors."""

from __future__ import annotations

import numpy as np

from scenes._make import fences
from scenes._make import fittings as fit
from scenes._make.layout import CRANE_RAILS_Y, CRANE_X, DEPTH_M, RAIL_M, WIDTH_M
from scenes._make.machine import Machine
from scenes._make.mesh import at
from scenes._make.solids import box, prism, prism_x

BAYS = np.arange(0, WIDTH_M + 1, 12.0)
WALL, PARAPET, GLASS_TOP, COLUMN_TOP = 0.25, 1.0, 3.3, 5.2


def building() -> Machine:
    """Everything that stands still and carries no asset."""
    m = Machine("building")
    _slab(m)
    _walls(m)
    _columns(m)
    _runway(m)
    _docks(m)
    _guards(m)
    return m


def _slab(m: Machine) -> None:
    m.box("Slab", "kerb", (WIDTH_M / 2, DEPTH_M / 2, -0.26), (WIDTH_M + 0.8, DEPTH_M + 0.8, 0.32), 0.03)


def _walls(m: Machine) -> None:
    """Parapets on three sides; glass above them at the back, so that nothing hides the floor."""
    y = DEPTH_M + WALL / 2
    m.box("Walls", "wall", (WIDTH_M / 2, y, PARAPET / 2 - 0.05), (WIDTH_M + 2 * WALL, WALL, PARAPET + 0.1), 0.015)
    m.box("Walls", "kerb", (WIDTH_M / 2, y, PARAPET + 0.03), (WIDTH_M + 2 * WALL, WALL + 0.08, 0.06), 0.012)
    for x in (-WALL / 2, WIDTH_M + WALL / 2):
        for y0, y1 in ((0.0, DEPTH_M),) if x < 0 else ((0.0, 13.2), (21.6, DEPTH_M)):
            m.box("Walls", "wall", (x, (y0 + y1) / 2, PARAPET / 2 - 0.05), (WALL, y1 - y0, PARAPET + 0.1), 0.015)
            m.box("Walls", "kerb", (x, (y0 + y1) / 2, PARAPET + 0.03), (WALL + 0.08, y1 - y0, 0.06), 0.012)
    tall = GLASS_TOP - PARAPET - 0.06
    m.box("Glazing", "glass", (WIDTH_M / 2, y, PARAPET + 0.06 + tall / 2), (WIDTH_M, 0.03, tall), 0.004)
    for x in np.arange(0, WIDTH_M + 0.1, 2.0):
        m.box("Mullions", "column", (float(x), y, PARAPET + 0.06 + tall / 2), (0.07, 0.11, tall), 0.008)
    for z in (PARAPET + 0.09, PARAPET + 0.06 + tall * 0.55, GLASS_TOP):
        m.box("Mullions", "column", (WIDTH_M / 2, y, z), (WIDTH_M, 0.12, 0.07), 0.008)


def _h_section(m: Machine, part: str, x: float, y: float, top: float, size: float = 0.32) -> None:
    """A rolled steel column with base plate, anchor bolts and cap."""
    h, t, w = size / 2, size * 0.075, size * 0.05
    outline = [
        (-h, -h),
        (h, -h),
        (h, -h + t),
        (w, -h + t),
        (w, h - t),
        (h, h - t),
        (h, h),
        (-h, h),
        (-h, h - t),
        (-w, h - t),
        (-w, -h + t),
        (-h, -h + t),
    ]
    m.add(part, "column", prism(outline, top - 0.03, 0.004).to(x, y, top / 2 + 0.015))
    m.box(part, "column", (x, y, 0.015), (size * 1.7, size * 1.7, 0.03), 0.005)
    m.box(part, "column", (x, y, top + 0.01), (size * 1.15, size * 1.15, 0.03), 0.005)
    reach = size * 0.68
    fit.bolt_heads(m, part, [at(x + a, y + b, 0.03) for a in (-reach, reach) for b in (-reach, reach)], 0.022)


def _impact_guard(m: Machine, x: float, y: float) -> None:
    """A yellow sleeve with black bands round the foot of a column."""
    m.box("Column guards", "yellow", (x, y, 0.52), (0.46, 0.46, 0.96), 0.05)
    for z in (0.3, 0.56, 0.82):
        m.box("Column guards", "black", (x, y, z), (0.466, 0.466, 0.11), 0.05)


def _columns(m: Machine) -> None:
    for x in BAYS:
        _h_section(m, "Columns", float(np.clip(x, 0.28, WIDTH_M - 0.28)), DEPTH_M - 0.24, COLUMN_TOP)
    for x in (12.9, 24.6, 36.0):
        _h_section(m, "Columns", x, 23.25, COLUMN_TOP)
        _impact_guard(m, x, 23.25)
    for x in (0.28, WIDTH_M - 0.28):
        for y in (11.3, 22.6 if x < 1 else 24.0):
            _h_section(m, "Columns", x, y, COLUMN_TOP)
    m.box("Columns", "column", (WIDTH_M / 2, DEPTH_M - 0.24, COLUMN_TOP - 0.12), (WIDTH_M - 0.4, 0.12, 0.22), 0.008)


def _runway(m: Machine) -> None:
    """Two runway beams on columns for the overhead crane, with rails and end stops."""
    x0, x1 = CRANE_X
    top = RAIL_M - 0.06
    beam = [
        (-0.15, -0.5),
        (0.15, -0.5),
        (0.15, -0.47),
        (0.015, -0.46),
        (0.015, -0.04),
        (0.15, -0.03),
        (0.15, 0),
        (-0.15, 0),
        (-0.15, -0.03),
        (-0.015, -0.04),
        (-0.015, -0.46),
        (-0.15, -0.47),
    ]
    for y in CRANE_RAILS_Y:
        outline = [(y + a, top + b) for a, b in beam]
        m.add("Crane runway", "column", prism_x(outline, x1 - x0, 0.004).to((x0 + x1) / 2))
        m.box("Crane runway", "steel", ((x0 + x1) / 2, y, RAIL_M - 0.03), (x1 - x0, 0.06, 0.06), 0.008)
        for x in (x0 + 0.1, x1 - 0.1):
            m.box("Crane runway", "yellow", (x, y, RAIL_M + 0.14), (0.16, 0.24, 0.3), 0.02)
        for x, s in ((x0 + 0.4, 1), (x1 - 0.4, -1)):
            _h_section(m, "Crane runway", x, y, top - 0.52, 0.26)
            brace = box(0.06, 0.1, 1.1, 0.006).at(at(x + s * 0.42, y, top - 0.92, ry=45 * s))
            m.add("Crane runway", "column", brace)
            _impact_guard(m, x, y)


def _docks(m: Machine) -> None:
    """Two dock doors in the right wall, half open, with frames, curtain, rails and bumpers."""
    x = WIDTH_M + WALL / 2
    m.box("Docks", "wall", (x, 17.4, 3.75), (WALL, 8.6, 0.7), 0.015)
    for y in (13.2, 17.4, 21.6):
        m.box("Docks", "wall", (x, y, 1.7), (WALL, 0.6, 3.4), 0.015)
    for y in (15.3, 19.5):
        for s in (-1, 1):
            m.box("Docks", "yellow", (x - 0.15, y + s * 1.74, 1.7), (0.08, 0.12, 3.4), 0.01)
            m.box("Docks", "black", (x - 0.19, y + s * 1.55, 0.35), (0.18, 0.24, 0.6), 0.03)
            fences.bollard(m, "Docks", WIDTH_M - 0.75, y + s * 1.95)
        m.box("Docks", "trim", (x - 0.16, y, 3.25), (0.34, 3.6, 0.36), 0.03)
        for k in range(6):
            m.box("Docks", "trim", (x - 0.06, y, 2.98 - 0.2 * k), (0.05, 3.36, 0.185), 0.008)
        m.box("Docks", "rubber", (x - 0.06, y, 1.86), (0.07, 3.36, 0.06), 0.01)
        m.box("Docks", "trim_dark", (x - 0.75, y, 0.008), (1.9, 2.6, 0.016), 0.003)
        m.box("Docks", "trim_dark", (x - 0.22, y - 1.95, 1.35), (0.12, 0.22, 0.36), 0.012)
    m.box("Docks", "lamp_green", (x - 0.3, 17.4, 2.6), (0.08, 0.16, 0.4), 0.02)


def _guards(m: Machine) -> None:
    for x, y in (
        (45.9, 9.9),
        (45.9, 12.7),
        (45.9, 20.3),
        (45.9, 22.9),
        (50.1, 10.2),
        (50.1, 22.9),
        (50.1, 31.2),
        (50.1, 5.8),
    ):
        fences.bollard(m, "Bollards", x, y)
    fences.barrier(m, "Barriers", (26.5, 23.0), (32.5, 23.0))
    fences.barrier(m, "Barriers", (38.0, 23.0), (44.5, 23.0))
    fences.barrier(m, "Barriers", (2.0, 23.0), (10.8, 23.0))
    fences.barrier(m, "Barriers", (15.2, 23.0), (22.4, 23.0))
