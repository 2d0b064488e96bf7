"""Hands numpy arrays to VTK without copying where VTK allows it."""

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import VTK_INT, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkTexture


def polydata(
    points: np.ndarray,
    triangles: np.ndarray | None = None,
    lines: np.ndarray | None = None,
    normals: np.ndarray | None = None,
    **attributes: np.ndarray | None,
) -> vtkPolyData:
    """A vtkPolyData over points float32 (n, 3), triangles int32 (m, 3) or lines int32 (k, 2).

    `attributes` are per-point float32 arrays, found again under their keyword. VTK keeps references to the arrays.
    """
    data = vtkPolyData()
    vtk_points = vtkPoints()
    vtk_points.SetData(numpy_to_vtk(np.ascontiguousarray(points, np.float32)))
    data.SetPoints(vtk_points)
    if triangles is not None:
        data.SetPolys(_cells(triangles))
    if lines is not None:
        data.SetLines(_cells(lines))
    if normals is not None:
        array = numpy_to_vtk(np.ascontiguousarray(normals, np.float32))
        array.SetName("Normals")
        data.GetPointData().SetNormals(array)
    for name, values in attributes.items():
        if values is not None:
            array = numpy_to_vtk(np.ascontiguousarray(values, np.float32))
            array.SetName(name)
            data.GetPointData().AddArray(array)
    return data


def share_points(data: vtkPolyData, triangles: np.ndarray) -> vtkPolyData:
    """The same points and attributes with other triangles; on the graphics card they are kept once."""
    other = vtkPolyData()
    other.SetPoints(data.GetPoints())
    other.GetPointData().ShallowCopy(data.GetPointData())
    other.SetPolys(_cells(triangles))
    return other


def _cells(index: np.ndarray) -> vtkCellArray:
    flat = np.ascontiguousarray(index, np.int32).reshape(-1)
    offsets = np.arange(0, len(flat) + 1, index.shape[1], dtype=np.int32)
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtk(offsets, array_type=VTK_INT), numpy_to_vtk(flat, array_type=VTK_INT))
    return cells


def image_texture(
    pixels: np.ndarray, *, smooth: bool, repeat: bool = False, mipmap: bool = False
) -> tuple[vtkTexture, vtkImageData]:
    """A texture over RGBA uint8 (height, width, 4), first row at v = 0; VTK reads the array itself, so it can be
    written later (call `Modified` on the returned image's scalars and on the image)."""
    height, width = pixels.shape[:2]
    image = vtkImageData()
    image.SetDimensions(width, height, 1)
    image.GetPointData().SetScalars(numpy_to_vtk(pixels.reshape(-1, 4)))
    texture = vtkTexture()
    texture.SetInputDataObject(image)
    texture.SetColorModeToDirectScalars()
    texture.SetInterpolate(smooth)
    texture.SetMipmap(mipmap)
    texture.SetRepeat(repeat)
    return texture, image
