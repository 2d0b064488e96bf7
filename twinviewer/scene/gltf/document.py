"""The glTF container: JSON, binary chunk and buffers, with checked access to a document that may say anything."""

import base64
import binascii
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from twinviewer.model.errors import SceneError
from twinviewer.scene.bounds import MAX_JSON_BYTES
from twinviewer.scene.paths import inside, read_bytes

_MAGIC = b"glTF"
_CHUNK_JSON = 0x4E4F534A
_CHUNK_BIN = 0x004E4942

EXPORT_AGAIN = "Export the file again, and check that it was copied completely."

# Extensions that change how triangles or their place are stored, and that this reader decodes.
_DECODED = {
    "KHR_mesh_quantization",
    "KHR_draco_mesh_compression",
    "EXT_meshopt_compression",
    "KHR_meshopt_compression",
    "EXT_mesh_gpu_instancing",
    "KHR_texture_transform",
    "EXT_texture_webp",
    "KHR_node_visibility",
}
# Extensions that only refine the look or carry other data; the picture without them is plainer, not wrong.
_HARMLESS = {
    "KHR_lights_punctual",
    "KHR_xmp_json_ld",
    "KHR_xmp",
    "KHR_animation_pointer",
    "EXT_lights_image_based",
    "MSFT_lod",
    "MSFT_packing_occlusionRoughnessMetallic",
    "MSFT_packing_normalRoughnessMetallic",
    "EXT_mesh_features",
    "EXT_structural_metadata",
    "EXT_instance_features",
    "FB_ngon_encoding",
    "EXT_mesh_manifold",
}


