"""Motors, couplings, pipe flanges, valves and instruments: the parts of everything that turns or flows."""

from __future__ import annotations

import numpy as np

from scenes._make.fittings import bolt_heads, bolts
from scenes._make.machine import Machine
from scenes._make.mesh import Matrix, at
from scenes._make.solids import block, box, cylinder, revolve, ring
from scenes._make.sweeps import pipe, torus


def motor(
    m: Machine, part: str, place: Matrix, radius: float, length: float, material: str = "skin", box_turn: float = 0.0
) -> None:
    """A finned induction motor along Z of `place`: flange at z = 0, fan cowl at z = `length`.

    The terminal box sits on the +X side, turned by `box_turn` degrees about the axis.
    """
    r, body = radius, 0.74 * length
    bell = [
        (0, 0),
        (r * 1.18, 0),
        (r * 1.2, r * 0.04),
        (r * 1.2, r * 0.16),
        (r * 0.98, r * 0.22),
        (r * 0.92, r * 0.3),
        (0, r * 0.3),
    ]
    m.add(part, material, revolve(bell, smooth_deg=25), place)
    bolts(m, part, place @ at(z=r * 0.16), r * 1.1, 4, r * 0.055)
    m.add(part, material, cylinder(r * 0.93, body - r * 0.2, 0).to(z=r * 0.2 + (body - r * 0.2) / 2), place)
    fin = block(r * 0.2, r * 0.032, body - r * 0.42)
    count = 34
    for k in range(count):
        turn = 360 * (k + 0.5) / count
        if abs((turn - box_turn + 180) % 360 - 180) > 24:
            m.add(part, material, fin.to(r * 0.98, 0, r * 0.34 + (body - r * 0.42) / 2), place @ at(rz=turn))
    _terminal_box(m, part, place @ at(rz=box_turn), r, body, material)
    _fan_cowl(m, part, place @ at(z=body), r, length - body)


def _terminal_box(m: Machine, part: str, place: Matrix, r: float, body: float, material: str) -> None:
    middle = r * 0.3 + 0.36 * body
    m.add(part, material, box(r * 0.42, r * 0.72, r * 0.9, r * 0.06).to(r * 1.14, 0, middle), place)
    m.add(part, "trim", box(r * 0.06, r * 0.62, r * 0.8, r * 0.02).to(r * 1.37, 0, middle), place)
    m.add(part, "black", cylinder(r * 0.12, r * 0.22, 0.002, 12).at(at(r * 1.14, r * 0.46, middle, rx=90)), place)
    corners = [at(r * 1.395, y * r, middle + z * r, ry=90) for y in (-0.24, 0.24) for z in (-0.33, 0.33)]
    bolt_heads(m, part, [place @ c for c in corners], r * 0.035)


def _fan_cowl(m: Machine, part: str, place: Matrix, r: float, length: float) -> None:
    cowl = [
        (0, 0),
        (r * 1.02, 0),
        (r * 1.06, r * 0.04),
        (r * 1.06, length * 0.7),
        (r * 0.96, length * 0.93),
        (r * 0.84, length),
    ]
    m.add(part, "trim_dark", revolve(cowl, smooth_deg=30), place)
    m.add(part, "black", cylinder(r * 0.85, 0.004, 0).to(z=length - 0.012), place)
    for share in (0.28, 0.62):
        m.add(part, "trim_dark", torus(r * share, r * 0.025, 16, 4).to(z=length - 0.002), place)
    for turn in (0, 60, 120):
        m.add(part, "trim_dark", block(r * 1.7, r * 0.05, 0.008).to(z=length - 0.004), place @ at(rz=turn))


def motor_feet(m: Machine, part: str, place: Matrix, radius: float, length: float, drop: float) -> None:
    """Feet of a lying motor (axis along Z of `place`, down along -X) reaching `drop` below the axis."""
    r = radius
    for z in (0.22 * length, 0.6 * length):
        for y in (-0.72 * r, 0.72 * r):
            m.add(
                part,
                "skin",
                box(drop - 0.35 * r, 0.22 * r, 0.16 * length, 0.01).to(-(drop + 0.35 * r) / 2, y, z),
                place,
            )
            pad = box(0.1 * r, 0.55 * r, 0.2 * length, 0.006).to(-drop + 0.05 * r, y * 1.25, z)
            m.add(part, "skin", pad, place)
            bolt_heads(m, part, [place @ at(-drop + 0.1 * r, y * 1.5, z, ry=90)], 0.075 * r)


def flange_pair(m: Machine, part: str, place: Matrix, bore: float, material: str = "cast") -> None:
    """Two bolted flanges with a gasket between, about z = 0 of `place`, for a pipe of outer radius `bore`."""
    r, t, inner = bore * 1.75 + 0.01, 0.16 * bore + 0.012, bore * 0.9
    gap, rim = 0.004, 0.012
    profile = [
        (inner, -t - gap),
        (r, -t - gap),
        (r, -gap),
        (r - rim, -gap),
        (r - rim, gap),
        (r, gap),
        (r, t + gap),
        (inner, t + gap),
    ]
    m.add(part, material, revolve(profile, 18, 20), place)
    size = min(0.013, 0.2 * bore)
    count = 8 if bore > 0.05 else 4
    circle = (r + bore) / 2 + 0.002
    bolts(m, part, place @ at(z=t + gap), circle, count, size)
    bolts(m, part, place @ at(z=-t - gap) @ at(rx=180), circle, count, size)


