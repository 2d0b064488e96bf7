"""What VTK's OBJ reader leaves out: the names of objects and groups, and the colours of materials."""

import re
from pathlib import Path

import numpy as np

from twinviewer.model.errors import SceneError
from twinviewer.scene.paths import inside, read_bytes

_OBJECT = re.compile(rb"^[ \t]*o[ \t]", re.MULTILINE)
_CHANGE = re.compile(rb"^[ \t]*(o|g|usemtl)(?:[ \t]+([^\r\n]*))?\r?$", re.MULTILINE)
_FACE = re.compile(rb"^[ \t]*f[ \t]", re.MULTILINE)
_LIBRARY = re.compile(rb"^[ \t]*mtllib[ \t]+([^\r\n]+?)[ \t]*\r?$", re.MULTILINE)
_MAX_LIBRARY_BYTES = 32 << 20


def as_groups(data: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """The text with every change of object, group or material written as a group, the one thing VTK numbers rightly.

    Also the name and the material behind each group number. Where a file has objects, groups inside them are not
    kept apart.
    """
    has_objects = _OBJECT.search(data) is not None
    pieces: list[tuple[str, str]] = []
    name = material = ""

    def replace(found: re.Match[bytes]) -> bytes:
        nonlocal name, material
        kind, text = found[1], (found[2] or b"").decode("utf-8", "replace").strip()
        if kind == b"usemtl":
            material = text
        elif kind == b"o" or not has_objects:
            name = text
        else:
            return b""
        pieces.append((name, material))
        return b"g"

    first = _CHANGE.search(data)
    # Faces before the first group have number 0; VTK counts on from there only when there are such faces.
    if first is None or _FACE.search(data, 0, first.start()):
        pieces.append(("", ""))
    return _CHANGE.sub(replace, data), pieces


def material_files(path: Path, data: bytes) -> tuple[Path, ...]:
    """The material libraries that the file names, whether they are there or not. Raises SceneError for one outside
    the folder."""
    found = []
    for name in dict.fromkeys(_LIBRARY.findall(data)):
        text = name.decode("utf-8", "replace").replace("\0", "")
        if (path.parent / text).exists() or ".." in text or text.startswith("/"):
            found.append(inside(path.parent, text, path.name))
        else:
            found.append(path.parent.resolve() / text)
    return tuple(found)


def material_colours(path: Path, data: bytes, label: str) -> dict[str, tuple[int, int, int, int]]:
    """sRGB bytes by material name, from the diffuse colour Kd and the dissolve d. Raises SceneError."""
    colours: dict[str, tuple[int, int, int, int]] = {}
    for file in filter(Path.exists, material_files(path, data)):
        name, kd, alpha = "", (0.66, 0.67, 0.69), 1.0
        for line in read_bytes(file, _MAX_LIBRARY_BYTES).decode("utf-8", "replace").splitlines():
            words = line.split()
            if not words:
                continue
            try:
                if words[0] == "newmtl":
                    name, kd, alpha = line.split(None, 1)[1].strip() if len(words) > 1 else "", (0.66, 0.67, 0.69), 1.0
                elif words[0] == "Kd" and len(words) >= 4:
                    kd = (float(words[1]), float(words[2]), float(words[3]))
                elif words[0] == "d" and len(words) >= 2:
                    alpha = float(words[1])
                elif words[0] == "Tr" and len(words) >= 2:
                    alpha = 1.0 - float(words[1])
            except ValueError:
                raise SceneError(f"'{line.strip()[:60]}' in {file.name} is not a colour.", label) from None
            if name:
                values = np.rint(np.clip(np.nan_to_num([*kd, alpha]), 0, 1) * 255).astype(int)
                colours[name] = (int(values[0]), int(values[1]), int(values[2]), int(values[3]))
    return colours
