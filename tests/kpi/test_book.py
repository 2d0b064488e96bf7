"""The scene's own indicators and targets: kept with their history, at work at once, never half written."""

import inspect
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, snapshot
from twinviewer.discovery import shipped
from twinviewer.history.capsule import open_capsule
from twinviewer.kpi.book import CAPSULE, FILE, INDICATOR, SHIFTS, TARGET, Version, again, load, text_of, version_of
from twinviewer.kpi.live import KpiTracker
from twinviewer.kpi.schema import schema_text
from twinviewer.kpi.shifts import shift_of
from twinviewer.model.errors import DataError, SceneError
from twinviewer.model.frame import Kpi
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE
from twinviewer.scene.scene import Scene
from twinviewer.states.evaluator import Evaluator

SINCE = "2026-11-21T07:20:00Z"


def target(value: float | None, by: str = "eva") -> Version:
    return Version(TARGET, "oee", by, SINCE, target=value)


def own(formula: str, key: str = "specific", **changes: object) -> Version:
    return Version(INDICATOR, key, "eva", SINCE, label="Specific", formula=formula, unit="kW", **changes)  # type: ignore[arg-type]


def test_every_version_is_kept_and_the_last_one_holds(tmp_path: Path) -> None:
    book = load(tmp_path)
    for value in (80.0, 85.0, None):
        book = book.with_version(target(value))
    again_now = load(tmp_path)
    assert [v.target for v in again_now.history(TARGET, "oee")] == [80.0, 85.0, None]
    holds = again_now.now(TARGET, "oee")
    assert holds is not None
    assert holds.target is None
    back = again_now.with_version(again(again_now.versions[0], "max", SINCE))
    assert (back.target("oee.Line A") or target(0)).target == 80.0  # a target of all lines holds for each
    lines = [json.loads(line) for line in (tmp_path / FILE).read_text().splitlines()]
    assert [line.get("by") for line in lines] == ["eva", "eva", "eva", "max"]


def test_the_published_schema_is_that_of_the_program_and_describes_every_line() -> None:
    assert (shipped("resources") / "indicators.schema.json").read_text() == schema_text()
    described = json.loads(schema_text())
    lines = [own("power", target=2.0, tile=False), target(None), Version(SHIFTS, "", "eva", SINCE, starts=("6:00",))]
    for version in lines:
        written = json.loads(text_of(version))
        assert written.keys() <= described["properties"].keys()
        assert set(described["required"]) <= written.keys()
        assert written["kind"] in described["properties"]["kind"]["enum"]
        assert version_of(written) == version


def test_a_damaged_line_is_passed_over_and_told(tmp_path: Path) -> None:
    load(tmp_path).with_version(target(80.0))
    with (tmp_path / FILE).open("a") as file:
        file.write('{"kind": "target", "key": "po')  # a torn line
    book = load(tmp_path)
    assert (book.now(TARGET, "oee") or target(0)).target == 80.0
    assert "line 2" in book.notes[0]
    after = book.with_version(target(81.0))
    assert (load(tmp_path).now(TARGET, "oee") or target(0)).target == 81.0
    assert len(after.history(TARGET, "oee")) == 2


