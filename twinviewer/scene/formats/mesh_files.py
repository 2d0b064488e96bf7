"""Plain mesh files through VTK's readers: OBJ, STL, PLY and the VTK formats."""

import importlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import Geometry, GeometryNode
from twinviewer.scene.assemble import Part, assemble
from twinviewer.scene.bounds import MAX_VERTICES
from twinviewer.scene.mesh import PLAIN, Mesh, join, plain_mesh
from twinviewer.scene.names import NodePaths
from twinviewer.scene.obj_text import as_groups, material_colours, material_files
from twinviewer.scene.paths import read_bytes
from twinviewer.scene.placement import Placement
from twinviewer.scene.progress import Progress

SUFFIXES = (".obj", ".stl", ".ply", ".vtk", ".vtp", ".vtu")
UP, UNIT = "Z", 1.0

_READERS = {
    ".obj": ("vtkIOGeometry", "vtkOBJReader"),
    ".stl": ("vtkIOGeometry", "vtkSTLReader"),
    ".ply": ("vtkIOPLY", "vtkPLYReader"),
    ".vtk": ("vtkIOLegacy", "vtkGenericDataObjectReader"),
    ".vtp": ("vtkIOXML", "vtkXMLPolyDataReader"),
    ".vtu": ("vtkIOXML", "vtkXMLUnstructuredGridReader"),
}
# Counts as the headers of PLY and VTK files give them; memory is set aside for them before data is read.
_COUNTS = re.compile(
    rb"""(?:element\s+\w+|POINTS|CELLS|POLYGONS|DIMENSIONS\s+\d+\s+\d+|NumberOf(?:Points|Cells|Polys)=")\s*(\d{1,30})"""
)


def read(path: Path, placement: Placement, progress: Progress) -> Geometry:
    """All surfaces of the file; groups of an OBJ file are nodes, other files are one. Raises SceneError."""
    label = placement.label
    data = read_bytes(path)
    progress(0.1, label)
    _check(data, path, label)
    if path.suffix.lower() == ".obj":
        surface, pieces = _read_obj(data, label)
        meshes = _split(surface, label, pieces, material_colours(path, data, label))
    else:
        meshes = {"": _mesh(_load(path, path.suffix.lower(), label), label)}
    progress(0.6, label)
    matrix = placement.matrix(UP, UNIT)
    paths = NodePaths(label)
    nodes, parts = [], []
    for name, mesh in meshes.items():
        node_path, node_name = paths.add("", name or path.stem)
        parts.append(Part(len(nodes), mesh, matrix))
        nodes.append(GeometryNode(node_path, node_name, -1, matrix, 0, 0))
    return assemble(label, nodes, parts, (), (), progress)


def hierarchy(path: Path, placement: Placement) -> tuple[GeometryNode, ...]:
    """The same nodes as `read`; these formats have to be read as a whole for that."""
    return read(path, placement, lambda fraction, text: None).nodes


def dependencies(path: Path) -> tuple[Path, ...]:
    """The material libraries of an OBJ file, there or not."""
    return material_files(path, read_bytes(path)) if path.suffix.lower() == ".obj" else ()


def _check(data: bytes, path: Path, label: str) -> None:
    """Refuse headers that claim more than the file can hold, before a reader believes them."""
    suffix = path.suffix.lower()
    if not data:
        raise SceneError("the file is empty.", label, "Export it again.")
    if suffix not in (".ply", ".vtk", ".vtp", ".vtu"):
        return
    most = MAX_VERTICES if suffix in (".vtp", ".vtu") else min(MAX_VERTICES, len(data))
    for found in _COUNTS.finditer(data[:65536] if suffix == ".ply" else data):
        if int(found[1]) > most:
            text = f"the header claims {int(found[1]):,} points or cells, more than the file can hold."
            raise SceneError(text, label, "Export it again.")


def _read_obj(data: bytes, label: str) -> tuple[Any, list[tuple[str, str]]]:
    text, pieces = as_groups(data)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "model.obj"
        copy.write_bytes(text)
        return _load(copy, ".obj", label), pieces


def _load(path: Path, suffix: str, label: str) -> Any:
    """The triangles of a file as vtkPolyData."""
    from vtkmodules.vtkFiltersCore import vtkTriangleFilter
    from vtkmodules.vtkFiltersGeometry import vtkGeometryFilter

    module, name = _READERS[suffix]
    reader = getattr(importlib.import_module(f"vtkmodules.{module}"), name)()
    reader.SetFileName(str(path))
    with _messages() as messages:
        reader.Update()
    data = reader.GetOutputDataObject(0)
    if data is None or not data.IsA("vtkDataSet") or data.GetNumberOfCells() == 0:
        told = _reason(messages)
        raise SceneError(f"no surfaces can be read from the file{told}.", label, "Export it again.")
    _check_indices(data, label)
    skin, triangles = vtkGeometryFilter(), vtkTriangleFilter()
    skin.SetInputData(data)
    triangles.SetInputConnection(skin.GetOutputPort())
    triangles.PassLinesOff()
    triangles.PassVertsOff()
    triangles.Update()
    return triangles.GetOutput()


