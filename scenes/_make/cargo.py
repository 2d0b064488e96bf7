"""Pallets, cartons and drums: what stands on racks, vehicles and floor."""

from __future__ import annotations

import numpy as np

from scenes._make.machine import Machine
from scenes._make.mesh import Matrix, at
from scenes._make.solids import block, box, cylinder, ring

PALLET = (1.2, 0.8, 0.144)


def pallet(m: Machine, part: str, place: Matrix) -> None:
    """A wooden pallet of 1.2 x 0.8 m, long side along X, standing on `place`."""
    for y in (-0.35, 0, 0.35):
        m.add(part, "wood", block(1.2, 0.1, 0.022).to(0, y, 0.011), place)
        for x in (-0.53, 0, 0.53):
            m.add(part, "wood", block(0.14, 0.1, 0.078).to(x, y, 0.061), place)
    for x in (-0.53, 0, 0.53):
        m.add(part, "wood", block(0.14, 0.8, 0.022).to(x, 0, 0.111), place)
    for y in (-0.35, -0.18, 0, 0.18, 0.35):
        m.add(part, "wood", block(1.2, 0.12, 0.022).to(0, y, 0.133), place)


def carton(
    m: Machine, part: str, place: Matrix, size: tuple[float, float, float], dark: bool = False, label: bool = True
) -> None:
    """A taped carton standing on `place`."""
    x, y, z = size
    m.add(part, "card_dark" if dark else "card", block(x, y, z).to(z=z / 2), place)
    m.add(part, "tape", block(x + 0.004, 0.05, z + 0.004).to(z=z / 2), place)
    if label:
        m.add(part, "white", block(0.13, 0.004, 0.09).to(-x * 0.22, -y / 2 - 0.001, z * 0.62), place)


def stack(
    m: Machine, part: str, place: Matrix, layers: int, rng: np.random.Generator, missing: int = 0, labels: bool = True
) -> None:
    """A pallet with `layers` of six cartons each; the last `missing` ones of the top layer are not there yet."""
    pallet(m, part, place)
    for layer in range(layers):
        count = 6 - (missing if layer == layers - 1 else 0)
        for k in range(count):
            x, y = (k % 3 - 1) * 0.395, (k // 3 - 0.5) * 0.395
            wobble = rng.uniform(-0.006, 0.006, 2)
            spot = place @ at(x + wobble[0], y + wobble[1], PALLET[2] + 0.302 * layer)
            carton(m, part, spot, (0.385, 0.385, 0.3), (k + layer) % 4 == 0, labels and k < 3)


def crate(m: Machine, part: str, place: Matrix, height: float) -> None:
    """A closed load on its pallet: one large carton with straps."""
    pallet(m, part, place)
    m.add(part, "card", box(1.16, 0.76, height, 0.008).to(z=PALLET[2] + height / 2), place)
    for x in (-0.3, 0.3):
        m.add(part, "dark", block(0.022, 0.766, height + 0.006).to(x, 0, PALLET[2] + height / 2), place)
    m.add(part, "white", block(0.24, 0.006, 0.16).to(0, -0.381, PALLET[2] + height * 0.6), place)


def wrapped(m: Machine, part: str, place: Matrix, height: float) -> None:
    """A load in stretch film on its pallet."""
    pallet(m, part, place)
    m.add(part, "air", box(1.14, 0.74, height, 0.04, 1).to(z=PALLET[2] + height / 2), place)
    for z in np.arange(0.12, height - 0.05, 0.16):
        m.add(part, "white", block(1.15, 0.75, 0.012).to(z=PALLET[2] + float(z)), place)


def drum(m: Machine, part: str, place: Matrix, material: str = "blue") -> None:
    """A 200 litre drum."""
    m.add(part, material, cylinder(0.29, 0.88, 0.01, 26).to(z=0.44), place)
    for z in (0.03, 0.3, 0.58, 0.86):
        m.add(part, material, ring(0.303, 0.28, 0.03, 26).to(z=z), place)
    m.add(part, "steel", cylinder(0.035, 0.02, 0.004, 12).to(0.17, 0, 0.885), place)
