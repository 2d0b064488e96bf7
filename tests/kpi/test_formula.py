"""Formulas: what they are worth, what cannot stand in them, and that nothing is ever run."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinviewer.kpi.formula import DEEPEST, parse
from twinviewer.model.errors import DataError

TAGS = {"A.Power": 6.0, "B.Power": 2.0, "C.Power": math.nan, "CNC-102.Count": 40.0}


class Values:
    def one(self, name: str) -> float:
        return {**TAGS, "oee": 80.0, "rate.Line A": 4.0}.get(name, math.nan)

    def many(self, pattern: str) -> list[float]:
        assert pattern == "*.Power"
        return [6.0, 2.0]

    def gain(self, name: str) -> float:
        return 12.0 if name == "CNC-102.Count" else math.nan


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("-2 ** 2", -4.0),
        ("sum([*.Power]) / [rate.Line A]", 2.0),
        ("mean([*.Power]) + max([A.Power], 7) - min([B.Power], oee)", 9.0),
        ("count([*.Power])", 2.0),
        ("100 * gain([CNC-102.Count]) / [CNC-102.Count]", 30.0),
        ("10 if oee >= 80 and [A.Power] > 5 else 20", 10.0),
        ("10 if not 70 < oee < 75 else 20", 10.0),
        ("abs(-3) + sqrt(16) + round(2.6) + 7 % 4", 13.0),
        ("[A.Power] / 0", math.nan),
        ("[C.Power] + 1", math.nan),
        ("1 if [C.Power] > 0 else 2", math.nan),
        ("sqrt(-1)", math.nan),
        ("10 ** 400", math.nan),
        ("9**9**9**9", math.nan),
    ],
)
def test_a_formula_is_worth_what_it_says(text: str, value: float) -> None:
    assert parse(text).value(Values()) == pytest.approx(value, nan_ok=True)


def test_what_is_named_is_known() -> None:
    formula = parse("sum([*.Power]) + [A.Power] * oee + gain([CNC-102.Count]) + oee")
    assert (formula.names, formula.patterns, formula.gains) == (("A.Power", "oee"), ("*.Power",), ("CNC-102.Count",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("1 +", "cannot be read"),
        ("[*.Power] + 1", "several tags"),
        ("[]", "brackets is empty"),
        ("__import__('os').system('x')", "no function"),
        ("open('x')", "no function"),
        ("oee.__class__", "cannot stand"),
        ("(lambda: 1)()", "no function"),
        ("(x for x in oee)", "cannot stand"),
        ("sum([*.Power], *oee)", "cannot stand"),
        ("'text'", "not a number"),
        ("True", "not a number"),
        ("1e999", "not a number"),
        ("oee @ 2", "cannot stand"),
        ("~1", "cannot stand"),
        ("1 is 1", "cannot stand"),
        ("sum(1, key=2)", "no function"),
        ("gain(1)", "one tag"),
        ("abs(1, 2)", "one value"),
        ("(" * 300 + "1" + ")" * 300, "more than 500"),
        ("-" * (DEEPEST + 5) + "1", "too deeply"),
        ("a := 3", "cannot"),
        ("{1: 2}", "cannot stand"),
    ],
)
def test_what_cannot_stand_in_a_formula_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as error:
        parse(text)
    assert error.value.remedy


@given(st.text(alphabet="[]()*+-/%<>=.,:'\"_ab1 0xifels_\n\\\0", max_size=80))
def test_no_text_ends_in_anything_but_a_value_or_a_sentence(text: str) -> None:
    try:
        formula = parse(text)
    except DataError:
        return

    class Nothing:
        def one(self, name: str) -> float:
            return 1.5

        def many(self, pattern: str) -> list[float]:
            return [1.0, 2.0]

        def gain(self, name: str) -> float:
            return 0.0

    assert isinstance(formula.value(Nothing()), float)
