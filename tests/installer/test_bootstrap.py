"""What a person meets who sets twinviewer up: sentences, repairs, silence the second time."""

import ast
import io
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from installer import bootstrap, commands, display, environment, pin, system
from installer.errors import SetupError
from installer.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = (ROOT / "installer" / "constraints.txt").read_text("utf-8")

# A build backend of ten lines that needs no package from anywhere, so that pip and venv are the real ones here.
BACKEND = """
import base64, hashlib, pathlib, zipfile
def get_requires_for_build_editable(settings=None): return []
def build_editable(folder, settings=None, metadata=None):
    files = {"toy.pth": str(pathlib.Path.cwd()),
             "toy-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: toy\\nVersion: 1\\nProvides-Extra: test\\n",
             "toy-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}
    files["toy-1.dist-info/RECORD"] = "".join(f"{name},,\\n" for name in [*files, "toy-1.dist-info/RECORD"])
    name = "toy-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name
"""
TOY = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""


@pytest.fixture
def toy(tmp_path: Path) -> environment.Environment:
    """A project whose set-up needs no network."""
    (tmp_path / "pyproject.toml").write_text(TOY)
    (tmp_path / "backend.py").write_text(BACKEND)
    (tmp_path / "installer").mkdir()
    (tmp_path / "installer" / "constraints.txt").write_text("nothing==1\n")
    return environment.Environment(tmp_path)


