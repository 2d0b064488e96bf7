"""The figures of a report follow from what was recorded, by closed forms."""

import itertools
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from tests.factory import make_tag, scene_of
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.history import journal
from twinviewer.history.layout import NOTES
from twinviewer.history.notes import change_line
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.kpi.book import INDICATOR, TARGET, Version, load
from twinviewer.kpi.report import shift_report
from twinviewer.kpi.report_alarms import alarm_figures
from twinviewer.kpi.report_drawings import MOST_TICKS, drawings, ticks
from twinviewer.kpi.report_html import missed_target, page
from twinviewer.model.alarm import Alarm, AlarmEvent, AlarmState
from twinviewer.model.asset import Asset
from twinviewer.model.frame import Kpi
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene

HOUR_NS = 3600 * NS


def event(what: str, seconds: float, key: str = "A:x", priority: int = 3) -> AlarmEvent:
    time_ns = START_NS + int(seconds * NS)
    alarm = Alarm(key, "A", "A.x", priority, "x", AlarmState.UNACKNOWLEDGED, True, time_ns, time_ns)
    return AlarmEvent(time_ns, what, alarm)


def test_ten_alarms_in_ten_minutes_are_no_flood_and_eleven_are() -> None:
    for count, floods in ((10, 0), (11, 1)):
        events = [event("raised", 30 * k, f"A:{k}") for k in range(count)]
        found = alarm_figures(events, (), START_NS, START_NS + HOUR_NS)
        assert (found.peak_10_min, found.floods) == (count, floods)
        assert found.per_10_min == pytest.approx(count / 6)
        assert found.rate.tolist() == [count, 0, 0, 0, 0, 0]
        assert found.never_acknowledged == count


def test_a_flood_lasts_until_fewer_than_five_are_left() -> None:
    events = [event("raised", k, f"A:{k}") for k in range(12)]
    found = alarm_figures(events, (), START_NS, START_NS + HOUR_NS)
    # it begins with the eleventh alarm (10 s) and ends when the eighth leaves the window (7 s + 600 s)
    assert found.flood_share * 3600 == pytest.approx(597, abs=1e-3)


def test_response_times_chatter_and_stale_alarms() -> None:
    events = [event("raised", 0), event("acknowledged", 12)]
    events += [event("raised", s, "A:y", 1) for s in (100, 120, 140)]
    old = event("raised", -90_000).alarm
    found = alarm_figures(events, (old,), START_NS, START_NS + HOUR_NS)
    assert found.acknowledged_s.tolist() == [12]
    assert found.chattering == ("A:y",)
    assert found.stale == ("A:x",)
    assert found.by_priority == (3, 0, 1, 0)
    assert found.worst[0] == ("A:y", 3)


