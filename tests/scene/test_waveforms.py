"""Waveforms in a scene: what is worked out of them becomes tags, with the bearing of type or table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scene.conftest import TOML, add
from twinviewer.model.bearing import of_geometry
from twinviewer.model.errors import SceneError
from twinviewer.scene.draft import Draft

Read = Callable[..., Draft]
WAVEFORM = """
[type.cnc.tags.Acceleration]
node = "p:s={asset}.Acceleration"
role = "waveform"
unit = "g"
sampling_hz = 10240
stale_after_s = 600
"""
BEARING = "[type.machine.bearing]\nelements = 9\nelement_mm = 7.94\npitch_mm = 39.04\nrpm = 1500\n"
FEATURES = ["RMS", "Peak", "Crest", "Kurtosis", "Envelope"]
LINES = ["BPFO", "BPFI", "BSF", "FTF"]


def test_tags_are_worked_out_of_a_waveform(draft: Read, folder: Path) -> None:
    add(folder, WAVEFORM + BEARING)
    scene = draft(folder).scene
    asset = scene.asset("CNC-101")
    waveform = scene.tag("CNC-101.Acceleration")
    made = [scene.tags[row] for row in asset.tags if scene.tags[row].derived_from >= 0]
    assert [t.key for t in made] == [f"Acceleration{end}" for end in (*FEATURES, *LINES)]
    assert {t.derived_from for t in made} == {waveform.index}
    assert {t.key: t.unit for t in made if t.unit != "g"} == {"AccelerationCrest": "", "AccelerationKurtosis": ""}
    assert {t.stale_after_s for t in made} == {600}
    assert not any(t.is_text for t in made)
    assert [t.index for t in scene.tags] == list(range(len(scene.tags)))
    assert asset.bearing == of_geometry(9, 7.94, 39.04, rpm=1500)


def test_without_a_bearing_there_are_no_lines_and_no_tags_without_a_waveform(draft: Read, folder: Path) -> None:
    add(folder, WAVEFORM)
    scene = draft(folder).scene
    assert [t.key for t in scene.tags if t.derived_from >= 0 and t.asset_id == "CNC-101"] == [
        f"Acceleration{end}" for end in FEATURES
    ]
    add(folder, "[type.machine.bearing]\nbpfo = 3.58\nbpfi = 5.42\nbsf = 2.36\nftf = 0.4\n")
    assert sum(t.derived_from >= 0 and t.asset_id == "CNC-101" for t in draft(folder).scene.tags) == 9


def test_limits_are_taken_and_what_the_server_has_itself_is_read(draft: Read, folder: Path) -> None:
    add(folder, WAVEFORM + BEARING)
    add(folder, "[type.cnc.tags.AccelerationRMS]\nnormal = [0.1, 0.4]\nlimits = { high = 1 }\n")
    add(folder, '[type.cnc.tags.AccelerationPeak]\nnode = "p:s={asset}.Peak"\nrole = "acceleration_peak"\nunit = "g"\n')
    scene = draft(folder).scene
    rms, peak = scene.tag("CNC-101.AccelerationRMS"), scene.tag("CNC-101.AccelerationPeak")
    assert (rms.normal, rms.limits.high, rms.role, rms.unit) == ((0.1, 0.4), 1, "acceleration", "g")
    assert rms.derived_from >= 0
    assert (peak.derived_from, peak.address.identifier) == (-1, "s=CNC-101.Peak")
    assert len({t.name for t in scene.tags}) == len(scene.tags)


def test_what_is_worked_out_otherwise_is_another_scene(draft: Read, folder: Path) -> None:
    keys = {draft(folder).scene.key}
    for text in (WAVEFORM, BEARING, "[type.cnc]\nbearing = { bpfo = 3.5, bpfi = 5.5, bsf = 2.4, ftf = 0.4 }\n"):
        if text.startswith("[type.cnc]"):
            path = folder / "scene.toml"
            path.write_text(path.read_text().replace("[type.cnc]\n", text))
        else:
            add(folder, text)
        keys.add(draft(folder).scene.key)
    path = folder / "scene.toml"
    path.write_text(path.read_text().replace("10240", "20480"))
    keys.add(draft(folder).scene.key)
    assert len(keys) == 5


def test_a_line_of_the_table_has_a_bearing_of_its_own(draft: Read, folder: Path) -> None:
    add(folder, WAVEFORM + BEARING + '[assets]\ntable = "assets.csv"\n')
    table = folder / "assets.csv"
    table.write_text("asset,bearing_elements,bearing_element_mm,bearing_pitch_mm\nCNC-102,8,24,102.5\n")
    scene = draft(folder).scene
    assert scene.asset("CNC-102").bearing == of_geometry(8, 24, 102.5)
    assert scene.asset("CNC-101").bearing == of_geometry(9, 7.94, 39.04, rpm=1500)
    for header, cells, said in (
        ("asset,bearing_balls", "CNC-102,8", "bearing_balls"),
        ("asset,bearing_elements", "CNC-102,8", "say elements, element_mm and pitch_mm"),
        ("asset,bearing_elements,bearing_element_mm,bearing_pitch_mm", "CNC-102,8,24,20", "no bearing"),
    ):
        table.write_text(f"{header}\n{cells}\n")
        with pytest.raises(SceneError, match=said) as raised:
            draft(folder)
        assert raised.value.where == "assets.csv:2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[type.cnc.bearing]\nelements = 9\n", "say elements, element_mm and pitch_mm"),
        ("[type.cnc.bearing]\nelements = 9\nelement_mm = 40\npitch_mm = 39\n", "no bearing"),
        ("[type.cnc.bearing]\nbpfo = 107\nbpfi = 162\nbsf = 70\nftf = 12\n", "turns of the shaft"),
        ('[type.cnc.tags.P]\nnode = "p:s=P"\nrole = "power"\nsampling_hz = 5\n', "role waveform only"),
        ('[type.cnc.tags.P]\nnode = "p:s=P"\nrole = "waveform"\nsampling_hz = 0\n', "greater than 0"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(draft: Read, folder: Path, text: str, said: str) -> None:
    add(folder, text)
    with pytest.raises(SceneError, match=said) as raised:
        draft(folder)
    assert int(raised.value.where.partition(":")[2]) > TOML.count("\n")
