"""A capsule shows the same elsewhere; a damaged or hostile one is refused by name and writes nowhere."""

import hashlib
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.__main__ import main
from twinviewer.cli._source import Chosen
from twinviewer.history.capsule import make_capsule, open_capsule
from twinviewer.history.compare import compare
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.model.alarm import Alarm, AlarmEvent, AlarmState
from twinviewer.model.errors import RecordingError
from twinviewer.model.quality import Quality
from twinviewer.scene.scene import Scene

HALL = Path(__file__).resolve().parents[2] / "scenes" / "assembly-hall"
RUN_ME = b"import sys; sys.modules['run_me'] = sys; raise SystemExit('executed')"
FROM_NS, TO_NS = START_NS + 1000 * NS, START_NS + 2000 * NS


def scene_in(folder: Path) -> Scene:
    scene = make_scene(2)
    place = folder / "scene"
    place.mkdir()
    (place / "scene.toml").write_text("format = 1\nname = 'Test'\n")
    (place / ".hidden").write_text("no")
    object.__setattr__(scene, "path", place)
    return scene


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Path, Path]:
    """A scene, an hour of its recording, and a capsule of a part of it."""
    folder = tmp_path_factory.mktemp("capsule")
    scene, clock = scene_in(folder), Clock()
    recorder = Recorder(folder / "recording", scene, clock=clock, threads=False, slice_rows=700)
    rng = np.random.default_rng(1)
    alarm = Alarm("M-0:fault", "M-0", "M-0.State", 1, "Fault", AlarmState.UNACKNOWLEDGED, True, START_NS, START_NS)
    recorder.event(AlarmEvent(START_NS + 500 * NS, "raised", alarm))
    recorder.note(START_NS + 1500 * NS, "here", "eva", "M-1")
    for s in range(0, 3600, 2):
        clock.now_ns = START_NS + s * NS
        slots = rng.choice(len(scene.tags) - 1, 3, replace=False) + (s > 100)
        recorder.tap(
            batch(clock.now_ns, slots.tolist(), rng.random(3).tolist(), text={0: "word"} if s % 9 == 0 else {})
        )
    recorder.tap(batch(clock.now_ns, [0], [1.0]))
    recorder.close(compact=True)
    recording = Recording.open(folder / "recording", scene)
    capsule = folder / "incident.twin"
    make_capsule(scene, recording, FROM_NS, TO_NS, capsule)
    recording.close()
    return scene, folder / "recording", capsule


def test_every_moment_is_the_same_in_the_capsule(made: tuple[Scene, Path, Path]) -> None:
    scene, folder, path = made
    capsule = open_capsule(path)
    original, packed = Recording.open(folder, scene), Recording.open(capsule.recording, scene)
    for time_ns in range(FROM_NS, TO_NS, 97 * NS):
        a, b = original.at(time_ns), packed.at(time_ns)
        for name in ("value", "status", "source_ns", "server_ns", "received_ns"):
            assert np.array_equal(getattr(a, name), getattr(b, name), equal_nan=name == "value")
        assert a.text == b.text
        assert packed.alarms_at(time_ns) != ()
        assert repr(original.alarms_at(time_ns)) == repr(packed.alarms_at(time_ns))
        assert packed.recorded_at(time_ns)
    assert [n["text"] for n in packed.diary.notes()] == ["here"]
    assert packed.span() == (FROM_NS, TO_NS)
    assert (capsule.scene / "scene.toml").exists()
    assert not (capsule.scene / ".hidden").exists()
    original.close()
    packed.close()
    capsule.close()
    assert not capsule.recording.exists()


def test_nothing_recorded_then_is_refused(made: tuple[Scene, Path, Path], tmp_path: Path) -> None:
    scene, folder, _ = made
    recording = Recording.open(folder, scene)
    with pytest.raises(RecordingError, match="nothing was recorded"):
        make_capsule(scene, recording, 0, NS, tmp_path / "x.twin")
    assert list(tmp_path.iterdir()) == []
    recording.close()


@settings(max_examples=40)
@given(st.data())
def test_any_changed_byte_is_found_or_harmless(made: tuple[Scene, Path, Path], data: st.DataObject) -> None:
    _, _, path = made
    raw = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    damaged = path.with_name("damaged.twin")
    damaged.write_bytes(raw)
    found = refusal(damaged)  # none: a byte of a date or an attribute harms nothing
    assert found is None or damaged.name in found.where


