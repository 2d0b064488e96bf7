"""Three lamps that stay with the hall, set so that a face turned up shows exactly its colour."""

import math

from vtkmodules.vtkRenderingCore import vtkLight, vtkProperty, vtkRenderer

AMBIENT = 0.48
_PLACES = (((-25.0, -40.0, 60.0), 0.62), ((50.0, -15.0, 40.0), 0.25), ((0.0, 60.0, 35.0), 0.22))
LAMPS = len(_PLACES)
# What a face turned up receives: the sum of intensity times cosine; the rest of its colour comes from AMBIENT.
_UP = sum(power * z / math.sqrt(x * x + y * y + z * z) for (x, y, z), power in _PLACES)
DIFFUSE = (1 - AMBIENT) / _UP


def lamp_vectors() -> list[tuple[float, float, float]]:
    """Towards each lamp, as long as it is bright."""
    return [
        (x * power / length, y * power / length, z * power / length)
        for (x, y, z), power in _PLACES
        if (length := math.sqrt(x * x + y * y + z * z))
    ]


def add_lights(renderer: vtkRenderer) -> None:
    """Light the scene from the front left, the right and behind; directions, not places."""
    renderer.AutomaticLightCreationOff()
    renderer.RemoveAllLights()
    for position, intensity in _PLACES:
        light = vtkLight()
        light.SetLightTypeToSceneLight()
        light.PositionalOff()
        light.SetPosition(*position)
        light.SetFocalPoint(0.0, 0.0, 0.0)
        light.SetIntensity(intensity)
        renderer.AddLight(light)


def matt(surface: vtkProperty) -> None:
    """A finish under which colours stay what they are."""
    surface.SetAmbient(AMBIENT)
    surface.SetDiffuse(DIFFUSE)
    surface.SetSpecular(0.0)
