"""The query language of the asset filter: what it lets through, and what it says of a query it cannot read."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.panels import fake
from twinviewer.model.asset import Asset
from twinviewer.model.frame import AssetStates
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone
from twinviewer.panels import _filter
from twinviewer.panels._conditions import COMPARE, Columns, Node, is_static

SCENE = fake.make_scene()
COLUMNS = Columns(SCENE.assets)
STATES = fake.with_alarms(SCENE, fake.make_states(SCENE), fake.make_alarms())
Truth = Callable[[Asset, AssetStates], bool]


def found(query: str, states: AssetStates = STATES) -> set[str]:
    mask = _filter.parse(query).mask(COLUMNS, states)
    assert mask.shape == (len(SCENE.assets),)
    assert mask.dtype == bool
    return {a.asset_id for a in SCENE.assets if mask[a.index]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state:fault kw>2", {"ROB-206"}),
        ("state:fault kw>20", set()),
        ("vib>2.8", {"PMP-312", "CMP-321"}),
        ("zone:D", {"CMP-321"}),
        ("zone:d|zone:c", {"CMP-321", "PMP-312"}),
        ("alarm:1", {"ROB-206"}),
        ('"a=b"', set()),
        ("alarm<=2", {"ROB-206", "CMP-321", "PMP-312"}),
        ("alarm:unack type:compressor", {"CMP-321"}),
        ("type:pump -state:running", {"PMP-314"}),
        ("quality:bad", {"PMP-314"}),
        ('line:"Line B" state:blocked', {"CV-205"}),
        ("robot", {"ROB-105", "ROB-206"}),
        ("kw>60 -(oven | compressor)", {"PRS-202", "CHL-331"}),
        ('state:"no data"', {"PMP-314"}),
        ("KW > 100", {"OVN-207"}),
        ("kw>1,4 kw<1.6", {"TNK-301"}),
        ("CV-205", {"CV-205"}),
    ],
)
def test_finds(query: str, expected: set[str]) -> None:
    assert found(query) == expected


def test_an_empty_query_lets_everything_through() -> None:
    assert len(found("   ")) == len(SCENE.assets)


def test_a_value_that_cannot_be_used_satisfies_no_comparison() -> None:
    stale = replace(STATES, power_quality=np.full_like(STATES.power_quality, Quality.STALE))
    assert found("kw>0", stale) == set()
    assert found("kw<=0", stale) == set()
    assert found("vib<9999") == {a.asset_id for a in SCENE.assets if STATES.vibration_quality[a.index] < Quality.STALE}


def test_an_old_state_is_no_state() -> None:
    old = replace(STATES, quality=np.full_like(STATES.quality, Quality.STALE))
    assert found("state:running", old) == set()
    assert len(found("state:unknown", old)) == len(SCENE.assets)
    assert len(found("state:abnormal quality:stale", old)) == len(SCENE.assets)


def test_without_data_only_texts_match() -> None:
    pumps = _filter.parse("type:pump").mask(COLUMNS, None)
    assert pumps.sum() == 3
    assert not _filter.parse("state:running").mask(COLUMNS, None).any()
    assert not _filter.parse("kw>0").mask(COLUMNS, None).any()


@pytest.mark.parametrize(
    ("query", "position", "part"),
    [
        ("state:brokn", 0, "One of: unknown, offline, running"),
        ("pump stat:fault", 5, "Fields: state"),
        ("kw>", 0, "kw>20"),
        ("kw>abc", 0, "number"),
        ("kw>nan", 0, "kw>20"),
        ("kw=>20", 0, "no sign =>"),
        ("pump kw != 20", 5, "Write >, >="),
        ("state=fault", 0, "Write state:fault"),
        ("temp>60", 0, "Numbers: kw, vib, age, alarm"),
        ("kw:20", 0, "kw>20"),
        ('line:"Line B', 0, "Close it"),
        ("a |", 3, "both sides"),
        ("| a", 0, "both sides"),
        ("a ) b", 2, "Take it away"),
        ("(a b", 0, "Close it with )"),
        ("()", 0, "between them"),
        ("type:", 0, "Line B"),
        ("(" * 60 + "a" + ")" * 60, 41, "Use fewer"),
    ],
)
def test_says_what_is_wrong_and_what_to_write(query: str, position: int, part: str) -> None:
    with pytest.raises(_filter.FilterError) as caught:
        _filter.parse(query)
    assert part in str(caught.value)
    assert caught.value.position == position
    assert caught.value.remedy


def test_the_help_names_every_field_and_sign() -> None:
    fields = {*_filter._CHOICES, *_filter._NUMBERS, *_filter._TEXT_FIELDS} - {"id"}
    assert {f for f in fields if not re.search(rf"\b{f}[:<>=]", _filter.HELP)} == set()
    assert all(f" {sign} " in f" {_filter.HELP} ".replace("\n", " ") for sign in COMPARE)


def test_static_queries_are_known() -> None:
    assert is_static(_filter.parse("pump -type:oven | (line:B)"))
    assert not is_static(_filter.parse("pump | state:fault"))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    node, error = _read(text)
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert error.remedy
    else:
        assert node is not None
        assert node.mask(COLUMNS, STATES).shape == (len(SCENE.assets),)


def _read(text: str) -> tuple[Node | None, _filter.FilterError | None]:
    try:
        return _filter.parse(text), None
    except _filter.FilterError as error:
        return None, error


def _row(states: AssetStates, name: str, asset: Asset) -> float:
    return float(getattr(states, name)[asset.index])


def _shown(states: AssetStates, asset: Asset) -> float:
    return State.UNKNOWN if _row(states, "quality", asset) >= Quality.STALE else _row(states, "state", asset)


LEAVES: list[tuple[str, Truth]] = [
    *((f"state:{s.name.lower()}", lambda a, x, s=s: _shown(x, a) == s) for s in State),
    *((f"zone:{z.name}", lambda a, x, z=z: _row(x, "zone", a) == z) for z in Zone),
    *((f"alarm:{p}", lambda a, x, p=p: _row(x, "priority", a) == p) for p in (1, 2, 3)),
    ("type:pump", lambda a, x: "pump" in a.type or "pump" in a.type_label.lower()),
    ('line:"Line B"', lambda a, x: "Line B" in a.path),
    ("CV", lambda a, x: "cv" in a.asset_id.lower()),
    ("kw>5", lambda a, x: _row(x, "power_quality", a) < Quality.STALE and _row(x, "power_kw", a) > 5),
    ("vib<=1", lambda a, x: _row(x, "vibration_quality", a) < Quality.STALE and _row(x, "vibration_mm_s", a) <= 1),
]
LEAF = st.sampled_from(LEAVES)


def _join(pair: tuple[tuple[str, Truth], tuple[str, Truth]], word: str) -> tuple[str, Truth]:
    (a, f), (b, g) = pair
    if word == "|":
        return f"({a} | {b})", lambda asset, x: f(asset, x) or g(asset, x)
    return f"({a} {b})", lambda asset, x: f(asset, x) and g(asset, x)


def _not(leaf: tuple[str, Truth]) -> tuple[str, Truth]:
    text, truth = leaf
    return f"-{text}", lambda asset, x: not truth(asset, x)


QUERIES = st.recursive(
    LEAF,
    lambda inner: st.one_of(st.builds(_join, st.tuples(inner, inner), st.sampled_from(["|", " "])), inner.map(_not)),
    max_leaves=8,
)


@given(QUERIES)
def test_a_query_means_what_its_parts_mean(query: tuple[str, Truth]) -> None:
    text, truth = query
    assert found(text) == {a.asset_id for a in SCENE.assets if truth(a, STATES)}


@given(st.lists(LEAF, min_size=1, max_size=4))
def test_blank_binds_closer_than_or(leaves: list[tuple[str, Truth]]) -> None:
    first, last = leaves[0][0], leaves[-1][0]
    middle = " ".join(text for text, _ in leaves)
    assert found(f"{middle} | {last}") == found(f"({middle}) | ({last})")
    assert found(f"{first} | {middle}") == found(first) | found(middle)
