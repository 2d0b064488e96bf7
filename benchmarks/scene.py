"""Opening a scene the second time, from its prepared geometry, against the first time: at most a fifth.

The largest scene at hand: of the shipped ones, of `../shared/data/scenes` where they are, and of a synthetic hall of
about 1.4 million triangles.
"""

import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.harness import exit_code, figure
from twinviewer.scene.scene import load_scene

ROOT = Path(__file__).resolve().parents[1]
SUFFIXES = (".glb", ".gltf")
REPEATS = 5


def synthetic(path: Path, machines: int = 175, side: int = 64) -> Path:
    """A hall of `machines` different curved plates, as binary glTF."""
    import json

    plates, nodes, data = [], [], bytearray()
    accessors: list[dict[str, object]] = []
    views: list[dict[str, object]] = []

    def put(array: np.ndarray, code: int, kind: str) -> int:
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": array.nbytes})
        data.extend(array.tobytes())
        accessors.append({"bufferView": len(views) - 1, "componentType": code, "count": len(array), "type": kind})
        return len(accessors) - 1

    cell = (np.arange(side - 1) + side * np.arange(side - 1)[:, None]).reshape(-1)
    corners = np.stack([cell, cell + side, cell + 1, cell + 1, cell + side, cell + side + 1], axis=1)
    u = np.linspace(0, 1, side, dtype=np.float32)
    x, z = np.meshgrid(u, u)
    random = np.random.default_rng(1)
    for k in range(machines):
        y = 0.3 * np.sin(x * random.uniform(1, 9)) * np.cos(z * random.uniform(1, 9))
        points = np.stack([x, y, z], axis=-1).reshape(-1, 3).astype(np.float32)
        normals = np.tile(np.array([[0, 1, 0]], np.float32), (len(points), 1))
        attributes = {"POSITION": put(points, 5126, "VEC3"), "NORMAL": put(normals, 5126, "VEC3")}
        indices = put(corners.reshape(-1).astype(np.uint32), 5125, "SCALAR")
        plates.append({"primitives": [{"attributes": attributes, "indices": indices}]})
        nodes.append({"name": f"M-{k}", "mesh": k, "translation": [1.5 * (k % 20), 0, 1.5 * (k // 20)]})
    scene = [{"nodes": list(range(machines))}]
    content = {"asset": {"version": "2.0"}, "scene": 0, "scenes": scene, "nodes": nodes, "meshes": plates}
    content |= {"accessors": accessors, "bufferViews": views, "buffers": [{"byteLength": len(data)}]}
    text = json.dumps(content).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<IIIII", 0x46546C67, 2, 28 + len(text) + len(data), len(text), 0x4E4F534A)
    path.write_bytes(head + text + struct.pack("<II", len(data), 0x004E4942) + data)
    return path


def at_hand(folder: Path) -> list[Path]:
    """Every scene and geometry file that can be found."""
    shared = ROOT.parent / "shared" / "data" / "scenes"
    files = [path for path in sorted(shared.glob("*/*")) if path.suffix in SUFFIXES] if shared.is_dir() else []
    shipped = [path.parent for path in sorted((ROOT / "scenes").glob("*/scene.toml"))]
    return [*shipped, *files, synthetic(folder / "synthetic.glb")]


def first_and_second(path: Path, folder: Path) -> tuple[float, float, int]:
    """Median seconds of opening with an empty cache and with a filled one, in turns, and the triangles."""

    def timed(call: Callable[[], object]) -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    first, second, triangles = [], [], 0
    load_scene(path, cache_dir=folder / "warm-up")
    for k in range(REPEATS):
        cache = folder / f"cache-{k}"
        first.append(timed(lambda cache=cache: load_scene(path, cache_dir=cache)))
        second.append(timed(lambda cache=cache: load_scene(path, cache_dir=cache)))
        geometry = load_scene(path, cache_dir=cache).geometry
        triangles = 0 if geometry is None else len(geometry.triangles)
    return statistics.median(first), statistics.median(second), triangles


def main() -> int:
    """Print the figures; the exit code says whether they hold."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = {}
        for path in at_hand(folder):
            geometry = load_scene(path, cache_dir=folder / "sizes").geometry
            sizes[path] = 0 if geometry is None else len(geometry.triangles)
        largest = sorted(sizes, key=lambda path: sizes[path])[-2:]
        for k, path in enumerate(reversed(largest)):
            first, second, triangles = first_and_second(path, folder / f"run-{k}")
            sides = {"scene": path.name, "triangles": triangles, "second_s": second, "first_s": first}
            figure("scene.second_open", second / first, "ratio", sides, "<= 0.2" if k == 0 else "")
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
