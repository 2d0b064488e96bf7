"""Pictures on surfaces: decoded with Pillow, within bounds."""

import warnings
from typing import IO

import numpy as np

from twinviewer.model.errors import SceneError
from twinviewer.scene.bounds import MAX_TEXTURE_PIXELS, MAX_TEXTURE_SIDE

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TGA", "GIF", "TIFF")


def decode_image(file: IO[bytes], where: str) -> tuple[np.ndarray, str]:
    """RGBA uint8 (height, width, 4), first row on top, and a note ("" when there is nothing to say).

    Raises SceneError when the picture is broken, of an unknown kind, or larger than is read.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(file, formats=_FORMATS)
            width, height = image.size
            if width * height > MAX_TEXTURE_PIXELS:
                raise SceneError(f"the picture of {width} x {height} pixels is larger than is read.", where)
            image.load()
            note = ""
            if max(width, height) > MAX_TEXTURE_SIDE:
                image.thumbnail((MAX_TEXTURE_SIDE, MAX_TEXTURE_SIDE))
                reduced = " x ".join(str(side) for side in image.size)
                note = f"{where}: the picture of {width} x {height} pixels was reduced to {reduced}."
            return np.asarray(image.convert("RGBA")), note
    except SceneError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever a broken file leads them to
        raise SceneError(f"the picture cannot be decoded: {error or type(error).__name__}.", where) from None
