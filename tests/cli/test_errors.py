"""What a command cannot do ends in a sentence on stderr, exit code 2, and JSON where JSON was asked for."""

import json
from pathlib import Path

import pytest

from twinviewer.__main__ import main


@pytest.mark.parametrize(
    "command",
    [
        ["state", "nowhere", "--feed", "opc.tcp://127.0.0.1:1"],
        ["state", "nowhere", "--recording", "nowhere"],
        ["diff", "nowhere", "nowhere"],
        ["prognose", "nowhere", "--recording", "nowhere"],
        ["plan", "nowhere", "--recording", "nowhere"],
        ["simulate", "nowhere"],
    ],
    ids=" ".join,
)
def test_json_is_json_also_where_nothing_can_be_done(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--json"]) == 2
    told = capsys.readouterr()
    error = json.loads(told.out)["error"]
    assert "nowhere" in error["where"]
    assert error["text"] in told.err
    assert main(command) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("seconds", ["nan", "-3", "inf"])
def test_a_time_to_look_that_makes_no_sense_is_refused(seconds: str, capsys: pytest.CaptureFixture[str]):
    assert main(["state", "nowhere", "--feed", "opc.tcp://127.0.0.1:1", f"--for={seconds}"]) == 2
    assert "no time to look" in capsys.readouterr().err
