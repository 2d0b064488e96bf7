"""The assembly hall: places every machine of the layout and the building around them."""

from __future__ import annotations

from pathlib import Path

from scenes._make import rough
from scenes._make.glb import GlbWriter
from scenes._make.layout import AREAS, DEPTH_M, WIDTH_M, Placed
from scenes._make.machine import Machine, part_meshes, part_nodes
from scenes._make.machines import conveyor
from scenes._make.mesh import at


def build_kind(placed: Placed) -> Machine:
    return conveyor.build(placed.length) if placed.kind == "conveyor" else rough.build(placed.kind)


def building() -> Machine:
    m = Machine("building")
    m.box("Floor", "wall", (WIDTH_M / 2, DEPTH_M / 2, -0.1), (WIDTH_M, DEPTH_M, 0.2))
    m.box("Walls", "wall", (WIDTH_M / 2, DEPTH_M + 0.1, 0.5), (WIDTH_M, 0.2, 1.0))
    return m


def write(path: Path) -> None:
    glb = GlbWriter()
    shared: dict[str, dict[str, int]] = {}
    areas = []
    for area, placed in AREAS.items():
        nodes = []
        for p in placed:
            machine = build_kind(p)
            if machine.kind not in shared:
                shared[machine.kind] = part_meshes(glb, machine)
            extras = {"asset": p.asset, "type": p.kind}
            nodes.append(glb.node(p.asset, part_nodes(glb, shared[machine.kind]), at(p.x, p.y, rz=p.turn), extras))
        areas.append(glb.node(area, nodes))
    areas.append(glb.node("Building", part_nodes(glb, part_meshes(glb, building()))))
    glb.write(path, glb.node("Hall", areas))
