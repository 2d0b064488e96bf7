"""What a person chose: file < environment < command line, atomic, and never lost."""

import getpass
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinviewer.model.camera import CameraView
from twinviewer.settings import FILE_NAME, Layout, Recent, Settings, SettingsStore, dump, parse, person, write_atomic


def make(folder: Path, environ: dict[str, str] | None = None, **overrides: object) -> SettingsStore:
    return SettingsStore(folder, environ or {}, overrides)


def test_what_was_chosen_is_there_the_next_time(tmp_path: Path) -> None:
    make(tmp_path).change(theme="light", rate_hz=30, layouts={"Night": Layout("abc", "Inspector")})
    again = make(tmp_path).value
    assert (again.theme, again.rate_hz, again.layouts["Night"]) == ("light", 30, Layout("abc", "Inspector"))


@given(
    st.builds(
        Settings,
        theme=st.sampled_from(["system", "light", "dark"]),
        mode=st.text(max_size=10),
        user=st.text(max_size=10),
        rate_hz=st.integers(1, 60),
        refined=st.booleans(),
        scheduler=st.text(max_size=10),
        geometry=st.tuples(*[st.integers(-5000, 5000)] * 5),
        layouts=st.dictionaries(st.text(max_size=5), st.builds(Layout, st.text(max_size=5), st.text(max_size=5))),
        bookmarks=st.dictionaries(
            st.text(max_size=5),
            st.lists(
                st.builds(
                    CameraView,
                    st.text(max_size=5),
                    st.tuples(*[st.floats(-1e6, 1e6)] * 3),
                    st.tuples(*[st.floats(-1e6, 1e6)] * 3),
                    st.text(max_size=5),
                    st.none() | st.tuples(*[st.floats(-1e6, 1e6)] * 6),
                ),
                max_size=2,
            ).map(tuple),
        ),
        recent=st.lists(st.builds(Recent, st.text(max_size=9), opened_ns=st.integers(0, 2**62)), max_size=5).map(tuple),
    )
)
def test_writing_and_reading_gives_the_same(settings: Settings) -> None:
    assert parse(json.loads(dump(settings))) == settings


def test_environment_beats_the_file_and_the_command_line_beats_both(tmp_path: Path) -> None:
    make(tmp_path).change(theme="light", mode="energy")
    environ = {"TWINVIEWER_THEME": "dark", "TWINVIEWER_MODE": "vibration"}
    value = make(tmp_path, environ, mode="status").value
    assert (value.theme, value.mode) == ("dark", "status")


def test_the_command_line_is_never_written_into_the_file(tmp_path: Path) -> None:
    make(tmp_path, theme="light").change(rate_hz=4)
    assert make(tmp_path).value.theme == "system"
    assert make(tmp_path).value.rate_hz == 4


def test_a_choice_in_the_window_beats_the_command_line(tmp_path: Path) -> None:
    store = make(tmp_path, theme="light")
    store.change(theme="dark")
    assert store.value.theme == "dark"


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"version": 99}',
        '{"version": 1, "theme": "pink"}',
        '{"version": 1, "rate_hz": 0}',
        '{"version": 1, "recent": 7}',
        '{"version": 1, "layouts": {"a": {"docks": 3}}}',
        '{"version": 1, "bookmarks": {"a": [{"name": "x", "position": [1, 2], "target": [0, 0, 0]}]}}',
        '{"version": 1, "bookmarks": {"a": [{"name": "x", "position": [1, 2, NaN], "target": [0, 0, 0]}]}}',
        "\x00\x01",
    ],
)
def test_a_broken_file_is_moved_aside_and_said(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    store = make(tmp_path)
    assert store.value == Settings()
    assert len(store.notices) == 1
    assert (tmp_path / "settings.broken").read_text(encoding="utf-8") == content
    store.change(theme="dark")
    assert make(tmp_path).value.theme == "dark"


def test_unknown_keys_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"version": 1, "theme": "dark", "later": 1}', encoding="utf-8")
    store = make(tmp_path)
    assert store.value.theme == "dark"
    assert not store.notices


def test_a_bad_environment_variable_is_said_and_passed_over(tmp_path: Path) -> None:
    store = make(tmp_path, {"TWINVIEWER_RATE_HZ": "often"})
    assert store.value.rate_hz == 10
    assert "TWINVIEWER_RATE_HZ" in store.notices[0].text


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    store = make(tmp_path / "file" / "below")
    store.change(theme="dark")
    assert store.value.theme == "dark"
    assert len(store.notices) == 1


def test_the_newest_scene_is_on_top_and_only_once(tmp_path: Path) -> None:
    store = make(tmp_path)
    for path in ("a", "b", "a"):
        store.remember(Recent(path))
    assert [r.path for r in store.value.recent] == ["a", "b"]
    store.forget("a")
    assert [r.path for r in make(tmp_path).value.recent] == ["b"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    path.write_text("old", encoding="utf-8")

    def fail(self: Path, target: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_nothing_is_read_or_written_in_safe_mode(tmp_path: Path) -> None:
    make(tmp_path).change(theme="light")
    safe = SettingsStore(tmp_path, {}, keep=False)
    assert safe.value.theme == "system"
    safe.change(theme="dark")
    assert make(tmp_path).value.theme == "light"


def test_a_user_without_a_name_is_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert person() == "somebody"
