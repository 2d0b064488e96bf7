"""Collects Python's cyclic garbage between events, on the GUI thread only.

Left to itself the interpreter collects in the middle of whatever allocates: in a worker thread, or in a paint event. A
cycle may hold Qt objects, and Qt's objects may only go on their own thread and not while a painter is at work.
"""

import gc

from PySide6.QtCore import QObject, QTimer

PERIOD_MS = 1000


def settle_memory(former: bool) -> None:
    """Take all that lives now out of the later rounds; call it when a scene has opened.

    A scene's assets, tags and panels are some hundred thousand objects that stay. Every full round would look through
    all of them, tens of milliseconds in which no frame is drawn; afterwards a round sees only what is younger.
    What a `former` scene left is given back first, which costs one full round; before the first there was nothing.
    """
    if former:
        gc.unfreeze()
        gc.collect()
    gc.freeze()


class GarbageTimer(QObject):
    """Takes over from the interpreter until `stop`, with the interpreter's own thresholds.

    Modules and classes that are there when it is made are left out of its rounds: a hundred thousand objects that stay.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due, if any."""
        due = [k for k, (n, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if n > most]
        if due:
            gc.collect(due[-1])

    def stop(self) -> None:
        """Leave it to the interpreter again, as it was before."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()
