"""EXT_meshopt_compression: buffer views packed by meshoptimizer."""

import importlib
from typing import Any

import numpy as np

from twinviewer.scene.bounds import MAX_ACCESSOR_ITEMS
from twinviewer.scene.gltf.document import Document

# Filter name: the library's function, and the strides it is defined for (it does not check them itself).
_FILTERS = {
    "OCTAHEDRAL": ("decode_filter_oct", (4, 8)),
    "QUATERNION": ("decode_filter_quat", (8,)),
    "EXPONENTIAL": ("decode_filter_exp", tuple(range(4, 257, 4))),
}


def decode_view(document: Document, data: memoryview, packed: dict[str, Any], place: str) -> memoryview:
    """The unpacked bytes, count x byteStride of them. Raises SceneError where the stream is broken."""
    count = document.integer(packed, "count", place)
    stride = document.integer(packed, "byteStride", place, least=1)
    mode = packed.get("mode")
    if count > MAX_ACCESSOR_ITEMS or stride > 256:
        raise document.fail(f"it claims {count:,} elements of {stride} bytes, which is more than is read.", place)
    try:
        if mode == "ATTRIBUTES":
            return _attributes(document, data, count, stride, packed.get("filter", "NONE"), place)
        if mode in ("TRIANGLES", "INDICES") and stride in (2, 4) and (mode == "INDICES" or count % 3 == 0):
            return _indices(_decoder(document, place), data, count, stride, mode)
    except (RuntimeError, ValueError) as error:
        raise document.fail(f"its meshopt data is broken: {error}.", place) from None
    raise document.fail(f"meshopt mode {mode!r} with {stride} bytes is not known.", place)


def _decoder(document: Document, place: str) -> Any:
    try:
        return importlib.import_module("meshoptimizer")
    except ImportError:
        remedy = "Export without EXT_meshopt_compression, or, with a C++ compiler: pip install meshoptimizer."
        text = "it is packed with meshopt, whose decoder is not installed here."
        raise document.fail(text, place, remedy) from None


def _attributes(document: Document, data: memoryview, count: int, stride: int, name: object, place: str) -> memoryview:
    meshoptimizer = _decoder(document, place)
    if count == 0:
        return memoryview(b"")
    array = meshoptimizer.decode_vertex_buffer(count, stride, bytes(data))
    function, strides = _FILTERS.get(str(name), ("", ()))
    if stride in strides:
        array = getattr(meshoptimizer, function)(array, count, stride)
    elif name != "NONE":
        raise document.fail(f"meshopt filter {name!r} with {stride} bytes is not known.", place)
    return _bytes(array)


def _indices(meshoptimizer: Any, data: memoryview, count: int, stride: int, mode: str) -> memoryview:
    decode = meshoptimizer.decode_index_buffer if mode == "TRIANGLES" else meshoptimizer.decode_index_sequence
    array = decode(count, stride, bytes(data))
    # The decoder writes elements of `stride` bytes into the front of a buffer made for four-byte ones.
    return _bytes(array)[: count * stride]


def _bytes(array: np.ndarray) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
