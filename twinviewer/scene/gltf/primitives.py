"""Primitives of glTF meshes as triangles with material columns."""

from typing import Any

import numpy as np

from twinviewer.scene.gltf.accessors import Accessors
from twinviewer.scene.gltf.document import Document
from twinviewer.scene.gltf.draco import decode_draco
from twinviewer.scene.gltf.materials import Material, Materials, srgb_bytes
from twinviewer.scene.mesh import Mesh, creased_normals, join, smooth_normals, unit_rows

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_SRGB = srgb_bytes(np.linspace(0.0, 1.0, 4096))


class Meshes:
    """Decodes each mesh of a document once."""

    def __init__(self, document: Document, accessors: Accessors, materials: Materials) -> None:
        self._document = document
        self._accessors = accessors
        self._materials = materials
        self._made: dict[int, Mesh | None] = {}
        self.notes: dict[str, None] = {}

    def get(self, row: int) -> Mesh | None:
        """meshes[row] with all its primitives joined; None where it has no triangles."""
        if row not in self._made:
            self._made[row] = self._make(row)
        return self._made[row]

    def _make(self, row: int) -> Mesh | None:
        document = self._document
        primitives = document.items("meshes")[row].get("primitives", [])
        if not isinstance(primitives, list) or not all(isinstance(entry, dict) for entry in primitives):
            raise document.fail("its primitives are not a list of objects.", f"meshes[{row}]")
        meshes = []
        for k, entry in enumerate(primitives):
            mesh = self._primitive(entry, f"meshes[{row}].primitives[{k}]")
            if mesh is not None:
                meshes.append(mesh)
        return join(meshes) if meshes else None

    def _primitive(self, entry: dict[str, Any], place: str) -> Mesh | None:
        document = self._document
        mode = document.integer(entry, "mode", place, _TRIANGLES)
        if mode < _TRIANGLES:
            self.notes[f"{document.label}: points and lines were left out; only surfaces are shown."] = None
            return None
        if mode > _FAN:
            raise document.fail(f"primitive mode {mode} is not glTF.", place)
        if entry.get("targets"):
            self.notes[f"{document.label}: morph targets are shown in their rest shape."] = None
        attributes, indices = self._arrays(entry, place)
        points = attributes.get("POSITION")
        if points is None or len(points) == 0:
            return None
        if points.shape[1] != 3 or not np.isfinite(points).all():
            bad = int(np.argmin(np.isfinite(points).all(axis=1)))
            raise document.fail(f"vertex {bad} of POSITION is not a point with three finite numbers.", place)
        triangles = _triangulate(np.arange(len(points)) if indices is None else indices, mode)
        if indices is not None and len(indices) and int(indices.max()) >= len(points):
            text = f"an index is {int(indices.max())}, but there are only {len(points)} vertices."
            raise document.fail(text, place)
        if len(triangles) == 0:
            return None
        material = self._materials.get(document.index(entry, "material", "materials", place))
        return self._mesh(attributes, points, triangles, material, place)

    def _arrays(self, entry: dict[str, Any], place: str) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
        """The attribute arrays that are used, float32, and the indices, if there are any."""
        document = self._document
        names = document.table(entry, "attributes", place)
        packed = document.extension(entry, "KHR_draco_mesh_compression", place)
        if packed is not None:
            view = document.index(packed, "bufferView", "bufferViews", place)
            if view is None:
                raise document.fail("its Draco data names no buffer view.", place)
            return decode_draco(document, self._accessors.view_bytes(view)[0], packed, names, place)
        arrays: dict[str, np.ndarray] = {}
        for name in names:
            if name in ("POSITION", "NORMAL", "COLOR_0") or name.startswith("TEXCOORD_"):
                row = document.index(names, name, "accessors", place)
                if row is not None:
                    arrays[name] = self._accessors.floats(row)
        row = document.index(entry, "indices", "accessors", place)
        return arrays, None if row is None else self._accessors.indices(row)

    def _mesh(
        self,
        attributes: dict[str, np.ndarray],
        points: np.ndarray,
        triangles: np.ndarray,
        material: Material,
        place: str,
    ) -> Mesh:
        count = len(points)
        for name, array in attributes.items():
            if len(array) != count:
                text = f"{name} has {len(array)} entries, but POSITION has {count}."
                raise self._document.fail(text, place)
        columns = {
            "colour": _colours(attributes.get("COLOR_0"), material, count),
            "skin": np.full(count, 255 if material.skin else 0, np.uint8),
            "metallic": np.full(count, round(material.metallic * 255), np.uint8),
            "roughness": np.full(count, round(material.roughness * 255), np.uint8),
        }
        columns.update(_texture_columns(attributes, material, count))
        normals = attributes.get("NORMAL")
        if normals is not None and normals.shape[1] == 3:
            return Mesh(points=points, normals=_mended(normals, points, triangles), triangles=triangles, **columns)
        normals, triangles, source = creased_normals(points, triangles)
        columns = {name: array[source] for name, array in columns.items()}
        return Mesh(points=points[source], normals=normals, triangles=triangles, **columns)


