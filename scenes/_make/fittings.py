"""Small parts that many machines share: feet, bolts, lamps, panels, doors, handles, louvres.

A `place` puts a fitting's origin where it is fixed; fittings on a front face -Y, with X to the right and Z up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from scenes._make.machine import Machine
from scenes._make.mesh import Matrix, Mesh, at
from scenes._make.solids import block, box, cylinder, frame, prism_y, revolve
from scenes._make.sweeps import pipe


def feet(m: Machine, xs: Iterable[float], ys: Iterable[float], height: float = 0.12) -> None:
    """Levelling feet under the corners of a base whose underside is at `height`."""
    pad = revolve([(0, 0), (0.06, 0), (0.06, 0.012), (0.024, 0.03), (0, 0.03)], 14)
    nut = cylinder(0.03, 0.02, 0.002, 6)
    screw = cylinder(0.014, height - 0.02, 0, 8)
    across = list(ys)
    for x in xs:
        for y in across:
            m.add("Base", "black", pad.to(x, y, 0))
            m.add("Base", "steel", screw.to(x, y, 0.02 + height / 2 - 0.01))
            m.add("Base", "steel", nut.to(x, y, height - 0.012))


def bolts(m: Machine, part: str, place: Matrix, radius: float, count: int, size: float = 0.012) -> None:
    """Hexagon heads on a circle about the Z axis of `place`."""
    head = _bolt_head(size)
    for angle in 2 * np.pi * (np.arange(count) + 0.5) / count:
        m.add(part, "steel", head, place @ at(radius * np.cos(angle), radius * np.sin(angle)))


def _bolt_head(size: float) -> Mesh:
    return revolve([(size, 0), (size, size), (0, size * 1.12)], 6, 120)


def bolt_heads(m: Machine, part: str, places: Iterable[Matrix], size: float = 0.012) -> None:
    """Single hexagon heads, each standing on the Z axis of its place."""
    head = _bolt_head(size)
    for place in places:
        m.add(part, "steel", head, place)


def stack_light(m: Machine, x: float, y: float, z: float, pole: float = 0.3) -> None:
    """A signal tower standing at (x, y, z)."""
    part = "Stack light"
    m.rod(part, "black", (x, y, z + 0.01), 0.04, 0.02, sides=12)
    m.rod(part, "steel", (x, y, z + pole / 2), 0.014, pole, sides=8)
    m.rod(part, "black", (x, y, z + pole), 0.036, 0.04, sides=12)
    lens = revolve([(0.033, 0), (0.035, 0.01), (0.035, 0.06), (0.033, 0.07)], 12)
    for k, lamp in enumerate(("lamp_green", "lamp_amber", "lamp_red")):
        m.add(part, lamp, lens.to(x, y, z + pole + 0.02 + 0.076 * k))
        m.rod(part, "black", (x, y, z + pole + 0.093 + 0.076 * k), 0.0355, 0.008, sides=12, bevel=0)
    m.add(part, "black", revolve([(0.035, 0), (0.034, 0.01), (0.02, 0.022), (0, 0.025)], 12).to(x, y, z + pole + 0.246))


def emergency_stop(m: Machine, part: str, place: Matrix) -> None:
    """A red mushroom button on a yellow collar, pressed along the Z axis of `place`."""
    m.add(part, "yellow", cylinder(0.042, 0.014, 0.003, 16).to(z=0.007), place)
    mushroom = revolve(
        [(0, 0.01), (0.018, 0.01), (0.018, 0.028), (0.03, 0.03), (0.03, 0.042), (0.02, 0.05), (0, 0.052)], 16
    )
    m.add(part, "red", mushroom, place)


def control_panel(m: Machine, part: str, place: Matrix, width: float = 0.5, height: float = 0.62) -> None:
    """An operator panel: housing, screen with a picture on it, keys, emergency stop."""
    m.add(part, "trim_dark", box(width, 0.12, height, 0.025, 2).to(y=0.06), place)
    m.add(part, "dark", box(width - 0.05, 0.012, height - 0.05, 0.004).to(y=-0.002), place)
    screen_h = 0.46 * height
    top = height / 2 - 0.05 - screen_h / 2
    m.add(part, "screen", box(width - 0.1, 0.008, screen_h, 0.003).to(0, -0.009, top), place)
    for k, share in enumerate((0.62, 0.4, 0.52)):
        line = box((width - 0.16) * share, 0.003, 0.012, 0.0005)
        m.add(
            part,
            "screen_line",
            line.to(-(width - 0.16) * (1 - share) / 2, -0.0135, top + screen_h * (0.28 - 0.18 * k)),
            place,
        )
    keys_z = -height / 2 + 0.05
    for row in range(3):
        for column in range(6):
            colour = "white" if (row + column) % 4 else "blue"
            key = block(0.036, 0.01, 0.028)
            m.add(part, colour, key.to(-0.15 + 0.047 * column, -0.01, keys_z + 0.02 + 0.042 * row), place)
    emergency_stop(m, part, place @ at(width / 2 - 0.075, -0.008, keys_z + 0.04, rx=90))


def bar_handle(m: Machine, part: str, place: Matrix, length: float = 0.3, reach: float = 0.05) -> None:
    """An upright bar handle on two stand-offs."""
    h = length / 2
    way = [(0, 0, -h), (0, -reach, -h), (0, -reach, h), (0, 0, h)]
    m.add(part, "steel", pipe(way, 0.012, 0.025, 10, steps=3), place)


def lever_handle(m: Machine, part: str, place: Matrix) -> None:
    """A swing handle as on control cabinets."""
    m.add(part, "black", box(0.036, 0.016, 0.15, 0.006).to(y=-0.008), place)
    m.add(part, "dark", box(0.022, 0.026, 0.11, 0.008).to(0, -0.024, -0.012), place)


def hinges(m: Machine, part: str, place: Matrix, heights: Sequence[float]) -> None:
    """Door hinges along the Z axis of `place`."""
    for z in heights:
        m.add(part, "steel", cylinder(0.012, 0.08, 0.003, 10).to(0, -0.01, z), place)


def window(m: Machine, part: str, place: Matrix, width: float, height: float, border: float = 0.06) -> None:
    """A framed pane in the XZ plane about `place`, clear enough to look through."""
    m.add(part, "trim_dark", frame(width, height, border, 0.04, 0.008).to(y=-0.005), place)
    m.add(part, "glass", box(width - 1.6 * border, 0.01, height - 1.6 * border, 0.002), place)


def porthole(m: Machine, part: str, place: Matrix, width: float, height: float) -> None:
    """A framed pane on a closed wall: dark glass with a gasket, on the XZ plane of `place`."""
    m.add(part, "dark", frame(width, height, 0.045, 0.03, 0.006).to(y=-0.012), place)
    m.add(part, "tinted", box(width - 0.07, 0.012, height - 0.07, 0.003).to(y=-0.008), place)


def louvres(m: Machine, part: str, place: Matrix, width: float, height: float, material: str = "dark") -> None:
    """A ventilation grille: a frame with slanting blades, on the XZ plane of `place`."""
    m.add(part, material, frame(width, height, 0.022, 0.02, 0.004).to(y=-0.008), place)
    m.add(part, "black", box(width - 0.03, 0.004, height - 0.03, 0.001).to(y=-0.001), place)
    count = max(int(height / 0.055), 2)
    blade = block(width - 0.04, 0.03, 0.008).at(at(rx=-35))
    for z in (np.arange(count) + 0.5) / count * (height - 0.05) - (height - 0.05) / 2:
        m.add(part, material, blade.to(0, -0.008, z), place)


def cabinet(m: Machine, part: str, place: Matrix, width: float, depth: float, height: float, doors: int = 1) -> None:
    """A switch cabinet standing at `place` (middle of its back, floor): plinth, doors, handles, filter fan."""
    m.add(part, "dark", box(width, depth, 0.1, 0.008).to(0, -depth / 2, 0.05), place)
    m.add(part, "trim", box(width, depth, height - 0.1, 0.014).to(0, -depth / 2, 0.1 + (height - 0.1) / 2), place)
    leaf = width / doors
    for k in range(doors):
        x = (k + 0.5) * leaf - width / 2
        m.add(
            part,
            "trim",
            box(leaf - 0.024, 0.03, height - 0.16, 0.01).to(x, -depth - 0.012, 0.1 + (height - 0.1) / 2),
            place,
        )
        side = 1 if k % 2 == 0 else -1
        lever_handle(m, part, place @ at(x + side * (leaf / 2 - 0.06), -depth - 0.026, 0.55 * height))
        hinges(m, part, place @ at(x - side * (leaf / 2 - 0.012), -depth - 0.01), (0.3, height / 2, height - 0.25))
    x = 0.5 * leaf - width / 2
    if leaf > 0.4:
        louvres(m, part, place @ at(x, -depth - 0.028, 0.32), 0.24, 0.2)
        warning_plate(m, part, place @ at(x, -depth - 0.028, height - 0.3))


def warning_plate(m: Machine, part: str, place: Matrix, size: float = 0.11) -> None:
    """A yellow triangle with a black bar, flat on the XZ plane of `place`."""
    plate = cylinder(size * 0.62, 0.004, 0, 3).at(at(rx=90) @ at(rz=90))
    m.add(part, "yellow", plate, place)
    m.add(part, "black", box(size * 0.08, 0.003, size * 0.36, 0.0005).to(0, -0.003, 0.06 * size), place)


def name_plate(m: Machine, part: str, place: Matrix, width: float = 0.42) -> None:
    """The maker's plate: white with two grey lines."""
    m.add(part, "white", box(width, 0.006, width * 0.26, 0.002).to(y=-0.003), place)
    m.add(
        part,
        "trim_dark",
        box(width * 0.62, 0.003, width * 0.075, 0.0005).to(-width * 0.12, -0.0065, width * 0.04),
        place,
    )
    m.add(part, "trim", box(width * 0.78, 0.003, width * 0.03, 0.0005).to(-width * 0.04, -0.0065, -width * 0.06), place)


def hazard_stripe(m: Machine, part: str, place: Matrix, length: float, height: float = 0.06) -> None:
    """Black and yellow slanting blocks along X, flat on the XZ plane of `place`."""
    m.add(part, "yellow", box(length, 0.008, height, 0.002).to(y=-0.002), place)
    count = max(int(length / (2.2 * height)), 1)
    lean = 0.5 * height
    step = length / count
    bar = np.array([[-lean - 0.3 * height, -0.5 * height], [-lean + 0.5 * height, -0.5 * height],
                    [lean + 0.3 * height, 0.5 * height], [lean - 0.5 * height, 0.5 * height]])  # fmt: skip
    for k in range(count):
        m.add(part, "black", prism_y(bar * 0.98, 0.004, 0.0005).to((k + 0.5) * step - length / 2, -0.0065), place)
