"""Where runs start: the plant as it was taken, an empty line, or a state that was written as a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.panels.whatif_bench import LINE, WAIT_MS, answered, figure, opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene's folder with a flow model."""
    (tmp_path / "line.toml").write_text(LINE, encoding="utf-8")
    return tmp_path


def choose(panel: Any, key: str) -> None:
    """A person's choice in the list."""
    box = panel.start.start
    box.setCurrentIndex(box.findData(key))
    box.activated.emit(box.currentIndex())


def test_runs_start_from_the_plant_an_empty_line_or_a_written_state(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(bench, qtbot, folder)
    panel = b.panel
    assert panel.start_text.startswith("the plant at ")
    file = folder / "state.json"
    panel.write_state(file)
    qtbot.waitUntil(file.exists, timeout=WAIT_MS)
    state = json.loads(file.read_text(encoding="utf-8"))
    empty = answered(qtbot, panel, lambda: choose(panel, "empty"))
    assert panel.banner.words == "baseline: empty line"
    assert not panel.start.again.isVisible()
    assert b.actions["whatif.write_state"].why
    # A state with a long queue is seen in the answer, and stays when the plant goes on.
    state["stations"]["mill"]["queue"] = 6
    state["stations"]["saw"]["queue"] = 40
    file.write_text(json.dumps(state), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(file), ""))
    full = answered(qtbot, panel, lambda: choose(panel, "file"))
    assert figure(full, "wip").baseline[0] > figure(empty, "wip").baseline[0] + 2
    assert panel.banner.words.startswith("baseline state.json, ")
    assert panel.start_text.startswith("the state in state.json, of ")
    b.show()
    assert panel.start.wants_file
    # What is no state, or another line's, is said in words and changes nothing.
    for text, words in (("[]", "not a state"), ('{"time": "2026-03-02T09:00:00", "stations": {"oven": {}}}', "oven")):
        (folder / "wrong.json").write_text(text, encoding="utf-8")
        panel.load_state(folder / "wrong.json")
        qtbot.waitUntil(lambda words=words: words in panel.trouble.text(), timeout=WAIT_MS)
        assert panel.from_now
        assert panel.start.wants_file
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: ("", ""))
    answered(qtbot, panel, lambda: choose(panel, "now"))
    assert panel.start_text.startswith("the plant at ")
    choose(panel, "file")  # and thought better of it
    assert panel.start.wants_now
