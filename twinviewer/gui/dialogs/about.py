"""About: what runs here, in which versions, and under which licence."""

import platform
import sys
from importlib import metadata

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from twinviewer import __version__
from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.panels._kit.widgets import button, label, row

_LIBRARIES = ("numpy", "vtk", "asyncua", "pydantic", "pyqtgraph", "duckdb", "scipy")


def versions(renderer: str = "") -> str:
    """One line per part: what to send along with a question."""
    lines = [
        f"twinviewer {__version__}",
        f"Python {sys.version.split()[0]} on {platform.platform()}",
        f"Qt {qVersion()} ({QGuiApplication.platformName()})",
    ]
    for name in _LIBRARIES:
        try:
            lines.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{name} is not installed")
    if renderer:
        lines.append(f"OpenGL: {renderer}")
    return "\n".join(lines)


class AboutDialog(BaseDialog):
    """Versions, with a button that copies them."""

    def __init__(self, parent: QWidget | None, renderer: str = "") -> None:
        super().__init__("About twinviewer", parent)
        self.body.addWidget(label("twinviewer", "title"))
        self.body.addWidget(label("A desktop visual twin of a factory.", wrap=True))
        text = versions(renderer)
        self.versions = label(text, "quiet")
        self.body.addWidget(self.versions)
        says = "Apache License 2.0. The typeface is Inter, under the SIL Open Font License 1.1. OpenGL drawing by VTK."
        self.body.addWidget(quiet(says))
        copy = button("Copy the versions", "link", lambda: QGuiApplication.clipboard().setText(text), "copy")
        self.body.addWidget(row(copy, None))
        self.buttons("Close", cancel="")
        self.accept_button.setFocus()
