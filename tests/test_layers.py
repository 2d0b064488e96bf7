"""The core runs without windows and without a renderer, and only the plant's side speaks OPC UA."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QT = ("PySide6", "shiboken6", "qtpy", "pyqtgraph", "pyvistaqt", "qtawesome", "superqt")
VTK = ("vtk", "vtkmodules", "pyvista")

# Imports every module of the packages named in argv[2] while the packages named in argv[1] cannot be imported.
IMPORT_ALL = """
import importlib, importlib.util, pkgutil, sys
forbidden, wanted, left_out = (set(text.split(",")) for text in sys.argv[1:4])

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in forbidden:
            raise ImportError(f"{name} must not be imported here")

sys.meta_path.insert(0, Wall())
count = 0
for package in sorted(wanted):
    full = f"twinviewer.{package}"
    if importlib.util.find_spec(full) is None:
        continue
    module = importlib.import_module(full)
    count += 1
    for info in pkgutil.walk_packages(getattr(module, "__path__", ()), full + "."):
        if info.name not in left_out and not info.name.endswith("__main__"):
            importlib.import_module(info.name)
            count += 1
print(count)
"""

CORE = (
    "cli,collector,colours,database,discovery,feeds,history,kpi,maintenance,model,plant,scene,session,settings,"
    "simulation,states,tags,training"
)


@pytest.mark.parametrize(
    ("packages", "forbidden", "left_out"),
    [
        pytest.param(CORE, QT + VTK, "", id="core without Qt and VTK"),
        pytest.param("view", QT, "twinviewer.view.qt_widget", id="view without Qt"),
        pytest.param(
            "colours,kpi,maintenance,model,scene,session,settings,simulation,states,tags",
            ("asyncua",),
            "",
            id="all but feeds and plant without OPC UA",
        ),
        pytest.param(
            "model", ("asyncua", "pandas", "scipy", "pydantic", "numba", "pyarrow"), "", id="model with numpy"
        ),
    ],
)
def test_imports_stay_within_their_layer(packages: str, forbidden: tuple[str, ...], left_out: str) -> None:
    command = [sys.executable, "-c", IMPORT_ALL, ",".join(forbidden), packages, left_out]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    if packages != "view":
        assert int(done.stdout) > 0