def energy_scene() -> Scene:
    keys = {"State": {}, "Vibration": {}, "Power": {}, "Energy": {"role": "energy", "unit": "kWh"}, "GoodCount": {}}
    tags = [make_tag(k, "M-0", key, **changes) for k, (key, changes) in enumerate(keys.items())]
    machine = Asset(0, "M-0", "M-0", "machine", ("Line A",), tuple(range(5)), vibration_limits=(1.4, 2.8, 4.5))
    other = Asset(1, "dispatch", "dispatch", "rack", ("Line A",), ())
    return scene_of([machine, other], tags)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """An hour: running, but fault from 20 to 30 min; 6 kW; the energy counter is replaced at half time."""
    scene, clock = energy_scene(), Clock()
    recorder = Recorder(tmp_path, scene, clock=clock, threads=False)
    for s in range(0, 3601, 5):
        clock.now_ns = START_NS + s * NS
        state = 6.0 if 1200 <= s < 1800 else 1.0
        energy = 500 + 6 * s / 3600 if s < 1800 else 6 * (s - 1800) / 3600
        vibration = 5.5 if s == 2400 else 1.0
        recorder.tap(batch(clock.now_ns, range(5), [state, vibration, 6.0, energy, s // 60]))  # type: ignore[arg-type]
        if s % 300 == 0:
            recorder.flush()
    recorder.note(START_NS + 1300 * NS, "<b>seized</b>", "eva", "M-0")
    recorder.flush()
    recorder.close(compact=True)
    return Recording.open(tmp_path, scene)


def test_a_report_adds_up(recording: Recording) -> None:
    report = shift_report(recording, energy_scene(), START_NS, START_NS + HOUR_NS)
    (machine,) = report.assets
    assert machine.seconds[State.FAULT] == 600
    assert machine.seconds[State.RUNNING] == 3000
    assert machine.seconds.sum() == 3600
    assert (machine.vibration_mm_s, machine.vibration_ns) == (5.5, START_NS + 2400 * NS)
    assert report.energy_kwh == pytest.approx(6.0, abs=0.02)
    assert np.allclose(report.power_kw[1], 6.0)
    assert report.recorded_s == 3600
    rate = next(k for k in report.kpis if k.key == "throughput.Line A")
    assert rate.value == pytest.approx(60)
    recording.close()


def test_time_that_was_not_recorded_is_not_made_up(recording: Recording) -> None:
    report = shift_report(recording, energy_scene(), START_NS - HOUR_NS, START_NS + HOUR_NS)
    assert report.assets[0].seconds[State.UNKNOWN] == 3600
    assert report.energy_kwh == pytest.approx(6.0, abs=0.02)
    assert np.isnan(report.power_kw[1][:59]).all()
    recording.close()


def test_the_page_needs_nothing_else_and_shows_text_as_text(recording: Recording) -> None:
    report = shift_report(recording, energy_scene(), START_NS, START_NS + HOUR_NS)
    text = page(report, [("Moment", b"\x89PNG")])
    assert "<script" not in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "&lt;b&gt;seized" in text
    assert "<b>seized" not in text
    assert text.count("<svg") == 3
    recording.close()


def test_a_corrected_note_says_so_and_a_withdrawn_one_is_struck_out(recording: Recording) -> None:
    key, at = recording.diary.settled_notes()[0].key, START_NS + 1300 * NS
    path = Path(recording.folder.address) / NOTES
    journal.append(path, [change_line(at, "jammed <3", "ann", "M-0", key, False, at + HOUR_NS)])
    text = page(shift_report(recording, energy_scene(), START_NS, START_NS + HOUR_NS))
    assert "jammed &lt;3" in text
    assert "corrected by ann at" in text
    assert "at first: &lt;b&gt;seized" in text
    journal.append(path, [change_line(at, "another <day>", "bob", "M-0", key, True, at + HOUR_NS)])
    text = page(shift_report(recording, energy_scene(), START_NS, START_NS + HOUR_NS))
    assert "<s>jammed &lt;3</s>" in text
    assert "another &lt;day&gt;" in text
    recording.close()


def test_an_empty_stretch_gives_an_empty_report(recording: Recording) -> None:
    report = shift_report(recording, energy_scene(), START_NS - 3 * HOUR_NS, START_NS - 2 * HOUR_NS)
    assert report.recorded_s == 0
    assert report.alarms.raised == 0
    assert page(report)
    recording.close()


def test_own_indicators_and_their_targets_are_in_the_report(recording: Recording, tmp_path: Path) -> None:
    scene = replace(energy_scene(), path=tmp_path)
    since = "2026-11-21T07:20:00Z"
    formula = "gain([M-0.Energy]) / gain([M-0.GoodCount]) + 0 * [M-0.Vibration]"
    book = load(tmp_path).with_version(
        Version(INDICATOR, "each", "eva", since, label="Energy each", formula=formula, unit="kWh", target=0.2)
    )
    book.with_version(Version(TARGET, "energy_per_part", "eva", since, target=0.15))
    report = shift_report(recording, scene, START_NS, START_NS + HOUR_NS)
    each = next(k for k in report.kpis if k.key == "each")
    assert each.value == pytest.approx(6 / 60, rel=0.02)
    assert next(k for k in report.kpis if k.key == "energy_per_part").target == 0.15
    assert "Energy each" in page(report, [])


@pytest.mark.parametrize("hours", [0.01, 0.5, 1.9, 8, 24, 49, 400])
def test_an_axis_of_time_has_round_times_of_the_computers_clock(hours: float) -> None:
    from_ns = START_NS + 1234 * NS
    to_ns = from_ns + int(hours * HOUR_NS)
    found = ticks(from_ns, to_ns)
    assert len(found) <= MOST_TICKS + 1
    assert len(found) >= 2 or hours < 0.1
    for time_ns, text in found:
        assert from_ns <= time_ns <= to_ns
        moment = datetime.fromtimestamp(time_ns / NS)
        assert text in (f"{moment:%H:%M}", f"{moment:%d %b}")
        assert moment.second == 0
    gaps = {b - a for (a, _), (b, _) in itertools.pairwise(found)}
    assert len(gaps) <= 1 or hours > 24  # days of 23 and 25 hours


def test_the_drawings_say_their_times(recording: Recording) -> None:
    report = shift_report(recording, energy_scene(), START_NS, START_NS + HOUR_NS)
    half = datetime.fromtimestamp((START_NS + 1800 * NS) / NS)
    assert all(f">{half:%H:%M}</text>" in svg for svg in drawings(report).values())
    recording.close()


@pytest.mark.parametrize(
    ("key", "value", "missed"),
    [
        ("oee.Line A", 79.9, True),
        ("oee.Line A", 80.1, False),
        ("mttr.Line A", 80.1, True),
        ("mttr.Line A", 79.9, False),
        ("energy_per_part", 80.1, True),
        ("throughput.Line A", 79.9, True),
        ("throughput.Line A", float("nan"), False),
        ("litres", 79.9, False),  # a person's own: nobody said whether less is worse
    ],
)
def test_a_target_is_missed_on_the_side_that_is_worse(key: str, value: float, missed: bool) -> None:
    assert missed_target(Kpi(key, key, value, "", target=80.0)) is missed
    assert not missed_target(Kpi(key, key, value, ""))
