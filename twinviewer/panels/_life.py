"""Ends what a widget listens to when the widget goes."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget


def until_gone(widget: QWidget, *stops: Callable[[], None]) -> None:
    """Call every `stop` (as `Event.connect` returns them) when Qt destroys `widget`."""

    def end(*_gone: object) -> None:
        for stop in stops:
            stop()

    widget.destroyed.connect(end)
