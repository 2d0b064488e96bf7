"""Which assets a text may speak of, without comparing it with all of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from twinviewer.model.asset import Asset
from twinviewer.scene.likeness import folded, machine_likeness, numbers, words

_NAME, _SHORT = 0.97, 0.9  # how much less a name, and an id without its common beginning, says than the id
_FEWEST = 3  # assets that make a beginning common


class MachineNames:
    """An index of asset ids and names. It finds every asset for which `machine_likeness` may be above 0: those that
    are called alike but for separators, whose words stand in the text, and those with the same numbers and a word in
    common."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self._short = short_names(asset.asset_id for asset in assets)
        self._exact: dict[str, list[Asset]] = {}
        self._runs: dict[tuple[str, ...], list[Asset]] = {}
        self._alike: dict[tuple[tuple[int, ...], str], list[Asset]] = {}
        for asset in assets:
            for name in {asset.asset_id, asset.name, self._short.get(asset.asset_id, "")}:
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

    def likeness(self, asset: Asset, text: str) -> float:
        """0…1: how surely `text` speaks of the asset, by its id, its name, or its id as it would be said in here."""
        short = self._short.get(asset.asset_id, "")
        return max(
            machine_likeness(asset.asset_id, text),
            _NAME * machine_likeness(asset.name, text),
            _SHORT * machine_likeness(short, text) if short else 0.0,
        )

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


def short_names(ids: Iterable[str]) -> dict[str, str]:
    """Ids without the words that more than half of all begin with ("plant_4711_hall_PumpA" and so on), where a word
    is left that tells more than a number."""
    known = {asset_id: words(asset_id) for asset_id in ids}
    if len(known) < _FEWEST:
        return {}
    begins = Counter(parts[:k] for parts in known.values() for k in range(1, len(parts)))
    common = max((run for run, count in begins.items() if count > len(known) / 2), key=len, default=())
    left = {asset_id: parts[len(common) :] for asset_id, parts in known.items() if parts[: len(common)] == common}
    told = {asset_id: rest for asset_id, rest in left.items() if common and any(word.isalpha() for word in rest)}
    return {asset_id: " ".join(rest) for asset_id, rest in told.items() if len("".join(rest)) >= _FEWEST}
