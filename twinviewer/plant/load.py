"""A load source for benchmarks: many numeric tags that change at a given total rate, at next to no cost."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

from dataclasses import dataclass

import numpy as np
from asyncua import Server, ua

from twinviewer.plant.bulk import BulkValues
from twinviewer.plant.nodes import OBJECTS, NodeMaker

_PER_FOLDER = 100


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """`tags` variables that change `rate_hz` times a second in total, each in its turn."""

    tags: int = 0
    rate_hz: float = 0.0


def load_name(number: int) -> str:
    """The identifier of the `number`-th load tag (from 1): "Load.00001"."""
    return f"Load.{number:05d}"


def make_load_nodes(server: Server, namespace: int, count: int) -> list[ua.NodeId]:
    """Folders of a hundred Double variables below Objects/Load."""
    maker = NodeMaker(server.iserver)
    top = maker.folder(OBJECTS, ua.NodeId("Load", namespace), ua.QualifiedName("Load", namespace))
    ids: list[ua.NodeId] = []
    folder = shelf = top
    for k in range(count):
        if k % _PER_FOLDER**2 == 0:
            shelf = _folder(maker, top, namespace, k, _PER_FOLDER**2)
        if k % _PER_FOLDER == 0:
            folder = _folder(maker, shelf, namespace, k, _PER_FOLDER)
        name = load_name(k + 1)
        ids.append(ua.NodeId(name, namespace))
        value = ua.Variant(0.0, ua.VariantType.Double)
        maker.variable(folder, ids[-1], ua.QualifiedName(name, namespace), value)
    return ids


def _folder(maker: NodeMaker, parent: ua.NodeId, namespace: int, first: int, size: int) -> ua.NodeId:
    name = f"{first + 1:05d}-{first + size:05d}"
    return maker.folder(parent, ua.NodeId(f"Load/{name}", namespace), ua.QualifiedName(name, namespace))


class Load:
    """Changes rows `first` to `first + options.tags` of `values` in turn.

    A tag's value is the number of times it has changed, so a reader can tell whether it missed one.
    """

    def __init__(self, values: BulkValues, first: int, options: LoadOptions) -> None:
        self._values = values
        self._first = first
        self._options = options
        self._next = 0
        self._owed = 0.0

    def change(self, seconds: float, ticks: int) -> int:
        """Make the changes that `seconds` ask for, stamped `ticks`; returns how many."""
        n = self._options.tags
        self._owed = min(self._owed + seconds * self._options.rate_hz, self._options.rate_hz)
        due = int(self._owed)
        self._owed -= due
        left = due
        while left > 0:
            step = min(left, n - self._next)
            rows = np.arange(self._first + self._next, self._first + self._next + step)
            self._values.put(rows, self._values.value[rows] + 1.0, np.zeros(step, dtype=np.uint32), ticks, ticks)
            self._next = (self._next + step) % n
            left -= step
        return due
