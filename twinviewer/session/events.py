"""Rare changes, told to whoever listens, on the GUI thread only."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Event(Generic[T]):
    """A list of listeners that are called in the order in which they came.

    A listener that raises does not keep the others from hearing; the first error is raised afterwards.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[T], None]] = []

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def connect(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Call `listener` at every change; returns a function that stops it."""
        self._listeners.append(listener)

        def disconnect() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return disconnect

    def emit(self, value: T) -> None:
        """Tell everybody."""
        failure: Exception | None = None
        for listener in tuple(self._listeners):
            try:
                listener(value)
            except Exception as error:  # the others must still hear
                failure = failure or error
        if failure is not None:
            raise failure
