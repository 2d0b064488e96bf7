"""Writes GLB files (glTF 2.0) with shared, quantised meshes; the same input always gives the same bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from scenes._make.materials import MATERIALS
from scenes._make.mesh import Matrix, Mesh, without_slivers

Z_UP_TO_Y_UP = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
_VERTICES, _INDICES = 34962, 34963
_BYTE, _SHORT, _USHORT, _UINT = 5120, 5122, 5123, 5125
_LEVELS = 32767


class GlbWriter:
    """Collects meshes and nodes; positions are stored as int16 and normals as int8 (KHR_mesh_quantization)."""

    def __init__(self) -> None:
        self._bin = bytearray()
        self._views: list[dict] = []
        self._accessors: list[dict] = []
        self._meshes: list[dict] = []
        self._nodes: list[dict] = []
        self._materials: list[dict] = []
        self._material_of: dict[str, int] = {}
        self._spread: list[Matrix] = []

    def mesh(self, name: str, by_material: Mapping[str, Mesh]) -> int:
        """Adds a mesh of one primitive per material; use its number in as many nodes as needed."""
        clean = {key: without_slivers(mesh) for key, mesh in by_material.items()}
        every = np.vstack([mesh.points for mesh in clean.values()])
        middle = (every.min(0) + every.max(0)) / 2
        scale = max(float((every.max(0) - every.min(0)).max()) / 2, 1e-6) / _LEVELS
        primitives = [self._primitive(key, clean[key], middle, scale) for key in sorted(clean)]
        self._meshes.append({"name": name, "primitives": primitives})
        spread = np.diag([scale, scale, scale, 1.0])
        spread[:3, 3] = middle
        self._spread.append(spread)
        return len(self._meshes) - 1

    def node(
        self,
        name: str,
        children: Sequence[int] = (),
        matrix: Matrix | None = None,
        extras: Mapping[str, object] | None = None,
        mesh: int | None = None,
    ) -> int:
        """Adds a node (a leaf where `mesh` is given) and returns its number."""
        node: dict = {"name": name}
        if mesh is not None:
            node["mesh"] = mesh
            matrix = self._spread[mesh] if matrix is None else matrix @ self._spread[mesh]
        if matrix is not None and not np.allclose(matrix, np.eye(4)):
            node["matrix"] = [_short(v) for v in matrix.T.ravel()]
        if children:
            node["children"] = list(children)
        if extras:
            node["extras"] = dict(extras)
        self._nodes.append(node)
        return len(self._nodes) - 1

    def write(self, path: Path, root: int) -> None:
        """Writes the file with `root` as the scene's only node, turned from Z up to glTF's Y up."""
        top = self._nodes[root]
        placed = np.array(top.get("matrix", np.eye(4).T.ravel())).reshape(4, 4).T
        top["matrix"] = [_short(v) for v in (Z_UP_TO_Y_UP @ placed).T.ravel()]
        text = json.dumps(self._document(root), separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-len(text) % 4)
        data = bytes(self._bin) + b"\0" * (-len(self._bin) % 4)
        head = struct.pack("<III", 0x46546C67, 2, 28 + len(text) + len(data))
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(data), 0x004E4942) + data
        path.write_bytes(head + chunks)

    def _document(self, root: int) -> dict:
        quantised = ["KHR_mesh_quantization"]
        return {
            "asset": {"version": "2.0", "generator": "twinviewer scenes._make", "copyright": "Apache-2.0"},
            "extensionsUsed": quantised,
            "extensionsRequired": quantised,
            "scene": 0,
            "scenes": [{"nodes": [root]}],
            "nodes": self._nodes,
            "meshes": self._meshes,
            "materials": self._materials,
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": len(self._bin) + -len(self._bin) % 4}],
        }

    def _primitive(self, material: str, mesh: Mesh, middle: np.ndarray, scale: float) -> dict:
        where, facing, triangles = _joined(mesh, middle, scale)
        attributes = {
            "POSITION": self._vertices(where, _SHORT, 8, False),
            "NORMAL": self._vertices(facing, _BYTE, 4, True),
        }
        return {
            "attributes": attributes,
            "indices": self._indices(triangles, len(where)),
            "material": self._material(material),
        }

    def _vertices(self, rows: np.ndarray, component: int, stride: int, normalised: bool) -> int:
        raw = np.zeros((len(rows), stride), np.uint8)
        width = rows.shape[1] * rows.itemsize
        raw[:, :width] = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), width)
        accessor: dict = {
            "bufferView": self._view(raw.tobytes(), stride, _VERTICES),
            "componentType": component,
            "count": len(rows),
            "type": f"VEC{rows.shape[1]}",
        }
        if normalised:
            accessor["normalized"] = True
        if component == _SHORT:
            accessor["min"], accessor["max"] = rows.min(0).tolist(), rows.max(0).tolist()
        return self._accessor(accessor)

    def _indices(self, triangles: np.ndarray, points: int) -> int:
        short = points < 65536
        raw = triangles.astype("<u2" if short else "<u4").tobytes()
        accessor = {
            "bufferView": self._view(raw, None, _INDICES),
            "componentType": _USHORT if short else _UINT,
            "count": triangles.size,
            "type": "SCALAR",
        }
        return self._accessor(accessor)

    def _accessor(self, accessor: dict) -> int:
        self._accessors.append(accessor)
        return len(self._accessors) - 1

    def _view(self, raw: bytes, stride: int | None, target: int) -> int:
        self._bin += b"\0" * (-len(self._bin) % 4)
        view = {"buffer": 0, "byteOffset": len(self._bin), "byteLength": len(raw), "target": target}
        if stride is not None:
            view["byteStride"] = stride
        self._bin += raw
        self._views.append(view)
        return len(self._views) - 1

    def _material(self, name: str) -> int:
        if name not in self._material_of:
            self._material_of[name] = len(self._materials)
            self._materials.append(self._material_record(name))
        return self._material_of[name]

    def _material_record(self, name: str) -> dict:
        m = MATERIALS[name]
        surface: dict = {
            "baseColorFactor": [*_linear(m.colour), m.alpha],
            "metallicFactor": m.metallic,
            "roughnessFactor": m.roughness,
        }
        record: dict = {"name": name, "pbrMetallicRoughness": surface}
        if m.alpha < 1:
            record["alphaMode"], record["doubleSided"] = "BLEND", True
        if m.skin:
            record["extras"] = {"skin": True}
        return record


def _joined(mesh: Mesh, middle: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quantised positions int16 and normals int8, equal vertices joined; triangles that collapse are left out."""
    rows = np.hstack([np.rint((mesh.points - middle) / scale), np.rint(mesh.normals * 127)]).astype(np.int16)
    unique, index = np.unique(rows, axis=0, return_inverse=True)
    triangles = index.reshape(-1)[mesh.triangles]
    a, b, c = (unique[triangles[:, k], :3].astype(np.int64) for k in range(3))
    flat = ~np.any(np.cross(b - a, c - a), axis=1)
    return unique[:, :3], unique[:, 3:].astype(np.int8), triangles[~flat]


def _linear(colour: str) -> list[float]:
    """sRGB "#rrggbb" as linear factors, which glTF wants."""
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return [round(float(v), 5) for v in linear]


def _short(value: float) -> float | int:
    """A number as short as it can be without moving anything by more than a micrometre."""
    text = float(f"{value:.9g}")
    return int(text) if text == int(text) else text
