"""The assembly hall: places every machine of the layout, the building around them and the painted floor."""

from __future__ import annotations

from pathlib import Path

from scenes._make.building import building
from scenes._make.floor import Floor
from scenes._make.glb import GlbWriter
from scenes._make.goods import goods
from scenes._make.layout import AISLES, AREAS, DEPTH_M, WIDTH_M, Placed
from scenes._make.machine import Machine, part_meshes, part_nodes
from scenes._make.machines import (
    agv,
    ahu,
    chiller,
    cnc,
    compressor,
    conveyor,
    crane,
    inspection,
    oven,
    packaging,
    palletiser,
    press,
    pump,
    rack,
    robot,
    tank,
    washer,
    welder,
)
from scenes._make.mesh import at
from scenes._make.services import services

PLAIN = {
    "cnc": cnc, "washer": washer, "inspection": inspection, "palletiser": palletiser, "press": press, "oven": oven,
    "welder": welder, "packaging": packaging, "tank": tank, "pump": pump, "compressor": compressor,
    "chiller": chiller, "ahu": ahu, "crane": crane,
}  # fmt: skip
CARGO = {
    "CV-101": "casting",
    "CV-201": "sheet",
    "CV-203": "sheet",
    "CV-205": "sheet",
    "CV-208": "sheet",
    "CV-210": "carton",
}
RACK_SEEDS = {"RCK-411": 411, "RCK-412": 412, "RCK-413": 413}
ARM_TURN = {"ROB-105": -108.0, "ROB-206": -74.0}


def build(placed: Placed) -> Machine:
    """The machine of one place in the layout."""
    if placed.kind == "conveyor":
        return conveyor.build(placed.length, CARGO.get(placed.asset, "casting"))
    if placed.kind == "robot":
        return robot.build(ARM_TURN[placed.asset])
    if placed.kind == "rack":
        return rack.build(RACK_SEEDS[placed.asset], double=placed.asset == "RCK-413")
    if placed.kind == "agv":
        return agv.build(loaded=placed.asset != "AGV-402")
    return PLAIN[placed.kind].build()


def write(path: Path) -> None:
    """Writes hall.glb."""
    glb = GlbWriter()
    shared: dict[str, dict[str, int]] = {}
    areas = []
    for area, places in AREAS.items():
        nodes = []
        for p in places:
            machine = build(p)
            where = at(p.x, p.y, rz=p.turn)
            if machine.kind not in shared:
                shared[machine.kind] = part_meshes(glb, machine)
            nodes.append(
                glb.node(p.asset, part_nodes(glb, shared[machine.kind]), where, {"asset": p.asset, "type": p.kind})
            )
        areas.append(glb.node(area, nodes))
    shell = [("Floor", floor_plan()), ("Building", building()), ("Services", services()), ("Goods", goods())]
    parts = [glb.node(name, part_nodes(glb, part_meshes(glb, machine))) for name, machine in shell]
    glb.write(path, glb.node("Hall", [*areas, glb.node("Background", parts)]))


def floor_plan() -> Machine:
    """The painted floor of the hall."""
    floor = Floor()
    floor.sheet(0, WIDTH_M, 0, DEPTH_M)
    for aisle in AISLES:
        floor.zone(*aisle)
    _aisle_lines(floor)
    _zones(floor)
    return floor.machine


def _aisle_lines(floor: Floor) -> None:
    """Borders of the aisles, guide lines of the vehicles, crossings for people."""
    for x0, x1, y0, y1 in AISLES[:2]:
        for y in (y0, y1):
            floor.line((x0, y), (x1, y), "paint_yellow", 0.1)
        floor.dashes((x0 + 0.4, (y0 + y1) / 2), (x1, (y0 + y1) / 2), "paint_blue")
    x0, x1, _, _ = AISLES[2]
    for low, high in ((0.0, 10.2), (12.4, 20.6), (22.6, DEPTH_M)):
        floor.line((x0, low), (x0, high), "paint_yellow", 0.1)
    floor.line((x1, 0), (x1, DEPTH_M), "paint_yellow", 0.1)
    floor.dashes(((x0 + x1) / 2, 0.4), ((x0 + x1) / 2, DEPTH_M - 1.4), "paint_blue")
    for y in (9.2, 19.6):
        for k in range(6):
            x = x0 + 0.5 + 0.58 * k
            floor.line((x, y - 0.65), (x, y + 0.65), "paint_yellow", 0.3)
    for y in (1.0, 2.2):
        floor.line((2.0, y), (x0, y), "paint_blue", 0.08)


def _zones(floor: Floor) -> None:
    """Safety zones in front of presses and cells, stands for pallets, charging bays, letters of the lines."""
    for x in (8.3, 14.9):
        floor.hatch(x - 1.9, x + 1.9, 13.3, 14.55, "paint_yellow")
        floor.outline(x - 1.9, x + 1.9, 13.3, 14.55, "paint_yellow")
    floor.outline(38.9, 42.75, 4.4, 8.6, "paint_yellow")
    for x in (52.6, 54.2, 55.8):
        for y in (14.6, 16.2, 18.4, 20.0):
            floor.outline(x - 0.62, x + 0.62, y - 0.76, y + 0.76, "paint_blue", 0.06)
    for x in (46.9, 48.0, 49.1):
        floor.outline(x - 0.5, x + 0.5, 31.6, 33.2, "paint_blue", 0.07)
    for y in (4.2, 13.7):
        floor.outline(0.4, 2.0, y, y + 4.6, "paint_blue", 0.07)
    floor.outline(2.2, 17.0, 23.6, 31.4, "paint_blue", 0.08)
    floor.outline(18.4, 40.2, 25.6, 31.4, "paint_blue", 0.08)
    floor.strokes(LETTERS["A"], 3.0, 2.7, 1.4)
    floor.strokes(LETTERS["B"], 3.0, 13.3, 0.9)


LETTERS = {
    "A": (((0.0, 0.0), (0.4, 1.0)), ((0.4, 1.0), (0.8, 0.0)), ((0.17, 0.36), (0.63, 0.36))),
    "B": (
        ((0.08, 0.0), (0.08, 1.0)), ((0.14, 0.94), (0.5, 0.94)), ((0.14, 0.52), (0.55, 0.52)),
        ((0.14, 0.06), (0.58, 0.06)), ((0.5, 0.94), (0.58, 0.73)), ((0.58, 0.73), (0.5, 0.52)),
        ((0.55, 0.52), (0.66, 0.29)), ((0.66, 0.29), (0.58, 0.06)),
    ),
}  # fmt: skip
