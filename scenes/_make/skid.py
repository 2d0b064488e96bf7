"""The pump skid: the small scene of the first lesson."""

from __future__ import annotations

from pathlib import Path

from scenes._make import rough
from scenes._make.glb import GlbWriter
from scenes._make.machine import Machine, part_meshes, part_nodes
from scenes._make.mesh import at

PLACES = (
    ("TNK-501", "tank", -3.2, 1.2),
    ("TNK-502", "tank", 3.2, 1.2),
    ("PMP-511", "pump", -1.2, -1.4),
    ("PMP-512", "pump", -1.2, -0.2),
    ("PMP-513", "pump", 3.2, -1.4),
    ("VLV-531", "valve", 0.6, 0.2),
    ("HEX-541", "exchanger", 1.4, 1.4),
)


def write(path: Path) -> None:
    glb = GlbWriter()
    shared: dict[str, dict[str, int]] = {}
    nodes = []
    for asset, kind, x, y in PLACES:
        if kind not in shared:
            shared[kind] = part_meshes(glb, rough.build(kind))
        nodes.append(glb.node(asset, part_nodes(glb, shared[kind]), at(x, y), {"asset": asset, "type": kind}))
    ground = Machine("ground")
    ground.box("Floor", "wall", (0, 0, -0.05), (10, 6, 0.1))
    nodes.append(glb.node("Ground", part_nodes(glb, part_meshes(glb, ground))))
    glb.write(path, glb.node("Skid", nodes))