def _triangulate(indices: np.ndarray, mode: int) -> np.ndarray:
    """int32 (m, 3); a broken last triangle is dropped, as are the empty ones that join strips."""
    indices = indices.astype(np.int32, copy=False)
    if mode == _TRIANGLES:
        return indices[: len(indices) // 3 * 3].reshape(-1, 3)
    if len(indices) < 3:
        return np.zeros((0, 3), np.int32)
    if mode == _FAN:
        first = np.full(len(indices) - 2, indices[0], np.int32)
        return np.column_stack([first, indices[1:-1], indices[2:]])
    triangles = np.column_stack([indices[:-2], indices[1:-1], indices[2:]])
    triangles[1::2] = triangles[1::2][:, [1, 0, 2]]
    a, b, c = triangles.T
    return np.ascontiguousarray(triangles[(a != b) & (b != c) & (a != c)])


def _colours(vertex: np.ndarray | None, material: Material, count: int) -> np.ndarray:
    """sRGB bytes (count, 4) from the material and, where there are any, the vertex colours (linear)."""
    factor = np.array(material.factor, np.float32)
    result = np.empty((count, 4), np.uint8)
    if vertex is None or vertex.shape[1] < 3:
        result[:, :3] = srgb_bytes(factor[:3])
        result[:, 3] = round(float(np.clip(factor[3], 0, 1)) * 255)
        return result
    linear = np.nan_to_num(vertex[:, :3]) * factor[:3]
    result[:, :3] = _SRGB[(np.clip(linear, 0.0, 1.0) * 4095.0 + 0.5).astype(np.int32)]
    alpha = vertex[:, 3] if vertex.shape[1] == 4 and not material.solid else 1.0
    result[:, 3] = np.rint(np.clip(np.nan_to_num(alpha * factor[3]), 0, 1) * 255)
    return result


def _texture_columns(attributes: dict[str, np.ndarray], material: Material, count: int) -> dict[str, np.ndarray]:
    uv = attributes.get(f"TEXCOORD_{material.uv_set}")
    if material.texture < 0 or uv is None or uv.shape[1] != 2:
        return {}
    uv = np.nan_to_num(uv, posinf=0.0, neginf=0.0)
    if material.uv_matrix is not None:
        uv = (uv @ material.uv_matrix[:2, :2].T + material.uv_matrix[:2, 2]).astype(np.float32)
    return {"uv": uv, "texture": np.full(count, material.texture, np.int16)}


def _mended(normals: np.ndarray, points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals; those that have no direction are taken from the faces around."""
    squared = np.einsum("ij,ij->i", normals, normals)
    bad = ~(squared > 1e-12)
    if not bad.any():
        if float(np.abs(squared - 1.0).max()) < 1e-3:
            return normals
        return unit_rows(normals)
    return unit_rows(np.where(bad[:, None], smooth_normals(points, triangles), np.nan_to_num(normals)))
