"""The assembly hall: places every machine of the layout, the building around them and the painted floor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scenes._make.building import building
from scenes._make.floor import AISLE, BASE, BLUE, LINE, YELLOW, Floor
from scenes._make.glb import GlbWriter
from scenes._make.goods import goods
from scenes._make.layout import AISLES, AREAS, DEPTH_M, WIDTH_M, Placed
from scenes._make.machine import Machine, part_meshes, part_nodes
from scenes._make.machines import agv, ahu, chiller, cnc, compressor, conveyor, crane, inspection, oven, packaging
from scenes._make.machines import palletiser, press, pump, rack, robot, tank, washer, welder
from scenes._make.mesh import Mesh, at, facets, merge
from scenes._make.png import png_bytes
from scenes._make.services import services

MOVING = frozenset({"agv", "crane"})
PLAIN = {
    "cnc": cnc, "washer": washer, "inspection": inspection, "palletiser": palletiser, "press": press, "oven": oven,
    "welder": welder, "packaging": packaging, "tank": tank, "pump": pump, "compressor": compressor,
    "chiller": chiller, "ahu": ahu, "crane": crane,
}  # fmt: skip
CARGO = {"CV-101": "casting", "CV-201": "sheet", "CV-203": "sheet", "CV-205": "sheet", "CV-208": "sheet", "CV-210": "carton"}
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
    standing: list[Mesh] = []
    areas = []
    for area, places in AREAS.items():
        nodes = []
        for p in places:
            machine = build(p)
            where = at(p.x, p.y, rz=p.turn)
            if p.kind not in MOVING:
                standing.append(whole(machine).at(where))
            if machine.kind not in shared:
                shared[machine.kind] = part_meshes(glb, machine)
            nodes.append(glb.node(p.asset, part_nodes(glb, shared[machine.kind]), where, {"asset": p.asset, "type": p.kind}))
        areas.append(glb.node(area, nodes))
    shell = [("Building", building()), ("Services", services()), ("Goods", goods())]
    standing += [_above_floor(whole(machine)) for _, machine in shell]
    glb.image("floor", png_bytes(painted_floor(standing)))
    parts = [glb.node(name, part_nodes(glb, part_meshes(glb, machine))) for name, machine in shell]
    parts.append(glb.node("Floor", extras={"role": "floor"}, mesh=glb.mesh("Floor", {"floor": floor_sheet(0, 0, WIDTH_M, DEPTH_M)})))
    glb.write(path, glb.node("Hall", [*areas, glb.node("Background", parts)]))


def whole(machine: Machine) -> Mesh:
    """All triangles of a machine as one mesh."""
    return merge(mesh for materials in machine.parts.values() for meshes in materials.values() for mesh in meshes)


def _above_floor(mesh: Mesh) -> Mesh:
    """Without what lies below the floor (the slab), which casts no shadow on it."""
    low = mesh.points[mesh.triangles, 2].min(axis=1) > -0.02
    return Mesh(mesh.points, mesh.normals, mesh.triangles[low])


def floor_sheet(x0: float, y0: float, width: float, depth: float) -> Mesh:
    """The floor as one rectangle that carries the whole image."""
    x1, y1 = x0 + width, y0 + depth
    sheet = facets(np.array([[[x0, y0, 0], [x1, y0, 0], [x1, y1, 0], [x0, y1, 0]]]))
    return Mesh(sheet.points, sheet.normals, sheet.triangles, np.array([[0.0, 1], [1, 1], [1, 0], [0, 0]]))


def painted_floor(standing: Sequence[Mesh]) -> np.ndarray:
    """The image of the floor, uint8 (height, width, 3)."""
    floor = Floor(0, 0, WIDTH_M, DEPTH_M)
    for x0, x1, y0, y1 in AISLES:
        floor.rectangle(x0, x1, y0, y1, AISLE)
    floor.grid()
    _aisle_lines(floor)
    _zones(floor)
    floor.shadows(standing)
    return floor.image()


def _aisle_lines(floor: Floor) -> None:
    for x0, x1, y0, y1 in AISLES[:2]:
        for y in (y0, y1):
            floor.rectangle(x0, x1, y - 0.06, y + 0.06, LINE)
        floor.dashes((x0 + 0.4, (y0 + y1) / 2), (x1, (y0 + y1) / 2), 0.07, BLUE)
    x0, x1, _, _ = AISLES[2]
    crossings = [(10.2, 12.4), (20.6, 22.6)]
    for x in (x0, x1):
        edges = [0.0, *(v for c in crossings for v in c), DEPTH_M] if x == x0 else [0.0, DEPTH_M]
        for low, high in zip(edges[::2], edges[1::2], strict=True):
            floor.rectangle(x - 0.06, x + 0.06, low, high, LINE)
    floor.dashes(((x0 + x1) / 2, 0.4), ((x0 + x1) / 2, DEPTH_M - 1.4), 0.07, BLUE)
    for y0, _ in crossings:
        for k in range(6):
            floor.rectangle(x0 + 0.35 + 0.58 * k, x0 + 0.67 + 0.58 * k, y0 - 1.6, y0 - 0.35, LINE)


def _zones(floor: Floor) -> None:
    """Safety zones in front of presses and cells, stands for pallets, charging bays, letters of the lines."""
    for x in (8.3, 14.9):
        floor.hatch(x - 1.9, x + 1.9, 13.3, 14.55, YELLOW)
        floor.outline(x - 1.9, x + 1.9, 13.3, 14.55, YELLOW)
    for x0, x1, y0, y1 in ((15.6, 20.2, 7.1, 10.15), (17.6, 22.2, 16.7, 20.05), (38.9, 42.75, 4.5, 8.5)):
        floor.outline(x0, x1, y0, y1, YELLOW, 0.09)
    for x in (52.6, 54.2, 55.8):
        for y in (14.6, 16.2, 18.4, 20.0):
            floor.outline(x - 0.6, x + 0.6, y - 0.75, y + 0.75, LINE, 0.07)
    for x in (46.9, 48.0, 49.1):
        floor.outline(x - 0.5, x + 0.5, 31.6, 33.2, BLUE, 0.07)
    for x, y, w in ((0.3, 4.2, 1.8), (0.3, 13.7, 1.8)):
        floor.outline(x, x + w, y, y + 4.6, LINE, 0.07)
    floor.outline(2.2, 17.0, 23.7, 33.0, BLUE, 0.08)
    floor.outline(18.4, 40.2, 25.6, 33.0, BLUE, 0.08)
    _letter(floor, "A", 3.4, 2.2)
    _letter(floor, "B", 3.4, 12.9)


def _letter(floor: Floor, letter: str, x: float, y: float) -> None:
    """A large painted letter, 1.4 m high, lower left corner at (x, y)."""
    strokes = {
        "A": [((0, 0), (0.5, 1.4)), ((0.5, 1.4), (1.0, 0)), ((0.22, 0.5), (0.78, 0.5))],
        "B": [((0.1, 0), (0.1, 1.4)), ((0.1, 1.32), (0.75, 1.32)), ((0.1, 0.7), (0.8, 0.7)), ((0.1, 0.08), (0.85, 0.08)),
              ((0.75, 1.32), (0.75, 0.7)), ((0.86, 0.74), (0.86, 0.04))],
    }  # fmt: skip
    colour = LINE * 0.5 + BASE * 0.5
    for start, end in strokes[letter]:
        floor.stroke((x + start[0], y + start[1]), (x + end[0], y + end[1]), 0.16, colour)