class Document:
    """One glTF file: `json`, and its buffers on demand. Every error is a SceneError that names the file and place."""

    def __init__(self, path: Path, label: str) -> None:
        self.path = path
        self.label = label
        data = read_bytes(path)
        if data[:4] == _MAGIC:
            text, self._chunk = self._chunks(memoryview(data))
        else:
            text, self._chunk = memoryview(data), None
        self.json = self._parse(text)
        self._buffers: dict[int, memoryview] = {}
        self._items: dict[str, list[dict[str, Any]]] = {}
        self._check_version()
        self._check_extensions()

    def fail(self, text: str, place: str = "", remedy: str = EXPORT_AGAIN) -> SceneError:
        """The error to raise; `place` is the glTF place, such as "accessors[3]"."""
        return SceneError(text, f"{self.label}#{place}" if place else self.label, remedy)

    # --- checked access ---------------------------------------------------------------------------------------

    def items(self, key: str) -> list[dict[str, Any]]:
        """The objects of a top-level array; empty when there is none."""
        known = self._items.get(key)
        if known is not None:
            return known
        value = self.json.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fail(f"'{key}' is not a list of objects.", key)
        return self._items.setdefault(key, value)

    def table(self, holder: Mapping[str, Any], key: str, place: str) -> dict[str, Any]:
        """The object under `key`; empty when there is none."""
        value = holder.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(f"'{key}' is not an object.", place)
        return value

    def extension(self, holder: Mapping[str, Any], name: str, place: str) -> dict[str, Any] | None:
        """What extension `name` says here, None where it is not used."""
        extensions = self.table(holder, "extensions", place)
        return self.table(extensions, name, place) if name in extensions else None

    def integer(
        self, holder: Mapping[str, Any], key: str, place: str, default: int | None = None, least: int = 0
    ) -> int:
        """A whole number of at least `least`."""
        value = holder.get(key, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.fail(f"'{key}' is {_shown(value)}, which is not a whole number of at least {least}.", place)
        return value

    def index(self, holder: Mapping[str, Any], key: str, target: str, place: str) -> int | None:
        """A reference into the top-level array `target`; None where the key is absent."""
        if key not in holder:
            return None
        value = self.integer(holder, key, place)
        count = len(self.items(target))
        if value >= count:
            raise self.fail(f"'{key}' points to {target}[{value}], but there are only {count}.", place)
        return value

    def numbers(self, holder: Mapping[str, Any], key: str, count: int, default: list[float], place: str) -> list[float]:
        """A list of `count` finite numbers."""
        value = holder.get(key, default)
        good = isinstance(value, list) and len(value) == count
        if not good or not all(_finite(number) for number in value):
            raise self.fail(f"'{key}' is not a list of {count} finite numbers.", place)
        return [float(number) for number in value]

    def number(self, holder: Mapping[str, Any], key: str, default: float, place: str) -> float:
        """One finite number."""
        value = holder.get(key, default)
        if not _finite(value):
            raise self.fail(f"'{key}' is {_shown(value)}, which is not a finite number.", place)
        return float(value)

    # --- buffers ----------------------------------------------------------------------------------------------

    def buffer(self, row: int) -> memoryview:
        """The bytes of buffers[row], at least as long as the file says."""
        if row not in self._buffers:
            self._buffers[row] = self._load_buffer(row)
        return self._buffers[row]

    def _load_buffer(self, row: int) -> memoryview:
        place = f"buffers[{row}]"
        entry = self.items("buffers")[row]
        length = self.integer(entry, "byteLength", place)
        if "uri" in entry:
            data = self.uri(entry["uri"], place)
        elif self._chunk is not None and row == 0:
            data = self._chunk
        else:
            raise self.fail("the buffer has neither a file nor a binary chunk.", place)
        if len(data) < length:
            raise self.fail(f"the buffer ends after {len(data):,} of {length:,} bytes.", place)
        return data[:length]

    def uri(self, uri: object, place: str) -> memoryview:
        """The bytes behind a URI: a data URI or a file beside this one."""
        if not isinstance(uri, str):
            raise self.fail("the URI is not text.", place)
        if uri.startswith("data:"):
            head, comma, body = uri.partition(",")
            if not comma or not head.endswith(";base64"):
                raise self.fail("the data URI is not base64.", place)
            try:
                return memoryview(base64.b64decode(body))
            except (binascii.Error, ValueError):
                raise self.fail("the base64 data cannot be decoded.", place) from None
        return memoryview(read_bytes(self.file(uri, place), where=f"{self.label}#{place}"))

    def file(self, uri: str, place: str) -> Path:
        """The file a relative URI names; it must lie in this file's folder."""
        return inside(self.path.parent, unquote(uri), f"{self.label}#{place}")

    def files(self) -> tuple[Path, ...]:
        """Every other file that this one needs."""
        found = []
        for key in ("buffers", "images"):
            for row, entry in enumerate(self.items(key)):
                uri = entry.get("uri")
                if isinstance(uri, str) and not uri.startswith("data:"):
                    found.append(self.file(uri, f"{key}[{row}]"))
        return tuple(found)

    # --- container --------------------------------------------------------------------------------------------

    def _chunks(self, data: memoryview) -> tuple[memoryview, memoryview | None]:
        if len(data) < 20:
            raise self.fail(f"the file ends after {len(data)} bytes, within its header: it is truncated.")
        version, length = struct.unpack_from("<II", data, 4)
        if version != 2:
            raise self.fail(f"this is binary glTF version {version}; version 2 is read.", "", "Export it as glTF 2.0.")
        if length > len(data):
            raise self.fail(f"the file ends after {len(data):,} of {length:,} bytes: it is truncated.")
        text: memoryview | None = None
        binary: memoryview | None = None
        offset = 12
        while offset + 8 <= length:
            size, kind = struct.unpack_from("<II", data, offset)
            if offset + 8 + size > length:
                raise self.fail(f"the chunk at byte {offset} is longer than the file: it is truncated.")
            chunk = data[offset + 8 : offset + 8 + size]
            if kind == _CHUNK_JSON and text is None:
                text = chunk
            elif kind == _CHUNK_BIN and binary is None:
                binary = chunk
            offset += 8 + size + (-size % 4)
        if text is None:
            raise self.fail("the file has no JSON chunk.")
        return text, binary

    def _parse(self, text: memoryview) -> dict[str, Any]:
        if not text:
            raise self.fail("the file is empty.")
        if len(text) > MAX_JSON_BYTES:
            raise self.fail(f"the description has {len(text):,} bytes; at most {MAX_JSON_BYTES:,} are read.")
        try:
            parsed = json.loads(str(text, "utf-8-sig"))
        except RecursionError:
            raise self.fail("the description is nested too deeply.") from None
        except UnicodeDecodeError:
            raise self.fail("this is not a glTF file: neither binary glTF nor UTF-8 text.") from None
        except ValueError as error:
            raise self.fail(f"the JSON description is broken: {error}.") from None
        if not isinstance(parsed, dict) or not isinstance(parsed.get("asset"), dict):
            raise self.fail("this is not a glTF file: it has no 'asset' entry.")
        return parsed

    def _check_version(self) -> None:
        version = str(self.json["asset"].get("minVersion", self.json["asset"].get("version", "")))
        if version.split(".")[0] != "2":
            raise self.fail(f"this is glTF version '{version}'; version 2 is read.", "asset", "Export it as glTF 2.0.")

    def _check_extensions(self) -> None:
        required = self.json.get("extensionsRequired", [])
        if not isinstance(required, list):
            raise self.fail("'extensionsRequired' is not a list.", "extensionsRequired")
        unknown = sorted(str(name) for name in required if not supported(str(name)))
        if unknown:
            names = ", ".join(unknown)
            raise self.fail(
                f"the file requires {names}, which twinviewer does not read.",
                "extensionsRequired",
                f"Export it without {names}.",
            )


def supported(extension: str) -> bool:
    """Whether a file that requires `extension` can be shown."""
    return extension in _DECODED or extension in _HARMLESS or extension.startswith("KHR_materials_")


def _finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e30


def _shown(value: object) -> str:
    return "missing" if value is None else repr(value)[:60]
