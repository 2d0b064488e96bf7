"""Keeps the interpreter's housekeeping from costing a frame."""

import gc


def settle_memory() -> None:
    """Take all that lives now out of the cyclic garbage collector's later rounds; call it when a scene has opened.

    A scene's assets, tags and panels are some hundred thousand objects that stay. Every full round would look through
    all of them, tens of milliseconds in which no frame is drawn; afterwards a round sees only what is younger.
    What a former scene left is given back first. Costs one full round.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