def hand_wheel(m: Machine, part: str, place: Matrix, radius: float, material: str = "trim_dark") -> None:
    """A spoked hand wheel about the Z axis of `place`."""
    m.add(part, material, torus(radius, 0.085 * radius, 24, 8), place)
    m.add(part, material, cylinder(0.2 * radius, 0.3 * radius, sides=14), place)
    spoke = box(1.9 * radius, 0.1 * radius, 0.1 * radius, 0.02 * radius)
    for turn in (0, 60, 120):
        m.add(part, material, spoke, place @ at(rz=turn))


def gate_valve(m: Machine, part: str, place: Matrix, bore: float) -> None:
    """A gate valve in a pipe along Z of `place` (about 5 bores long), its wheel out along -Y."""
    b = bore
    body = [
        (0, -2.1 * b),
        (b, -2.1 * b),
        (1.05 * b, -1.2 * b),
        (1.45 * b, -0.6 * b),
        (1.45 * b, 0.6 * b),
        (1.05 * b, 1.2 * b),
        (b, 2.1 * b),
        (0, 2.1 * b),
    ]
    m.add(part, "cast", revolve(body, smooth_deg=50), place)
    bonnet = [
        (0, 0),
        (1.2 * b, 0),
        (1.2 * b, 1.5 * b),
        (1.6 * b, 1.55 * b),
        (1.6 * b, 1.95 * b),
        (0.9 * b, 2.1 * b),
        (0.45 * b, 3.1 * b),
        (0.45 * b, 3.4 * b),
        (0, 3.4 * b),
    ]
    out = place @ at(rx=90)
    m.add(part, "cast", revolve(bonnet, smooth_deg=30), out)
    bolts(m, part, out @ at(z=1.95 * b), 1.42 * b, 6, 0.14 * b)
    m.add(part, "steel", cylinder(0.16 * b, 2.6 * b, sides=10).to(z=4.2 * b), out)
    hand_wheel(m, part, out @ at(z=4.7 * b), 1.9 * b)
    flange_pair(m, part, place @ at(z=-2.2 * b), b)
    flange_pair(m, part, place @ at(z=2.2 * b), b)


def gauge(m: Machine, part: str, place: Matrix, radius: float = 0.055) -> None:
    """A dial gauge on a stem along Z of `place`, its face to -Y."""
    r = radius
    m.add(part, "steel", cylinder(0.2 * r, 1.3 * r, sides=10).to(z=0.65 * r), place)
    face = place @ at(z=2.2 * r) @ at(rx=90)
    m.add(
        part,
        "trim_dark",
        revolve(
            [(0, -0.35 * r), (r, -0.35 * r), (r, 0.25 * r), (0.88 * r, 0.25 * r), (0.86 * r, 0.12 * r), (0, 0.12 * r)],
            24,
            20,
        ),
        face,
    )
    m.add(part, "white", cylinder(0.86 * r, 0.004, 0, 24).to(z=0.13 * r), face)
    m.add(part, "red", box(0.06 * r, 0.75 * r, 0.004, 0.001).to(0, 0.25 * r, 0.18 * r), face @ at(rz=-40))
    m.add(part, "black", cylinder(0.1 * r, 0.02 * r + 0.004, 0, 10).to(z=0.18 * r), face)


def vibration_sensor(m: Machine, part: str, place: Matrix) -> None:
    """An accelerometer screwed on along Z of `place`, with its plug and a short cable."""
    m.add(part, "steel", cylinder(0.02, 0.03, 0.003, 6).to(z=0.015), place)
    m.add(part, "orange", cylinder(0.016, 0.035, 0.004, 12).to(z=0.045), place)
    m.add(
        part,
        "black",
        pipe([(0, 0, 0.06), (0, 0, 0.11), (0.05, 0, 0.13), (0.12, 0, 0.06)], 0.005, 0.03, 6, steps=3),
        place,
    )


def pipe_clamp(m: Machine, part: str, place: Matrix, radius: float) -> None:
    """A clip about a pipe along Z of `place`, with its foot towards -X."""
    m.add(part, "steel", ring(radius + 0.014, radius, 0.04), place)
    m.add(part, "steel", box(0.05, 0.03, 0.04, 0.004).to(-radius - 0.03), place)


def coupling_guard(m: Machine, part: str, place: Matrix, radius: float, length: float, drop: float) -> None:
    """A yellow bow guard over a shaft along Z of `place` (up along X), feet `drop` below it."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, 12)
    slat = box(0.008, radius * 0.17, length, 0.002)
    for a in angles:
        m.add(part, "yellow", slat.to(radius, 0, length / 2), place @ at(rz=np.degrees(a)))
    for z in (0.02, length / 2, length - 0.02):
        bow = [(radius * 1.03 * np.cos(a), radius * 1.03 * np.sin(a), z) for a in angles]
        way = [(-drop, -radius * 1.03, z), *bow, (-drop, radius * 1.03, z)]
        m.add(part, "yellow", pipe(way, 0.009, 0, 8), place)
