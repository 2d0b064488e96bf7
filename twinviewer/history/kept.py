"""A small memory: the results of the last few different questions."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The results of the last `size` different questions."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for this key, made now where it is not kept."""
        if key in self._items:
            self._items.move_to_end(key)
            return self._items[key]
        while len(self._items) >= self._size:  # before the new one is made: both together may be too much
            self._items.popitem(last=False)
        item = make()
        self._items[key] = item
        return item

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()
