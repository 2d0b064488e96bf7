"""KHR_draco_mesh_compression, decoded by DracoPy."""

from typing import Any

import numpy as np

from twinviewer.scene.bounds import MAX_ACCESSOR_ITEMS
from twinviewer.scene.gltf.document import Document


def decode_draco(
    document: Document, data: memoryview, packed: dict[str, Any], names: dict[str, Any], place: str
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Attribute arrays float32 (n, width) by glTF name, and the indices uint32 (3 m,). Raises SceneError."""
    import DracoPy

    try:
        mesh = DracoPy.decode(bytes(data))
        faces = np.asarray(mesh.faces, np.uint32).reshape(-1)
        stored = {int(entry["unique_id"]): entry["data"] for entry in mesh.attributes}
    except Exception as error:  # the library raises several unrelated types
        raise document.fail(f"its Draco data cannot be decoded: {error}.", place) from None
    if len(faces) > MAX_ACCESSOR_ITEMS:
        raise document.fail(f"its Draco data holds {len(faces) // 3:,} triangles, more than are read.", place)
    arrays: dict[str, np.ndarray] = {}
    for name, key in document.table(packed, "attributes", place).items():
        if key not in stored or not (name in ("POSITION", "NORMAL", "COLOR_0") or name.startswith("TEXCOORD_")):
            continue
        array = np.asarray(stored[key])
        row = document.index(names, name, "accessors", place)
        normalised = row is not None and document.items("accessors")[row].get("normalized") is True
        scale = np.iinfo(array.dtype).max if normalised and array.dtype.kind in "iu" else 1
        arrays[name] = (array.reshape(len(array), -1) / np.float32(scale)).astype(np.float32)
    return arrays, faces
