"""Search as a person types."""

from hypothesis import given
from hypothesis import strategies as st

from twinviewer.gui.fuzzy import rank, score

WORDS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=8)


def test_a_missing_letter_does_not_fit() -> None:
    assert score("xyz", "Fit all") == 0
    assert score("fitq", "Fit all") == 0


def test_every_text_fits_an_empty_query() -> None:
    assert score("", "anything") > 0


@given(WORDS, WORDS)
def test_a_text_fits_its_own_parts(first: str, second: str) -> None:
    assert score(first, f"{first} {second}") > 0
    assert score(f"{second} {first}", f"{first} {second}") > 0


def test_a_number_finds_its_machine_first() -> None:
    machines = ["CV-205", "ROB-206", "PRS-204", "TNK-2061"]
    assert rank("206", machines, str)[0] == "ROB-206"


def test_letters_may_have_gaps_at_word_starts() -> None:
    assert score("cbv", "Colour by vibration") > 0
    assert rank("cbv", ["Colour by vibration", "Combined vibe"], str)[0] == "Colour by vibration"


def test_order_is_kept_between_equals() -> None:
    assert rank("a", ["a1", "a2", "a3"], str) == ["a1", "a2", "a3"]
