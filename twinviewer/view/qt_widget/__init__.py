"""The one part of the view that knows Qt: the stage as a widget."""

from twinviewer.view.qt_widget.canvas import surface_format
from twinviewer.view.qt_widget.widget import StageWidget

__all__ = ["StageWidget", "surface_format"]
