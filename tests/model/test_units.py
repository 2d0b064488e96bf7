"""Which units are the same, and by what one becomes another."""

import math

import pytest

from twinviewer.model.units import factor, same_unit


@pytest.mark.parametrize(
    ("unit", "wanted", "expected"),
    [
        ("kW", "kW", 1.0), ("W", "kW", 1e-3), ("kilowatt", "W", 1e3), ("", "kW", 1.0), ("MJ", "kWh", 1 / 3.6),
        ("ips", "mm/s", 25.4), ("mbar", "bar", 1e-3), ("furlong", "furlong", 1.0),
    ],
)  # fmt: skip
def test_a_unit_becomes_another_by_a_factor(unit: str, wanted: str, expected: float) -> None:
    assert factor(unit, wanted) == pytest.approx(expected)


@pytest.mark.parametrize(("unit", "wanted"), [("g", "mm/s"), ("°F", "°C"), ("kW", "kWh"), ("furlong", "m"), ("kW", "")])
def test_what_cannot_be_turned_is_not_a_number(unit: str, wanted: str) -> None:
    assert math.isnan(factor(unit, wanted))


def test_small_and_large_letters_are_different_units() -> None:
    assert not same_unit("mW", "MW")