def test_an_environment_is_made_then_left_alone_and_repaired_when_cut_short(
    toy: environment.Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress(sys.stdout)
    assert not toy.ready(test=False)
    toy.ensure(test=False, progress=progress)
    assert toy.ready(test=False)
    assert not toy.ready(test=True)
    assert "Making .venv" in capsys.readouterr().out

    before = toy.python.stat(follow_symlinks=False).st_mtime_ns
    toy.ensure(test=False, progress=progress)
    assert capsys.readouterr().out == ""
    assert toy.python.stat(follow_symlinks=False).st_mtime_ns == before

    toy.constraints.write_text("nothing==2\n")
    assert not toy.ready(test=False)
    toy.ensure(test=True, progress=progress)
    assert toy.ready(test=True)
    assert toy.ready(test=False)
    assert "Making" not in capsys.readouterr().out  # new pins do not cost a new environment

    config = toy.folder / "pyvenv.cfg"
    text = config.read_text()
    config.write_text(text.replace(str(toy.folder), "/elsewhere/.venv"))
    assert not toy.ready(test=False)
    assert not toy._sound()  # and so it would be made afresh
    config.write_text(text)
    assert toy._sound()

    (toy.folder / "twinviewer-setup.json").unlink()
    (toy.folder / "twinviewer-unfinished").touch()  # what a kill in the middle of pip leaves behind
    assert not toy.ready(test=False)
    toy.ensure(test=False, progress=progress)
    assert toy.ready(test=False)
    assert "starting afresh" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_to_is_a_sentence(toy: environment.Environment) -> None:
    toy.folder.write_text("no folder")
    with pytest.raises(SetupError, match=r"\.venv: Not a directory\. Set-up writes into"):
        commands.set_up(test=False, root=toy.root)


def test_a_failing_pip_is_a_sentence_and_no_stamp(toy: environment.Environment) -> None:
    (toy.root / "backend.py").write_text("import no_such_module\n")
    with pytest.raises(SetupError, match="pip could not install"):
        toy.ensure(test=False, progress=Progress(sys.stdout))
    assert not toy.ready(test=False)


def test_the_reason_is_cut_out_of_what_pip_says() -> None:
    tail = [
        "Collecting a",
        "  error: subprocess-exited-with-error",
        "      ERROR: No matching distribution found for setuptools>=77",
        "  note: This error originates from a subprocess, and is likely not a problem with pip.",
    ]
    assert environment._reasons(tail) == ["ERROR: No matching distribution found for setuptools>=77"]
    assert environment._reasons(["Collecting a", "Killed"]) == ["Collecting a", "Killed"]
    silent = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(…)': /simple/a/"
    assert "does not answer" in environment._reasons([silent, *tail])[0]
    nothing = "ERROR: Could not find a version that satisfies the requirement numpy==2.4 (from versions: none)"
    first, *_, last = environment._reasons([nothing, *tail])
    assert (first, "proxy" in last) == (nothing, True)


def test_every_requirement_is_pinned_and_no_host_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[\[<>=!~ ;]", text)[0].lower().replace("_", "-") for text in wanted}
    pinned = {m[1].lower().replace("_", "-") for m in re.finditer(r"^([\w.-]+)==", CONSTRAINTS, re.MULTILINE)}
    assert names <= pinned
    assert "://" not in CONSTRAINTS
    assert " @ " not in CONSTRAINTS


def test_pins_leave_out_what_comes_from_a_path() -> None:
    frozen = "b==2\n-e git+ssh://x/y#egg=z\nA==1\nlocal @ file:///tmp/local\n# a remark\n"
    assert pin.pins(frozen) == ["A==1", "b==2"]


def test_the_entry_can_be_read_by_an_old_python() -> None:
    ast.parse((ROOT / "installer" / "bootstrap.py").read_text("utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("version", "works"), [((3, 10, 9), False), ((3, 11, 0), True), ((3, 13, 2), True), ((3, 14), False)]
)
def test_supported_versions(version: tuple[int, ...], works: bool) -> None:
    assert bootstrap.supported(version) is works


def test_an_old_python_without_a_newer_one_beside_it_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "")
    assert bootstrap.main(["setup"]) == 1
    assert "needs Python 3.11 to 3.13; this is Python 3.9" in capsys.readouterr().err


def test_an_old_python_hands_over_to_a_newer_one_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hollow = tmp_path / "python3.13"
    hollow.write_text("#!/bin/sh\nexit 1\n")
    minor = min(sys.version_info[1], 12)
    good = tmp_path / f"python3.{minor}"
    good.write_text('#!/bin/sh\nif [ "$1" = -c ]; then echo True; else echo handed over: "$2"; fi\n')
    for script in (hollow, good):
        script.chmod(0o755)
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.main(["setup"]) == 0
    assert "handed over: setup" in capfd.readouterr().out


def test_on_windows_a_newer_python_is_found_behind_the_launcher(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    launcher = tmp_path / "py"
    launcher.write_text('#!/bin/sh\n[ "$1" = -3.12 ] || exit 1\n[ "$2" = -c ] && echo True || echo by "$1": "$3"\n')
    launcher.chmod(0o755)
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 14, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.main(["setup"]) == 0
    assert "by -3.12: setup" in capfd.readouterr().out


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_no_system_packages_and_no_virtual_screen_are_asked_for(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(system, "missing_packages", lambda test, build: pytest.fail("asked for"))
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("started"))
    system.ensure(True, True, Progress(sys.stdout))
    assert display.usable({})
    with display.screen({"A": "b"}) as env:
        assert env == {"A": "b"}


def test_on_windows_programs_stand_elsewhere_in_the_environment(
    toy: environment.Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.os, "name", "nt")
    try:
        parts = toy.python.parts[-3:], toy.script("twinviewer").parts[-3:]
    finally:
        monkeypatch.undo()
    assert parts == ((".venv", "Scripts", "python.exe"), (".venv", "Scripts", "twinviewer.exe"))


def test_a_console_that_cannot_show_a_letter_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stderr", narrow)
    assert commands.run("Größe", [], "") == 2
    narrow.flush()
    assert b"Gr??e" in narrow.buffer.getvalue()  # type: ignore[attr-defined]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="screens and system packages are Linux matters")
class TestLinux:
    def test_missing_libraries_name_their_packages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        gone = {"libxcb-cursor.so.0", "libglib-2.0.so.0"}
        monkeypatch.setattr(system, "_loads", lambda soname: soname not in gone)
        monkeypatch.setenv("DISPLAY", ":0")
        missing = system.missing_packages(test=True, build=False)
        assert missing == [("libxcb-cursor0",), ("libglib2.0-0t64", "libglib2.0-0")]
        assert system.pick(missing, {"libglib2.0-0"}) == ["libxcb-cursor0", "libglib2.0-0"]
        assert system.pick(missing, {"libglib2.0-0t64"}) == ["libxcb-cursor0", "libglib2.0-0t64"]

    def test_without_rights_the_one_line_to_run_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(system, "missing_packages", lambda test, build: [("libgl1",), ("libegl1",)])
        there = {"apt-get"}
        monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}" if name in there else None)
        monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
        with pytest.raises(SetupError, match=r"\n  su -c 'apt-get update; apt-get install libgl1 libegl1'$"):
            system.ensure(True, True, Progress(sys.stdout))
        there.add("sudo")  # which asks for a password
        monkeypatch.setattr(system.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 1))
        with pytest.raises(SetupError, match=r"\n  sudo sh -c 'apt-get update; apt-get install libgl1 libegl1'$"):
            system.ensure(True, True, Progress(sys.stdout))

    def test_a_virtual_screen_lives_as_long_as_it_is_used(self) -> None:
        bare = {"PATH": os.environ["PATH"]}
        assert not display.usable(bare)
        with display.screen(bare) as env:
            assert display.usable(env)
        assert not display.usable(env)

    def test_a_screen_that_does_not_answer_is_no_screen(self) -> None:
        assert not display.usable({"DISPLAY": ":4321"})
        assert not display.usable({"DISPLAY": "nonsense"})
        assert display.usable({"DISPLAY": "localhost:10.0"})

    def test_a_demo_without_a_screen_says_so_before_anything_is_installed(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setattr(commands, "set_up", lambda test: pytest.fail("set up without need"))
        assert commands.run("demo", [], "") == 1
        error = capsys.readouterr().err
        assert "no screen" in error
        assert "snapshot" in error


def test_an_unknown_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run("tset", [], bootstrap.USAGE) == 2
    error = capsys.readouterr().err
    assert "'tset'" in error
    assert "usage:" in error


def test_ctrl_c_ends_what_was_started(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from installer import commands\n"
        "from installer.process import follow\n"
        "slow = [sys.executable, '-c', 'import os, time; print(os.getpid(), flush=True); time.sleep(60)']\n"
        "commands._setup = lambda arguments: follow(slow, lambda line: print(line, flush=True), lambda: None)[0]\n"
        "sys.exit(commands.run('setup', [], ''))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(ROOT)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.terminate()
    _, error = process.communicate(timeout=30)
    assert process.returncode == commands.INTERRUPTED
    assert "goes on from where this one was" in error
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()