@contextmanager
def _messages() -> Iterator[list[str]]:
    """VTK's messages while it reads, instead of on the terminal."""
    from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow

    found: list[str] = []
    before, window = vtkOutputWindow.GetInstance(), vtkStringOutputWindow()
    level = vtkLogger.GetCurrentVerbosityCutoff()
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    vtkOutputWindow.SetInstance(window)
    try:
        yield found
    finally:
        vtkOutputWindow.SetInstance(before)
        vtkLogger.SetStderrVerbosity(level)
        found.extend(line.strip() for line in window.GetOutput().splitlines() if line.strip())


def _reason(messages: list[str]) -> str:
    """The first message that says something, as " (…)"."""
    for line in messages:
        _, marker, text = line.rpartition("): ")
        if marker and text:
            return f" ({text.rstrip('.')})"
    return ""


def _check_indices(data: Any, label: str) -> None:
    """VTK's readers take point numbers as they stand; its filters then read beyond the points."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    count = data.GetNumberOfPoints()
    names = ("GetPolys", "GetStrips", "GetLines", "GetVerts") if data.IsA("vtkPolyData") else ("GetCells",)
    for name in names:
        cells = getattr(data, name, lambda: None)()
        if cells is None or cells.GetNumberOfConnectivityIds() == 0:
            continue
        used = vtk_to_numpy(cells.GetConnectivityArray())
        if int(used.min()) < 0 or int(used.max()) >= count:
            text = f"a face uses point {int(used.max())}, but there are only {count}."
            raise SceneError(text, label, "Export the file again.")


def _mesh(surface: Any, label: str) -> Mesh:
    """The surface as one mesh, with its point normals and point colours where it has some."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    if surface.GetNumberOfPolys() == 0:
        raise SceneError("the file has no surfaces: points and lines alone are not shown.", label, "Export a mesh.")
    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float32)
    triangles = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int32)
    if not np.isfinite(points).all():
        bad = int(np.argmin(np.isfinite(points).all(axis=1)))
        raise SceneError(f"vertex {bad} is not a point with three finite numbers.", label, "Export the file again.")
    stored = surface.GetPointData().GetNormals()
    normals = vtk_to_numpy(stored).astype(np.float32) if stored is not None else None
    if normals is not None and not (np.abs(np.einsum("ij,ij->i", normals, normals) - 1) < 0.05).all():
        normals = None
    return plain_mesh(points, triangles, normals, _point_colours(surface, len(points)))


def _point_colours(surface: Any, count: int) -> np.ndarray:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    paint = np.full((count, 4), PLAIN, np.uint8)
    for name in ("RGBA", "RGB", "Colors", "colors", "rgb"):
        array = surface.GetPointData().GetArray(name)
        if (
            array is None
            or array.GetDataTypeAsString() != "unsigned char"
            or array.GetNumberOfComponents() not in (3, 4)
        ):
            continue
        values: np.ndarray = vtk_to_numpy(array)
        paint[:, : array.GetNumberOfComponents()] = values
        break
    return paint


def _split(
    surface: Any, label: str, pieces: list[tuple[str, str]], colours: dict[str, tuple[int, int, int, int]]
) -> dict[str, Mesh]:
    """One mesh per name, in the order of the file, each piece in the colour of its material."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    mesh = _mesh(surface, label)
    groups = surface.GetCellData().GetArray("GroupIds")
    group = np.clip(vtk_to_numpy(groups).astype(np.int64), 0, len(pieces) - 1)
    order = np.argsort(group, kind="stable")
    numbers, starts = np.unique(group[order], return_index=True)
    found: dict[str, list[Mesh]] = {}
    for number, rows in zip(numbers, np.split(order, starts[1:]), strict=True):
        name, material = pieces[int(number)]
        part = _part(mesh, rows)
        if material in colours:
            part.colour = np.full((len(part.points), 4), colours[material], np.uint8)
        found.setdefault(name, []).append(part)
    return {name: join(parts) for name, parts in found.items()}


def _part(mesh: Mesh, rows: np.ndarray) -> Mesh:
    used, triangles = np.unique(mesh.triangles[rows].reshape(-1), return_inverse=True)
    columns = {
        name: getattr(mesh, name)[used] for name in ("points", "normals", "colour", "skin", "metallic", "roughness")
    }
    return Mesh(triangles=triangles.reshape(-1, 3).astype(np.int32), **columns)
