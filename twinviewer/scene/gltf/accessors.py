"""Accessors: typed arrays out of buffers, with every bound checked before numpy looks at a byte."""

from typing import Any

import numpy as np

from twinviewer.scene.bounds import MAX_ACCESSOR_ITEMS
from twinviewer.scene.gltf.document import Document
from twinviewer.scene.gltf.meshopt import decode_view

_DTYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")


class Accessors:
    """Reads accessors of one document; each buffer view is decompressed once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._decoded: dict[int, tuple[memoryview, int]] = {}

    def count(self, row: int) -> int:
        """How many elements accessors[row] says it has."""
        return self._document.integer(self._document.items("accessors")[row], "count", f"accessors[{row}]")

    def raw(self, row: int) -> np.ndarray:
        """The array as stored, shape (count, width); a view where that is possible."""
        document, place = self._document, f"accessors[{row}]"
        entry = document.items("accessors")[row]
        dtype, width = self._layout(entry, place)
        count = self.count(row)
        if count > MAX_ACCESSOR_ITEMS:
            raise document.fail(f"it claims {count:,} elements; at most {MAX_ACCESSOR_ITEMS:,} are read.", place)
        view = document.index(entry, "bufferView", "bufferViews", place)
        if view is None:
            array = np.zeros((count, width), dtype)
        else:
            array = self._strided(view, document.integer(entry, "byteOffset", place, 0), count, dtype, width, place)
        if "sparse" in entry:
            array = self._sparse(array, document.table(entry, "sparse", place), place)
        return array

    def floats(self, row: int) -> np.ndarray:
        """The array as float32 (count, width), normalised integers turned into -1…1 or 0…1."""
        array = self.raw(row)
        if array.dtype.kind == "f":
            return array.astype(np.float32, copy=False)
        result = array.astype(np.float32)
        if self._document.items("accessors")[row].get("normalized") is True:
            result /= np.float32(np.iinfo(array.dtype).max)
            np.maximum(result, -1.0, out=result)
        return result

    def indices(self, row: int) -> np.ndarray:
        """Vertex indices as int64-safe unsigned integers, shape (count,)."""
        array = self.raw(row)
        if array.dtype.kind != "u" or array.shape[1] != 1:
            raise self._document.fail("indices must be unsigned whole numbers.", f"accessors[{row}]")
        return array.reshape(-1)

    def view_bytes(self, row: int) -> tuple[memoryview, int]:
        """The decompressed bytes of bufferViews[row] and its stride (0: tightly packed)."""
        if row not in self._decoded:
            self._decoded[row] = self._load_view(row)
        return self._decoded[row]

    def _layout(self, entry: dict[str, Any], place: str) -> tuple[np.dtype[Any], int]:
        code, kind = entry.get("componentType"), entry.get("type")
        dtype = _DTYPES.get(code) if isinstance(code, int) else None
        width = _WIDTHS.get(kind) if isinstance(kind, str) else None
        if dtype is None or width is None:
            raise self._document.fail(f"component type {code!r} with type {kind!r} is not glTF.", place)
        return np.dtype(dtype), width

    def _strided(self, view: int, offset: int, count: int, dtype: np.dtype[Any], width: int, place: str) -> np.ndarray:
        data, stride = self.view_bytes(view)
        size = dtype.itemsize * width
        step = stride or size
        if step < size:
            raise self._document.fail(f"the stride of {step} bytes is less than an element of {size}.", place)
        end = offset + step * (count - 1) + size if count else offset
        if end > len(data):
            text = f"it needs {end:,} bytes of bufferViews[{view}], which has {len(data):,}."
            raise self._document.fail(text, place)
        if step == size:
            flat = np.frombuffer(data, dtype, count * width, offset) if count else np.zeros(0, dtype)
            return flat.reshape(count, width)
        return np.ndarray((count, width), dtype, data, offset, (step, dtype.itemsize))

    def _sparse(self, base: np.ndarray, sparse: dict[str, Any], place: str) -> np.ndarray:
        document = self._document
        count = document.integer(sparse, "count", place)
        if count > len(base):
            raise document.fail(f"{count} sparse values do not fit into {len(base)} elements.", place)
        at, values = document.table(sparse, "indices", place), document.table(sparse, "values", place)
        rows = [document.index(entry, "bufferView", "bufferViews", place) for entry in (at, values)]
        code = at.get("componentType")
        if rows[0] is None or rows[1] is None or code not in (5121, 5123, 5125):
            raise document.fail("its sparse part is incomplete.", place)
        offsets = [document.integer(entry, "byteOffset", place, 0) for entry in (at, values)]
        where = self._strided(rows[0], offsets[0], count, np.dtype(_DTYPES[code]), 1, place).reshape(-1)
        what = self._strided(rows[1], offsets[1], count, base.dtype, base.shape[1], place)
        if count and int(where.max()) >= len(base):
            raise document.fail(f"a sparse index is {int(where.max())}, beyond its {len(base)} elements.", place)
        result = base.copy()
        result[where] = what
        return result

    def _load_view(self, row: int) -> tuple[memoryview, int]:
        document, place = self._document, f"bufferViews[{row}]"
        entry = document.items("bufferViews")[row]
        for name in _MESHOPT:
            packed = document.extension(entry, name, place)
            if packed is not None:
                data = self._slice(packed, place)
                return decode_view(document, data, packed, place), document.integer(
                    packed, "byteStride", place, least=1
                )
        return self._slice(entry, place), document.integer(entry, "byteStride", place, 0)

    def _slice(self, entry: dict[str, Any], place: str) -> memoryview:
        document = self._document
        buffer = document.index(entry, "buffer", "buffers", place)
        if buffer is None:
            raise document.fail("it names no buffer.", place)
        data = document.buffer(buffer)
        first = document.integer(entry, "byteOffset", place, 0)
        length = document.integer(entry, "byteLength", place)
        if first + length > len(data):
            text = f"it ends at byte {first + length:,}, but buffers[{buffer}] has {len(data):,}."
            raise document.fail(text, place)
        return data[first : first + length]
