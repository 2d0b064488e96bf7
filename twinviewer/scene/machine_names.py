"""Which assets a text may speak of, without comparing it with all of them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from twinviewer.model.asset import Asset
from twinviewer.scene.likeness import folded, numbers, words


class MachineNames:
    """An index of asset ids and names. It finds every asset for which `machine_likeness` may be above 0: those that
    are called alike but for separators, whose words stand in the text, and those with the same numbers and a word in
    common."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        self._exact: dict[str, list[Asset]] = {}
        self._runs: dict[tuple[str, ...], list[Asset]] = {}
        self._alike: dict[tuple[tuple[int, ...], str], list[Asset]] = {}
        for asset in assets:
            for name in {asset.asset_id, asset.name}:
                parts = words(name)
                if not parts:
                    continue
                self._exact.setdefault(folded(name), []).append(asset)
                self._runs.setdefault(parts, []).append(asset)
                own = tuple(numbers(parts))
                for word in set(parts):
                    self._alike.setdefault((own, word), []).append(asset)
        self._lengths = sorted({len(parts) for parts in self._runs})
        self._of_text = lru_cache(maxsize=65536)(self._look_up)

    def near(self, texts: Sequence[str]) -> list[Asset]:
        """The assets that one of these texts may speak of, in the order of the scene."""
        found = {asset.index: asset for text in texts for asset in self._of_text(text)}
        return [found[index] for index in sorted(found)]

    def _look_up(self, text: str) -> tuple[Asset, ...]:
        parts = words(text)
        found = list(self._exact.get(folded(text), ()))
        for length in self._lengths:
            for start in range(len(parts) - length + 1):
                found += self._runs.get(parts[start : start + length], ())
        own = tuple(numbers(parts))
        for word in set(parts):
            found += self._alike.get((own, word), ())
        return tuple({asset.index: asset for asset in found}.values())
