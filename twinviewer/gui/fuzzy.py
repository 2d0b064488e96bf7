"""Search as a person types: letters in order, better at word starts and in one run."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def score(query: str, text: str) -> float:
    """How well `query` fits `text`, higher is better; 0.0 when a letter is missing. Case does not matter.

    Words of the query may come in any order; each must fit somewhere.
    """
    words = query.casefold().split()
    if not words:
        return 1.0
    folded = text.casefold()
    total = 0.0
    for word in words:
        fit = _word(word, folded)
        if fit == 0.0:
            return 0.0
        total += fit
    return total / len(words) / (1 + len(folded) / 400)


def _word(word: str, text: str) -> float:
    place = text.find(word)
    if place >= 0:
        start = place == 0 or not text[place - 1].isalnum()
        whole = place + len(word) == len(text) or not text[place + len(word)].isalnum()
        return 10.0 + 5.0 * start + 2.0 * whole + 2.0 * (place == 0)
    return _scattered(word, text)


def _scattered(word: str, text: str) -> float:
    """Letters in order with gaps: a point for each, more at the start of a word or right behind the one before."""
    points, last = 0.0, -1
    for letter in word:
        place = text.find(letter, last + 1)
        if place < 0:
            return 0.0
        at_start = place == 0 or not text[place - 1].isalnum()
        points += 1.0 + (1.0 if place == last + 1 and last >= 0 else 0.0) + (1.0 if at_start else 0.0)
        last = place
    best = 3.0 * len(word)
    return 8.0 * points / best if points >= 1.6 * len(word) else 0.0


def rank(query: str, items: Iterable[T], text: Callable[[T], str], most: int = 40) -> list[T]:
    """The items that fit, best first; equal ones keep their order."""
    scored = [(score(query, text(item)), i, item) for i, item in enumerate(items)]
    fitting = sorted((s for s in scored if s[0] > 0), key=lambda s: (-s[0], s[1]))
    return [item for _, _, item in fitting[:most]]
