"""What happens when something unexpected fails: a report a person can copy, and the window goes on."""

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from twinviewer import __version__
from twinviewer.model.errors import TwinError
from twinviewer.panels._kit.widgets import button, label, row

_log = logging.getLogger(__name__)


def report_of(error: BaseException) -> str:
    """Everything that helps to find a fault: versions and traceback. Nothing of the plant's data is in it."""
    lines = [
        f"twinviewer {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}",
        "",
        *traceback.format_exception(error),
    ]
    extra = getattr(error, "report", "")
    if extra:
        lines += ["In the worker process:", extra]
    return "\n".join(line.rstrip("\n") for line in lines)


class CrashDialog(QDialog):
    """Says that something failed, with the report to copy."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.setMinimumSize(620, 380)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(label("twinviewer met an error that it did not expect", "heading"))
        says = (
            "The window goes on, and the collector is a process of its own: nothing that it receives or records is "
            "lost."
        )
        layout.addWidget(label(says, wrap=True))
        self.report = QPlainTextEdit(report_of(error))
        self.report.setReadOnly(True)
        self.report.setAccessibleName("Report")
        self.report.setStyleSheet('font-family: "monospace"; font-size: 11px;')
        layout.addWidget(self.report, 1)
        copy = button("Copy the report", "", self.copy, "copy")
        go_on = button("Continue", "primary", self.accept)
        go_on.setDefault(True)
        layout.addWidget(row(copy, None, go_on))

    def copy(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.report.toPlainText())


class CrashGuard(QObject):
    """Catches what no one caught, on any thread, logs it and shows it once; the same error again is only logged."""

    caught = Signal(object)

    def __init__(self, show: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: set[str] = set()
        self._before = (sys.excepthook, threading.excepthook)
        self.caught.connect(show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over the hooks of Python."""
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self._hook(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        _log.error("unexpected error", exc_info=(kind, error, trace))
        # A painter that was at work must end while there is what it paints on: Qt takes the program down otherwise.
        traceback.clear_frames(trace)
        self.handle(error)

    def handle(self, error: BaseException) -> None:
        """Show an error unless the same one was shown before."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        place = f"{type(error).__name__} {last[0].filename}:{last[0].lineno}" if last else repr(error)
        if place not in self._seen or isinstance(error, TwinError):
            self._seen.add(place)
            self.caught.emit(error)