def test_two_windows_lose_nothing_of_each_other(tmp_path: Path) -> None:
    one, other = load(tmp_path), load(tmp_path)
    one.with_version(target(80.0))
    joined = other.with_version(Version(TARGET, "power", "max", SINCE, target=100.0))
    assert [v.key for v in joined.versions] == ["oee", "power"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere; Windows has other rights")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(SceneError, match="cannot be kept"):
            load(tmp_path).with_version(target(80.0))
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "scene"
    folder.mkdir()
    book = load(folder)
    folder.rmdir()
    with pytest.raises(SceneError, match="cannot be kept") as error:
        book.with_version(target(80.0))
    assert error.value.remedy


def test_a_scene_of_one_file_has_no_place_for_them(tmp_path: Path) -> None:
    file = tmp_path / "hall.glb"
    file.touch()
    with pytest.raises(SceneError, match="single file"):
        load(file).with_version(target(80.0))


def test_what_is_set_in_a_capsule_would_be_lost_and_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / f"{CAPSULE}x" / "scene"
    folder.mkdir(parents=True)
    with pytest.raises(SceneError, match="capsule"):
        load(folder).with_version(target(80.0))
    assert f'prefix="{CAPSULE}"' in inspect.getsource(open_capsule)


@pytest.mark.parametrize("starts", [("6",), ("24:00",), ("06:00", "6:00"), ("x",)])
def test_times_that_are_none_are_refused(tmp_path: Path, starts: tuple[str, ...]) -> None:
    with pytest.raises(DataError):
        load(tmp_path).with_version(Version(SHIFTS, "", "eva", SINCE, starts=starts))
    assert not (tmp_path / FILE).exists()


def test_shifts_follow_one_another_without_a_hole() -> None:
    begin, end = shift_of(NOW_NS, ("06:00", "18:30"))
    assert begin <= NOW_NS < end
    assert shift_of(end, ("06:00", "18:30"))[0] == end
    assert shift_of(begin - 1, ("06:00", "18:30"))[1] == begin


class Hall:
    """A scene with two machines in a folder, and a tracker of it."""

    def __init__(self, folder: Path) -> None:
        self.scene: Scene = replace(make_scene(2), path=folder)
        self.tracker = KpiTracker(self.scene)
        self.evaluator = Evaluator(self.scene)
        self.now_ns = NOW_NS

    def change(self, *versions: Version) -> None:
        for version in versions:
            self.tracker.set_book(self.tracker.book.with_version(version))

    def tick(self, seconds: int = 1, bad: tuple[int, ...] = (), **values: float) -> dict[str, Kpi]:
        for _ in range(seconds):
            self.now_ns += SECOND_NS
            shot = snapshot(self.scene, self.now_ns, **values)
            for tag in bad:
                shot.status[tag] = STATUS_BAD_SENSOR_FAILURE
            tags, assets = self.evaluator.evaluate(shot, self.now_ns, CONNECTED)
            self.tracker.update(tags, assets, self.now_ns, 0)
        return {k.key: k for k in self.tracker.all()}


def test_a_change_holds_at_once_and_an_own_indicator_becomes_a_tile(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.tick()
    hall.change(own("sum([*.Power]) + power", target=12.0), target(77.0))
    kpis = {k.key: k for k in hall.tracker.all()}  # without another frame
    assert kpis["specific"].value == 20.0
    assert (kpis["specific"].target, kpis["specific"].unit) == (12.0, "kW")
    assert kpis["specific"].inputs == {"*.Power: usable of 2": 2.0, "power": 10.0}
    assert kpis["oee"].target == 77.0
    assert kpis["oee.Line A"].target == 77.0
    shown = hall.tracker.update(*hall.tracker._shown[:2], hall.now_ns + SECOND_NS, 0)  # type: ignore[index]
    assert shown[-1].key == "specific"
    hall.change(own("power", tile=False))
    assert "specific" not in [k.key for k in hall.tracker._kpis]
    assert "specific" in [k.key for k in hall.tracker.all()]


def test_an_own_indicator_says_why_it_has_no_figure(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.change(own("[M-0.Power]"), own("[M-9.Power]", "typo"), own("[specific] * 2", "twice"), own("1 / 0", "zero"))
    kpis = hall.tick(bad=(2,))
    assert kpis["specific"].note == "no usable value of M-0.Power"
    assert kpis["typo"].note.startswith("there is no tag or indicator 'M-9.Power'. Did you mean [M-1.Power] or")
    assert kpis["zero"].note == "divided by zero"
    problems = hall.tracker.problems()
    assert [(p.where, "M-9.Power" in p.text) for p in problems] == [(FILE, True)]
    assert all(np.isnan(kpis[k].value) for k in ("specific", "typo", "twice", "zero"))
    assert hall.tick(Power=3.0)["twice"].value == 6.0


def test_a_gain_counts_from_the_beginning_of_the_shift(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.change(own("gain([M-1.GoodCount])"))
    hall.tick(GoodCount=100.0)
    hall.tick(GoodCount=107.0)
    assert hall.tick(GoodCount=2.0)["specific"].value == 9.0  # the counter was set back


def test_what_another_window_wrote_is_seen(tmp_path: Path) -> None:
    hall, other = Hall(tmp_path), Hall(tmp_path)
    hall.tick()
    other.change(own("power"))
    hall.tracker.reload_book()
    assert hall.tick()["specific"].value == 10.0


def test_an_indicator_over_itself_is_refused(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    hall.change(own("[specific] + 1"))
    assert "no tag or indicator 'specific'" in hall.tick()["specific"].note
