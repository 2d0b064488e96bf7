"""A machine under construction: named parts, each with triangles by material."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scenes._make.glb import GlbWriter
from scenes._make.mesh import Matrix, Mesh, at, merge
from scenes._make.solids import box, cylinder

Place = tuple[float, float, float]


@dataclass
class Machine:
    """Parts by name, each material's meshes in the machine's own coordinates (origin on the floor, Z up)."""

    kind: str
    parts: dict[str, dict[str, list[Mesh]]] = field(default_factory=dict)

    def add(self, part: str, material: str, mesh: Mesh, place: Matrix | None = None) -> None:
        """Adds triangles to a part."""
        placed = mesh if place is None else mesh.at(place)
        self.parts.setdefault(part, {}).setdefault(material, []).append(placed)

    def box(self, part: str, material: str, centre: Place, size: Place, bevel: float = 0.012, arc: int = 0) -> None:
        """Adds an upright bevelled box."""
        self.add(part, material, box(*size, bevel, arc).to(*centre))

    def rod(
        self, part: str, material: str, centre: Place, radius: float, length: float, axis: str = "z",
        bevel: float | None = None, sides: int | None = None,
    ) -> None:  # fmt: skip
        """Adds a cylinder along an axis of the machine."""
        self.add(part, material, cylinder(radius, length, bevel, sides), at(*centre) @ AXES[axis])

    def take(self, other: Machine, place: Matrix, prefix: str = "") -> None:
        """Takes over all parts of another machine, placed."""
        for part, materials in other.parts.items():
            for material, meshes in materials.items():
                for mesh in meshes:
                    self.add(prefix + part, material, mesh, place)

    def triangles(self) -> int:
        """How many triangles it has."""
        return sum(len(m.triangles) for materials in self.parts.values() for ms in materials.values() for m in ms)


AXES: Mapping[str, Matrix] = {"x": at(ry=90), "y": at(rx=-90), "z": at()}


def part_meshes(glb: GlbWriter, machine: Machine) -> dict[str, int]:
    """Writes each part as one mesh and returns the mesh number of each part."""
    return {
        part: glb.mesh(f"{machine.kind}.{part}", {key: merge(meshes) for key, meshes in materials.items()})
        for part, materials in machine.parts.items()
    }


def part_nodes(glb: GlbWriter, meshes: Mapping[str, int]) -> list[int]:
    """One node per part, over meshes that other machines of the same kind share."""
    return [glb.node(part, mesh=mesh) for part, mesh in meshes.items()]
