"""A tiny writer of binary glTF for tests: boxes, nodes, and whatever a test wants to break."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
_CODES = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}

CUBE_POINTS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
CUBE_TRIANGLES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ],
    np.uint16,
)  # fmt: skip


class Glb:
    """Collects arrays into one buffer; `json` is free to be edited before `save`."""

    def __init__(self) -> None:
        self.json: dict[str, Any] = {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": []}]}
        self.data = bytearray()

    def add(self, key: str, entry: dict[str, Any]) -> int:
        """Append to a top-level list; returns the row."""
        self.json.setdefault(key, []).append(entry)
        return len(self.json[key]) - 1

    def view(self, data: bytes, **more: Any) -> int:
        """A buffer view over new bytes."""
        self.data.extend(b"\0" * (-len(self.data) % 4))
        first = len(self.data)
        self.data.extend(data)
        return self.add("bufferViews", {"buffer": 0, "byteOffset": first, "byteLength": len(data), **more})

    def accessor(self, array: np.ndarray, **more: Any) -> int:
        """An accessor over a new tightly packed array (n,) or (n, width)."""
        width = 1 if array.ndim == 1 else array.shape[1]
        entry = {
            "bufferView": self.view(np.ascontiguousarray(array).tobytes()),
            "componentType": _CODES[array.dtype.str[1:]],
            "count": len(array),
            "type": _TYPES[width],
            **more,
        }
        return self.add("accessors", entry)

    def mesh(self, points: np.ndarray = CUBE_POINTS, triangles: np.ndarray | None = CUBE_TRIANGLES, **more: Any) -> int:
        """A mesh of one primitive; `more` goes into the primitive."""
        attributes = {"POSITION": self.accessor(points.astype(np.float32)), **more.pop("attributes", {})}
        primitive: dict[str, Any] = {"attributes": attributes, **more}
        if triangles is not None:
            primitive["indices"] = self.accessor(triangles.reshape(-1))
        return self.add("meshes", {"primitives": [primitive]})

    def node(self, name: str | None, parent: int | None = None, **more: Any) -> int:
        """A node below `parent`, or a root."""
        row = self.add("nodes", {**({} if name is None else {"name": name}), **more})
        siblings = self.json["scenes"][0]["nodes"] if parent is None else self.json["nodes"][parent]
        if parent is None:
            siblings.append(row)
        else:
            siblings.setdefault("children", []).append(row)
        return row

    def bytes(self) -> bytes:
        """The file as it stands."""
        data = bytes(self.data) + b"\0" * (-len(self.data) % 4)
        if "buffers" not in self.json and data:
            self.json["buffers"] = [{"byteLength": len(data)}]
        text = json.dumps(self.json).encode()
        text += b" " * (-len(text) % 4)
        length = 12 + 8 + len(text) + (8 + len(data) if data else 0)
        parts = [struct.pack("<III", 0x46546C67, 2, length), struct.pack("<II", len(text), 0x4E4F534A), text]
        if data:
            parts += [struct.pack("<II", len(data), 0x004E4942), data]
        return b"".join(parts)

    def save(self, path: Path) -> Path:
        """Write the file and return its path."""
        path.write_bytes(self.bytes())
        return path


def line(count: int = 3, prefix: str = "CNC-") -> Glb:
    """Hall/Line A/CNC-101…: cubes 3 m apart, each with a body and a door."""
    glb = Glb()
    body = glb.mesh()
    door = glb.mesh(CUBE_POINTS * 0.2)
    hall = glb.node("Hall")
    row = glb.node("Line A", hall)
    for k in range(count):
        machine = glb.node(f"{prefix}{101 + k}", row, translation=[3.0 * k, 0, 0], extras={"type": "cnc"})
        glb.node("Body", machine, mesh=body)
        glb.node("Door", machine, mesh=door, translation=[0.4, 0.4, 1.0 + 0.01 * k])
    return glb
