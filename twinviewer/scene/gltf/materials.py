"""Materials and textures: what a surface looks like, as the few numbers the view uses."""

import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import Texture
from twinviewer.scene.bounds import MAX_TEXTURES
from twinviewer.scene.gltf.accessors import Accessors
from twinviewer.scene.gltf.document import Document
from twinviewer.scene.images import decode_image

_GLASS_ALPHA = 0.35


@dataclass(frozen=True, slots=True)
class Material:
    """One surface. `factor` is linear RGBA 0…1; `uv_set` and `uv_matrix` (3, 3) place the texture `texture` (-1: none).

    `solid` says that alpha means nothing; `skin` that the state may colour it.
    """

    factor: tuple[float, float, float, float] = (0.6, 0.6, 0.6, 1.0)
    metallic: float = 0.0
    roughness: float = 0.7
    texture: int = -1
    uv_set: int = 0
    uv_matrix: np.ndarray | None = None
    solid: bool = True
    skin: bool = True


class Materials:
    """All materials of a document. `textures` grows as they are asked for; `notes` tells what was left out."""

    def __init__(self, document: Document, accessors: Accessors) -> None:
        self._document = document
        self._accessors = accessors
        self._images: dict[int, np.ndarray | None] = {}
        self._rows: dict[tuple[int, str, float, bool], int] = {}
        self._made: dict[int, Material] = {}
        self.textures: list[Texture] = []
        self.notes: dict[str, None] = {}
        flags = [self._skin_flag(row, entry) for row, entry in enumerate(document.items("materials"))]
        self._only_marked = any(flag is True for flag in flags)

    def get(self, row: int | None) -> Material:
        """materials[row], or the default material."""
        if row is None:
            return Material(skin=not self._only_marked)
        if row not in self._made:
            self._made[row] = self._make(row)
        return self._made[row]

    def _skin_flag(self, row: int, entry: dict[str, Any]) -> bool | None:
        extras = entry.get("extras")
        flag = extras.get("skin") if isinstance(extras, dict) else None
        return flag if isinstance(flag, bool) else None

    def _make(self, row: int) -> Material:
        document, place = self._document, f"materials[{row}]"
        entry = document.items("materials")[row]
        base = document.table(entry, "pbrMetallicRoughness", place)
        glossy = document.extension(entry, "KHR_materials_pbrSpecularGlossiness", place)
        if glossy is not None:
            factor = document.numbers(glossy, "diffuseFactor", 4, [1.0] * 4, place)
            metallic, roughness = 0.0, 1.0 - document.number(glossy, "glossinessFactor", 1.0, place)
            image = document.table(glossy, "diffuseTexture", place)
        else:
            factor = document.numbers(base, "baseColorFactor", 4, [1.0] * 4, place)
            metallic = document.number(base, "metallicFactor", 1.0, place)
            roughness = document.number(base, "roughnessFactor", 1.0, place)
            image = document.table(base, "baseColorTexture", place)
        if document.extension(entry, "KHR_materials_unlit", place) is not None:
            metallic, roughness = 0.0, 1.0
        mode = entry.get("alphaMode", "OPAQUE")
        factor, solid = self._transparency(entry, self._glow(entry, factor, image, place), mode, place)
        cutoff = document.number(entry, "alphaCutoff", 0.5, place)
        texture, uv_set, uv_matrix = self._texture(image, "MASK" if mode == "MASK" else str(mode), cutoff, place)
        flag = self._skin_flag(row, entry)
        return Material(
            (factor[0], factor[1], factor[2], factor[3]),
            min(max(metallic, 0.0), 1.0),
            min(max(roughness, 0.0), 1.0),
            texture,
            uv_set,
            uv_matrix,
            solid,
            flag is True if self._only_marked else flag is not False,
        )

    def _glow(self, entry: dict[str, Any], factor: list[float], image: dict[str, Any], place: str) -> list[float]:
        """A lamp that only shines (black and emissive) gets the colour it shines in."""
        glow = self._document.numbers(entry, "emissiveFactor", 3, [0.0] * 3, place)
        if max(factor[:3]) < 0.02 and max(glow) > 0.02 and not image:
            return [*glow, factor[3]]
        return factor

    def _transparency(
        self, entry: dict[str, Any], factor: list[float], mode: object, place: str
    ) -> tuple[list[float], bool]:
        glass = self._document.extension(entry, "KHR_materials_transmission", place)
        if glass is not None and self._document.number(glass, "transmissionFactor", 0.0, place) > 0.5:
            return [*factor[:3], _GLASS_ALPHA], False
        if mode == "BLEND":
            return factor, False
        return [*factor[:3], 1.0], True

    # --- textures ---------------------------------------------------------------------------------------------

    def _texture(
        self, info: dict[str, Any], mode: str, cutoff: float, place: str
    ) -> tuple[int, int, np.ndarray | None]:
        document = self._document
        row = document.index(info, "index", "textures", place) if info else None
        if row is None:
            return -1, 0, None
        uv_set = document.integer(info, "texCoord", place, 0)
        transform = document.extension(info, "KHR_texture_transform", place)
        matrix = None
        if transform is not None:
            uv_set = document.integer(transform, "texCoord", place, uv_set)
            matrix = self._uv_matrix(transform, place)
        entry = document.items("textures")[row]
        image = self._source(entry, f"textures[{row}]")
        if image is None:
            return -1, 0, None
        return self._row(image, mode, cutoff, self._repeats(entry, f"textures[{row}]")), uv_set, matrix

    def _source(self, entry: dict[str, Any], place: str) -> int | None:
        document = self._document
        webp = document.extension(entry, "EXT_texture_webp", place)
        source = document.index(webp, "source", "images", place) if webp is not None else None
        if source is None:
            source = document.index(entry, "source", "images", place)
        if source is None and document.extension(entry, "KHR_texture_basisu", place) is not None:
            text = "the texture is stored as KHR_texture_basisu only, which twinviewer does not read."
            raise document.fail(text, place, "Export it with PNG or JPEG textures.")
        return source

    def _uv_matrix(self, transform: dict[str, Any], place: str) -> np.ndarray:
        document = self._document
        offset = document.numbers(transform, "offset", 2, [0.0, 0.0], place)
        scale = document.numbers(transform, "scale", 2, [1.0, 1.0], place)
        angle = document.number(transform, "rotation", 0.0, place)
        cos, sin = math.cos(angle), math.sin(angle)
        turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        move = np.array([[1, 0, offset[0]], [0, 1, offset[1]], [0, 0, 1]])
        return move @ turn @ np.diag([*scale, 1.0])

    def _repeats(self, entry: dict[str, Any], place: str) -> bool:
        row = self._document.index(entry, "sampler", "samplers", place)
        sampler = self._document.items("samplers")[row] if row is not None else {}
        return not (sampler.get("wrapS") == 33071 and sampler.get("wrapT") == 33071)

    def _row(self, image: int, mode: str, cutoff: float, repeat: bool) -> int:
        key = (image, mode, cutoff if mode == "MASK" else 0.0, repeat)
        if key in self._rows:
            return self._rows[key]
        if image not in self._images:
            self._images[image] = self._decode(image)
        pixels = self._images[image]
        if pixels is None or len(self.textures) >= MAX_TEXTURES:
            return self._rows.setdefault(key, -1)
        if mode == "MASK":
            pixels = pixels.copy()
            pixels[..., 3] = np.where(pixels[..., 3] >= cutoff * 255, 255, 0)
        elif mode != "BLEND" and int(pixels[..., 3].min()) < 255:
            pixels = pixels.copy()
            pixels[..., 3] = 255
        self.textures.append(Texture(pixels, repeat))
        return self._rows.setdefault(key, len(self.textures) - 1)

    def _decode(self, row: int) -> np.ndarray | None:
        """RGBA pixels; None with a note where the picture is broken: the surface then shows its plain colour."""
        document, place = self._document, f"images[{row}]"
        entry = document.items("images")[row]
        view = document.index(entry, "bufferView", "bufferViews", place)
        data = self._accessors.view_bytes(view)[0] if view is not None else document.uri(entry.get("uri"), place)
        try:
            pixels, note = decode_image(io.BytesIO(data), f"{document.label}#{place}")
        except SceneError as error:
            self.notes[f"{error.where}: {error.text} The surface shows its plain colour."] = None
            return None
        if note:
            self.notes[note] = None
        return pixels


def srgb_bytes(linear: np.ndarray) -> np.ndarray:
    """Linear light 0…1 to sRGB bytes (IEC 61966-2-1)."""
    linear = np.clip(linear, 0.0, 1.0)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    return np.rint(curve * 255.0).astype(np.uint8)
