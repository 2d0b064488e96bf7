"""Patterns over node paths, and node addresses as they are written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import SceneError
from twinviewer.scene.addresses import parse_node, parse_path, written
from twinviewer.scene.globs import Glob
from twinviewer.scene.templates import fill

NAMES = st.text(st.characters(blacklist_characters="/*?{}#", blacklist_categories=["Cs"]), min_size=1, max_size=8)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)
SPACES = {"p": "urn:a", "q": "http://b/c;d"}


@given(PATHS)
def test_a_path_matches_itself_and_double_stars(path: str) -> None:
    assert Glob(path).match(path) == {}
    assert Glob("**").match(path) == {}
    assert Glob("**/" + path).match(path) == {}
    assert Glob("**/" + path).match("Hall/Line A/" + path) == {}
    assert Glob(path).is_plain


@given(PATHS)
def test_stars_stay_within_one_step(path: str) -> None:
    steps = path.count("/") + 1
    assert Glob("/".join("*" * steps)).match(path) == {}
    assert Glob("/".join("*" * (steps + 1))).match(path) is None
    if steps > 1:
        assert Glob("*").match(path) is None


@given(st.lists(NAMES, min_size=2, max_size=2), NAMES)
def test_captures_give_back_what_was_there(pair: list[str], root: str) -> None:
    assert Glob("*/{line}/{asset}").match("/".join([root, *pair])) == {"line": pair[0], "asset": pair[1]}
    assert Glob("**/{asset}").match("/".join([root, *pair])) == {"asset": pair[1]}


@given(PATHS, st.lists(st.sampled_from(["*", "**", "?", "/", "A", "{x}", "[1]", "."]), max_size=6).map("".join))
def test_a_pattern_never_raises_anything_but_scene_errors(path: str, pattern: str) -> None:
    try:
        Glob(pattern).match(path)
    except SceneError:
        pass
    except re.error as error:
        pytest.fail(str(error))


def test_examples() -> None:
    assert Glob("Hall/Line {line}/CNC-{n}").match("Hall/Line A/CNC-101") == {"line": "A", "n": "101"}
    assert Glob("Hall/Line {line}/CNC-{n}").match("Hall/Line A/CNC-101/Door") is None
    assert Glob("Hall/**").match("Hall/Line A/CNC-101/Door") == {}
    assert Glob("Hall/**").match("Hall") is None
    assert Glob("Hall/**/Door").match("Hall/Door") == {}
    assert Glob("Pump[1]").match("Pump[1]") == {}
    assert Glob("Pump[1]").match("Pump1") is None
    assert Glob("{a}/{a}").match("x/x") == {"a": "x"}
    assert Glob("{a}/{a}").match("x/y") is None
    assert Glob("A.B").match("AxB") is None


@pytest.mark.parametrize("pattern", ["{", "{}", "{1a}", "{a b}", "{a", "*" * 40, "x" * 2000])
def test_bad_patterns_are_told(pattern: str) -> None:
    with pytest.raises(SceneError):
        Glob(pattern, "scene.toml:3")


def test_a_spiteful_pattern_does_not_hang() -> None:
    with pytest.raises(SceneError):
        Glob("*a*a*a*a*a*b")
    assert Glob("*a*a*a*b/**/*a*a*b").match("a" * 80 + "/" + "a" * 80) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("p:s=CNC.State", NodeAddress("urn:a", "s=CNC.State")),
        ("q:i=42", NodeAddress("http://b/c;d", "i=42")),
        ("nsu=http://b/c;d;s=x;y=z", NodeAddress("http://b/c;d", "s=x;y=z")),
        (
            "nsu=urn:x;g=09087e75-8e5e-499b-954f-f2a9603db28a",
            NodeAddress("urn:x", "g=09087e75-8e5e-499b-954f-f2a9603db28a"),
        ),
        ("i=2258", NodeAddress("http://opcfoundation.org/UA/", "i=2258")),
        ("ns=0;i=2258", NodeAddress("http://opcfoundation.org/UA/", "i=2258")),
        ("p:s=a:b=c", NodeAddress("urn:a", "s=a:b=c")),
    ],
)
def test_node_ids(text: str, address: NodeAddress) -> None:
    assert parse_node(text, SPACES, {}, "x") == address
    assert parse_node(written(address, SPACES), SPACES, {}, "x") == address


@pytest.mark.parametrize(
    "text", ["", "s", "x:s=1", "p:State", "p:s=", "p:i=-1", "p:i=4294967296", "p:g=1", "ns=3;s=a", "nsu=urn:x"]
)
def test_bad_node_ids_are_told(text: str) -> None:
    with pytest.raises(SceneError) as caught:
        parse_node(text, SPACES, {}, "scene.toml:9")
    assert caught.value.where == "scene.toml:9"


def test_browse_paths() -> None:
    steps = (("urn:a", "Machines"), ("urn:a", "Press 1/2"), ("http://opcfoundation.org/UA/", "Run:State"))
    assert (
        parse_path("/Objects/p:Machines/p:{asset}/Run&:State", SPACES, {"asset": "Press 1/2"}, "x").browse_path == steps
    )
    assert parse_path("p:Machines/p:Press 1&/2/0:Run&:State", SPACES, {}, "x").browse_path == steps
    for bad in ("", "p:", "p:a//p:b", "x:a"):
        with pytest.raises(SceneError):
            parse_path(bad, SPACES, {}, "x")


TEXTS = st.text(min_size=1, max_size=12).filter(lambda t: "\r" not in t)


@given(
    st.lists(
        st.tuples(st.sampled_from([*SPACES.values(), "http://opcfoundation.org/UA/"]), TEXTS), min_size=1, max_size=4
    )
)
def test_written_paths_are_read_back(steps: list[tuple[str, str]]) -> None:
    address = NodeAddress(browse_path=tuple((uri, name.strip() or "x") for uri, name in steps))
    if address.browse_path[0] == ("http://opcfoundation.org/UA/", "Objects"):
        return
    assert parse_path(written(address, SPACES), SPACES, {}, "x") == address


@given(st.sampled_from(["urn:a", "urn:other"]), TEXTS)
def test_written_ids_are_read_back(uri: str, name: str) -> None:
    address = NodeAddress(uri, f"s={name.strip() or 'x'}")
    assert parse_node(written(address, SPACES), SPACES, {}, "x") == address


def test_templates() -> None:
    assert fill("{asset}.{{x}}.{n}", {"asset": "A{n}", "n": "3"}, "x") == "A{n}.{x}.3"
    with pytest.raises(SceneError, match=r"\{gone\}"):
        fill("{gone}", {"asset": "A"}, "x")
