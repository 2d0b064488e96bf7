"""Keeps Qt's import hook from reading the source of everything that is imported after Qt."""

import contextlib


def leave_sources_alone() -> None:
    """Tell Shiboken that no module uses `from __feature__ import …`, without looking.

    It would read and search the source of every module to find out. That costs a tenth of the start, and it asks
    half-imported modules for attributes: when one thread imports while another does, an import of a library with a
    module-level `__getattr__` (pydantic) then fails now and then.
    """
    with contextlib.suppress(ImportError, AttributeError):
        import PySide6.QtCore  # noqa: F401  (loads the hook)
        from shibokensupport import feature  # type: ignore[import-not-found]

        if callable(feature._mod_uses_pyside):
            feature._mod_uses_pyside = _no


def _no(module: object) -> bool:
    return False
