"""Telling how far long work has come."""

from collections.abc import Callable

# Called with a fraction 0…1 and a text; it may raise to cancel.
Progress = Callable[[float, str], None]
