"""The pump skid: the small scene of the first lesson, seven assets on one base frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scenes._make import fittings as fit
from scenes._make.drives import flange_pair, gate_valve
from scenes._make.floor import Floor
from scenes._make.glb import GlbWriter
from scenes._make.machine import Machine, part_meshes, part_nodes
from scenes._make.machines import exchanger, pump, tank, valve
from scenes._make.mesh import at
from scenes._make.sweeps import pipe

KINDS = {"tank": tank, "pump": pump, "valve": valve, "exchanger": exchanger}
PLACES = {
    "TNK-501": ("tank", -3.6, 1.6), "TNK-502": ("tank", 3.8, 1.6), "PMP-511": ("pump", -1.6, -1.9),
    "PMP-512": ("pump", -1.6, -0.5), "PMP-513": ("pump", 5.2, -1.2), "VLV-531": ("valve", 0.2, 0.47),
    "HEX-541": ("exchanger", 1.75, 0.3),
}  # fmt: skip
X0, X1, Y0, Y1 = -5.2, 6.9, -3.1, 3.1
HEADER_Z = 2.3


def write(path: Path) -> None:
    """Writes skid.glb."""
    glb = GlbWriter()
    shared = {kind: part_meshes(glb, module.build()) for kind, module in KINDS.items()}
    nodes = [
        glb.node(asset, part_nodes(glb, shared[kind]), at(x, y), {"asset": asset, "type": kind})
        for asset, (kind, x, y) in PLACES.items()
    ]
    background = [("Floor", _floor()), ("Frame", _frame()), ("Pipes", _pipes())]
    parts = [glb.node(name, part_nodes(glb, part_meshes(glb, machine))) for name, machine in background]
    glb.write(path, glb.node("Skid", [*nodes, glb.node("Background", parts)]))


def _floor() -> Machine:
    floor = Floor()
    floor.sheet(-8, 9.5, -6, 5.5)
    floor.zone(-7.6, 9.1, -5.4, -3.6)
    for y in (-5.4, -3.6):
        floor.line((-8, y), (9.5, y), "paint_yellow", 0.1)
    floor.outline(X0 - 0.35, X1 + 0.35, Y0 - 0.3, Y1 + 0.3, "paint_blue", 0.08)
    return floor.machine


def _frame() -> Machine:
    """The skid's channel beams, a cabinet with its cable tray, lifting lugs."""
    m = Machine("skid-frame")
    for y in (Y0, Y1):
        m.box("Beams", "trim", ((X0 + X1) / 2, y, 0.09), (X1 - X0 + 0.16, 0.16, 0.18), 0.012)
        for x in np.linspace(X0 + 0.8, X1 - 0.8, 4):
            m.box("Beams", "yellow", (float(x), y, 0.24), (0.2, 0.05, 0.16), 0.02)
    for x in (X0, X1):
        m.box("Beams", "trim", (x, (Y0 + Y1) / 2, 0.09), (0.16, Y1 - Y0 - 0.16, 0.18), 0.012)
    for x in (-4.4, -0.3, 2.6):
        m.box("Beams", "trim", (x, (Y0 + Y1) / 2, 0.025), (0.14, Y1 - Y0 - 0.16, 0.05), 0.008)
    fit.cabinet(m, "Cabinet", at(0.9, 2.85, 0.05), 1.6, 0.45, 1.9, 2)
    fit.control_panel(m, "Cabinet", at(0.5, 2.31, 1.42), 0.4, 0.5)
    fit.stack_light(m, 1.55, 2.6, 1.95, 0.2)
    m.box("Cable tray", "galvanised", (0.9, 2.92, 2.15), (0.3, 0.08, 0.5), 0.006)
    m.box("Cable tray", "galvanised", (0.1, 2.92, 2.36), (5.2, 0.2, 0.06), 0.006)
    for x in (-2.3, 2.5):
        m.box("Cable tray", "trim_dark", (x, 2.92, 1.2), (0.06, 0.06, 2.3), 0.006)
    return m


def _spot(asset: str, offset: tuple[float, float, float]) -> np.ndarray:
    _, x, y = PLACES[asset]
    return np.array([x, y, 0.0]) + offset


def _pipes() -> Machine:
    m = Machine("skid-pipes")
    _suction(m)
    _discharge(m)
    _through_exchanger(m)
    _second_tank(m)
    return m


def _suction(m: Machine) -> None:
    x, y, z = _spot("TNK-501", tank.OUTLET)
    low, far = _spot("PMP-512", pump.INLET), _spot("PMP-511", pump.INLET)
    m.add(
        "Suction",
        "water",
        pipe(
            [(x, y + 0.02, z), (x, y - 0.4, z), (x, y - 0.75, far[2]), (x, far[1], far[2]), tuple(far)], 0.075, 0.15, 20
        ),
    )
    m.add("Suction", "water", pipe([(x, low[1], low[2]), tuple(low)], 0.075, sides=20))
    flange_pair(m, "Suction", at(x, y - 0.02, z, rx=90), 0.075)
    for end in (low, far):
        flange_pair(m, "Suction", at(x + 0.3, end[1], end[2], ry=90), 0.075)
    for py in (-0.2, -1.4):
        m.box("Supports", "trim_dark", (x, py, 0.24), (0.06, 0.06, 0.48), 0.006)


