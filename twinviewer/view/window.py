"""The render window: one off the screen where nobody gave one, its pixels, and what draws it."""

import os
import sys

import numpy as np
from vtkmodules import vtkRenderingOpenGL2  # registers what vtkRenderingCore needs to draw
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "basic render")


def offscreen_window(width: int = 1280, height: int = 800) -> vtkRenderWindow:
    """A window that no screen shows; where there is no X server it takes OpenGL from EGL."""
    egl = getattr(vtkRenderingOpenGL2, "vtkEGLRenderWindow", None)
    bare = sys.platform.startswith("linux") and not os.environ.get("DISPLAY")
    window = egl() if bare and egl is not None else vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    window.SetSize(width, height)
    return window


def new_renderer() -> vtkRenderer:
    """A renderer that blends translucent things in the order they come: cheap, and ghosts need no more."""
    renderer = vtkRenderer()
    renderer.UseOITOff()
    renderer.UseFXAAOff()
    renderer.SetBackgroundAlpha(1.0)  # Qt lets the window shine through anything less
    renderer.GradientBackgroundOn()
    renderer.DitherGradientOff()  # costs a quarter of a frame in software
    return renderer


def renderer_name(window: vtkRenderWindow) -> str:
    """The OpenGL renderer string, "" before the first render."""
    for line in (window.ReportCapabilities() or "").splitlines():
        if "renderer string" in line.lower():
            return line.partition(":")[2].strip()
    return ""


def is_software(name: str) -> bool:
    """Whether an OpenGL renderer string names a rasteriser without a graphics card."""
    lower = name.lower()
    return any(word in lower for word in _SOFTWARE)


def pixels(window: vtkRenderWindow) -> np.ndarray:
    """What the window shows after a render, RGB uint8 (height, width, 3), first row on top."""
    width, height = window.GetSize()
    array = vtkUnsignedCharArray()
    window.GetPixelData(0, 0, width - 1, height - 1, 0, array, 0)
    return vtk_to_numpy(array).reshape(height, width, 3)[::-1].copy()


def halve(picture: np.ndarray) -> np.ndarray:
    """The mean of each 2 by 2 pixels, uint8 (2h, 2w, 3) to (h, w, 3)."""
    tall, wide = picture.shape[0] // 2, picture.shape[1] // 2
    return (picture.reshape(tall, 2, wide, 2, 3).astype(np.uint16).sum((1, 3)) + 2 >> 2).astype(np.uint8)
