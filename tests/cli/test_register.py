"""`twinviewer register`: the desktop itself finds the command for a capsule, whatever the paths look like."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twinviewer.__main__ import main
from twinviewer.cli import register

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="desktops of Linux")


def test_it_writes_and_takes_back_its_files_and_no_others(capsys: pytest.CaptureFixture[str]) -> None:
    home = register.data_home()
    home.mkdir(parents=True, exist_ok=True)
    assert main(["register"]) == 0
    written = [Path(line.removeprefix("written: ")) for line in capsys.readouterr().out.splitlines()]
    assert len(written) == 3
    assert all(path.is_relative_to(home) and path.is_file() for path in written)
    entry = next(path for path in written if path.suffix == ".desktop").read_text()
    assert f"MimeType={register.MIME};" in entry
    command = next(line for line in entry.splitlines() if line.startswith("Exec="))
    assert command.endswith(" open %f")
    assert Path(register.program()[0]).exists()
    assert main(["register", "--remove"]) == 0
    assert not any(path.exists() for path in written)


@pytest.mark.skipif(
    not (shutil.which("gio") and shutil.which("update-mime-database")), reason="needs the tools of a desktop"
)
@pytest.mark.parametrize("folder", ["plain", "with space", 'odd "$HOME` \\ name'])
def test_a_desktop_opens_a_capsule_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    stub = place / "twinviewer"
    stub.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/called.part"; mv "{tmp_path}/called.part" "{tmp_path}/called"\n'
    )
    stub.chmod(0o755)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(register, "program", lambda: [str(stub)])
    assert main(["register"]) == 0
    capsule = place / "an incident.twin"
    capsule.write_bytes(b"PK\x03\x04")
    environment = {**os.environ, "GIO_USE_VFS": "local"}
    told = subprocess.run(
        ["gio", "info", "-a", "standard::content-type", str(capsule)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert register.MIME in told.stdout
    entry = tmp_path / "data" / "applications" / "twinviewer.desktop"
    subprocess.run(["gio", "launch", str(entry), str(capsule)], check=True, env=environment)
    for _ in range(200):
        if (tmp_path / "called").exists():
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert (tmp_path / "called").read_text().splitlines() == ["open", str(capsule)]
