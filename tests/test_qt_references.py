"""The Qt binding keeps the reference count of None: some releases lose one per call and abort after thousands."""

import sys

import pytest


@pytest.mark.usefixtures("qapp")
def test_none_survives_many_qt_calls() -> None:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QLabel

    class Listener(QObject):
        heard = 0

        def customEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
            self.heard += 1

    listener, label, calls = Listener(), QLabel(), 10_000
    kind = QEvent.Type(QEvent.registerEventType())
    before = sys.getrefcount(None)
    for number in range(calls):
        label.setText(str(number % 7))
        QApplication.sendEvent(listener, QEvent(kind))
    assert listener.heard == calls
    assert abs(sys.getrefcount(None) - before) < 500
