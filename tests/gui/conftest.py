"""A styled application for every test of the window."""

import pytest
from PySide6.QtWidgets import QApplication

from twinviewer.panels._kit import style


@pytest.fixture(autouse=True)
def styled(qapp: QApplication) -> None:
    """Dark theme, whatever the test before did."""
    style.install(qapp, "dark")
    style.set_reduced_motion(True)