def refusal(path: Path) -> RecordingError | None:
    try:
        open_capsule(path).close()
    except RecordingError as error:
        return error
    return None


def test_a_damaged_part_is_named(made: tuple[Scene, Path, Path], tmp_path: Path) -> None:
    _, _, path = made
    broken = tmp_path / "broken.twin"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, content[:-1] + b"?" if info.filename == "scene/scene.toml" else content)
    with pytest.raises(RecordingError) as caught:
        open_capsule(broken)
    assert caught.value.where == "broken.twin: scene/scene.toml"


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/evil",
        "scene/../../evil",
        "C:/evil",
        "scene\\..\\evil",
        "scene/./x",
        "other/x",
        "scene",
        "scene/x. ",
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.twin"
    about = {"format": 1, "from_ns": 0, "to_ns": 1, "files": {name: {"size": 1, "sha256": "0" * 64}}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
        archive.writestr("capsule.json", json.dumps(about))
    with pytest.raises(RecordingError):
        open_capsule(path)
    assert [p.name for p in tmp_path.iterdir()] == ["evil.twin"]
    assert not (tmp_path.parent / "evil").exists()


def test_links_and_programs_in_a_capsule_are_plain_bytes(made: tuple[Scene, Path, Path], tmp_path: Path) -> None:
    _, _, path = made
    evil = tmp_path / "evil.twin"
    added = {"scene/link": b"/etc/passwd", "scene/__init__.py": RUN_ME, "recording/conftest.py": RUN_ME}
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(evil, "w") as new:
        about = json.loads(old.read("capsule.json"))
        for name, content in added.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o120777 if name == "scene/link" else 0o100777) << 16
            new.writestr(info, content)
            about["files"][name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for info in old.infolist():
            if info.filename != "capsule.json":
                new.writestr(info.filename, old.read(info))
        new.writestr("capsule.json", json.dumps(about))
    capsule = open_capsule(evil)
    link = capsule.scene / "link"
    assert not link.is_symlink()
    assert link.read_bytes() == b"/etc/passwd"
    assert not any(os.access(p, os.X_OK) for p in (link, capsule.scene / "__init__.py"))
    recording = Recording.open(capsule.recording)
    recording.at(FROM_NS)
    recording.close()
    assert "run_me" not in sys.modules
    assert capsule.scene.stat().st_mode & 0o077 == 0 or capsule.scene.parent.stat().st_mode & 0o077 == 0
    capsule.close()


def test_a_part_that_nobody_promised_is_not_unpacked(made: tuple[Scene, Path, Path], tmp_path: Path) -> None:
    more = tmp_path / "more.twin"
    more.write_bytes(made[2].read_bytes())
    with zipfile.ZipFile(more, "a") as archive:
        archive.writestr("scene/stowaway", "x")
        archive.writestr("../outside", "x")
    capsule = open_capsule(more)
    assert not (capsule.scene / "stowaway").exists()
    assert not (capsule.scene.parent.parent / "outside").exists()
    capsule.close()


@pytest.mark.skipif(not HALL.is_dir(), reason="needs the demo scene")
def test_the_command_line_shows_the_same_states_out_of_a_capsule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene, recording, capsule = str(HALL), str(tmp_path / "recording"), str(tmp_path / "incident.twin")
    begin, moments = "2026-11-20T06:00:00Z", ("2026-11-20T06:20:00Z", "2026-11-20T06:31:17Z", "2026-11-20T06:39:00Z")
    made = ["--simulate", "45min", "--every", "30s", "--from", begin, "--fault", "CNC-102:stop@1200"]
    assert main(["record", scene, *made, "-o", recording]) == 0
    span = ["--from", "2026-11-20T06:15:00Z", "--to", "2026-11-20T06:40:00Z"]
    assert main(["capsule", scene, "--recording", recording, *span, "-o", capsule]) == 0
    seen = set()
    for moment in moments:
        capsys.readouterr()
        codes = main(["state", capsule, "--at", moment, "--json"])
        packed = json.loads(capsys.readouterr().out)
        assert main(["state", scene, "--recording", recording, "--at", moment, "--json"]) == codes
        whole = json.loads(capsys.readouterr().out)
        assert packed["assets"] == whole["assets"]
        seen.add(json.dumps(whole["assets"]))
    assert len(seen) == len(moments)


def test_a_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.twin"
    files = {"scene/a": {"size": 10, "sha256": "0" * 64}}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scene/a", b"\0" * 50_000_000)
        archive.writestr("capsule.json", json.dumps({"format": 1, "from_ns": 0, "to_ns": 1, "files": files}))
    with pytest.raises(RecordingError, match="damaged"):
        open_capsule(path)
    files["scene/a"]["size"] = 1 << 40
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("capsule.json", json.dumps({"format": 1, "from_ns": 0, "to_ns": 1, "files": files}))
    with pytest.raises(RecordingError, match="more than"):
        open_capsule(path)


@pytest.mark.parametrize(
    "said",
    [
        '"format": Infinity',
        '"from_ns": -Infinity',
        '"from_ns": -5',
        '"to_ns": 9223372036854775808',
        '"from_ns": 2',
        '"files": {"scene/a": {"size": -5, "sha256": ""}}',
    ],
)
def test_a_manifest_with_numbers_that_cannot_be_is_refused(tmp_path: Path, said: str) -> None:
    path = tmp_path / "odd.twin"
    usual = '{"format": 1, "from_ns": 0, "to_ns": 1, "files": {}, '
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scene/a", b"0" * 5_000_000)  # a size below nothing would unpack it whole into memory
        archive.writestr("capsule.json", f"{usual}{said}}}")
    with pytest.raises(RecordingError, match="the manifest is damaged"):
        open_capsule(path)


def test_what_is_packed_in_a_way_that_is_not_ours_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "odd.twin"
    files = {"scene/a": {"size": 5000, "sha256": "0" * 64}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("scene/a", b"0" * 5000, zipfile.ZIP_LZMA)
        at = archive.getinfo("scene/a").header_offset + 30 + len("scene/a")
        archive.writestr("capsule.json", json.dumps({"format": 1, "from_ns": 0, "to_ns": 1, "files": files}))
    raw = bytearray(path.read_bytes())
    raw[at : at + 12] = b"\xff" * 12
    path.write_bytes(raw)
    with pytest.raises(RecordingError) as caught:
        open_capsule(path)
    assert caught.value.where == "odd.twin: scene/a"


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_scene_that_no_capsule_can_hold_is_refused_while_packing(
    made: tuple[Scene, Path, Path], tmp_path: Path
) -> None:
    scene, folder, _ = made
    odd = scene.path / "wo?.txt"
    odd.write_text("x")
    recording = Recording.open(folder, scene)
    try:
        with pytest.raises(RecordingError, match="scene/wo") as caught:
            make_capsule(scene, recording, FROM_NS, TO_NS, tmp_path / "x.twin")
        assert caught.value.remedy == "Rename it in the scene."
    finally:
        odd.unlink()
        recording.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip" * 100])
def test_what_is_no_capsule_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.twin"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="not a capsule"):
        open_capsule(path)


def test_a_comparison_tells_states_values_and_alarms(made: tuple[Scene, Path, Path]) -> None:
    scene, folder, _ = made
    recording = Recording.open(folder, scene)
    before, after = recording.at(START_NS + 200 * NS), recording.at(START_NS + 3000 * NS)
    alarms = [recording.alarms_at(START_NS + s * NS) for s in (200, 3000)]
    assert compare(scene.tags, before, before) == compare(scene.tags, after, after)
    found = compare(scene.tags, before, after, alarms[0], alarms[1])
    assert [a.key for a in found.begun] == ["M-0:fault"]
    assert not found.ended
    assert {c.tag.role for c in found.states} <= {"state"}
    assert all(c.quality_after is Quality.GOOD for c in found.values)
    recording.close()


def test_a_wish_that_cannot_be_leaves_nothing_unpacked(
    made: tuple[Scene, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for recording, feed in ((None, "opc.tcp://plc:4840"), ("elsewhere", None)):
        with pytest.raises(RecordingError):
            Chosen(made[2], recording, None, feed)
    assert list(tmp_path.iterdir()) == []
    choice = Chosen(made[2], None, None)
    assert len(list(tmp_path.iterdir())) == 1
    choice.close()
    assert list(tmp_path.iterdir()) == []