def _discharge(m: Machine) -> None:
    for asset in ("PMP-511", "PMP-512"):
        x, y, z = _spot(asset, pump.OUTLET)
        m.add("Discharge", "water", pipe([(x, y, z - 0.04), (x, y, HEADER_Z)], 0.075, sides=20, capped=True))
        gate_valve(m, "Discharge", at(x, y, z + 0.42), 0.075)
    x, y, _ = _spot("PMP-511", pump.OUTLET)
    vx, vy, _ = _spot("VLV-531", (0, 0, 0))
    start = vx - valve.HALF
    way = [
        (x, y - 0.25, HEADER_Z),
        (x, vy, HEADER_Z),
        (start - 0.5, vy, HEADER_Z),
        (start - 0.5, vy, valve.AXIS),
        (start + 0.02, vy, valve.AXIS),
    ]
    m.add("Discharge", "water", pipe(way, 0.07, 0.18, 20))
    flange_pair(m, "Discharge", at(x + 0.5, vy, HEADER_Z, ry=90), 0.07)
    m.box("Supports", "trim_dark", (x + 0.9, vy, (HEADER_Z - 0.06) / 2), (0.08, 0.08, HEADER_Z - 0.08), 0.008)
    m.box("Supports", "trim_dark", (x + 0.9, vy, 0.01), (0.2, 0.2, 0.02), 0.004)


def _through_exchanger(m: Machine) -> None:
    vx, vy, _ = _spot("VLV-531", (0, 0, 0))
    hot_in, hot_out = (_spot("HEX-541", exchanger.PORTS[key]) for key in ("hot_in", "hot_out"))
    m.add("Process", "water", pipe([(vx + valve.HALF - 0.02, vy, valve.AXIS), tuple(hot_in)], 0.06, sides=18))
    x, y, z = hot_out
    tx, ty, tz = _spot("TNK-502", tank.INLET)
    up = tz + 0.5
    way = [
        (x, y, z),
        (x - 0.35, y, z),
        (x - 0.35, 1.5, z),
        (x - 0.35, 1.5, up),
        (tx, 1.5, up),
        (tx, ty, up),
        (tx, ty, tz - 0.03),
    ]
    m.add("Process", "water", pipe(way, 0.06, 0.16, 18))
    flange_pair(m, "Process", at(x - 0.35, 1.5, 2.0), 0.06)
    m.box("Supports", "trim_dark", (x - 0.35, 1.6, 1.9), (0.05, 0.05, 3.8), 0.006)
    m.box("Supports", "trim_dark", (x - 0.35, 1.6, 0.01), (0.2, 0.2, 0.02), 0.004)
    for key, reach in (("cold_in", 0.45), ("cold_out", 0.65)):
        x, y, z = _spot("HEX-541", exchanger.PORTS[key])
        m.add(
            "Cooling",
            "air",
            pipe([(x, y, z), (x - reach, y, z), (x - reach, Y0 + 0.3, z), (x - reach, Y0 + 0.3, 0.02)], 0.06, 0.16, 18),
        )
        gate_valve(m, "Cooling", at(x - reach, -0.9, z, rx=90) @ at(rz=180), 0.06)
        flange_pair(m, "Cooling", at(x - reach, Y0 + 0.3, 0.24), 0.06)
        m.box("Supports", "trim_dark", (x - reach, -1.6, (z - 0.05) / 2), (0.05, 0.05, z - 0.05), 0.006)


def _second_tank(m: Machine) -> None:
    x, y, z = _spot("TNK-502", tank.OUTLET)
    inlet, outlet = _spot("PMP-513", pump.INLET), _spot("PMP-513", pump.OUTLET)
    m.add(
        "Suction",
        "water",
        pipe(
            [(x, y + 0.02, z), (x, y - 0.4, z), (x, y - 0.75, inlet[2]), (x, inlet[1], inlet[2]), tuple(inlet)],
            0.075,
            0.15,
            20,
        ),
    )
    flange_pair(m, "Suction", at(x, y - 0.02, z, rx=90), 0.075)
    ox, oy, oz = outlet
    gate_valve(m, "Discharge", at(ox, oy, oz + 0.42), 0.075)
    m.add(
        "Discharge",
        "water",
        pipe([(ox, oy, oz - 0.04), (ox, oy, 2.4), (ox, Y0 + 0.3, 2.4), (ox, Y0 + 0.3, 0.02)], 0.075, 0.2, 20),
    )
    flange_pair(m, "Discharge", at(ox, Y0 + 0.3, 0.3), 0.075)
