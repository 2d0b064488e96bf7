"""Quality and energy from recorded minutes: charts while running, scrap with its parameter, drift per part."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.history.synth import record_offline
from twinviewer.maintenance.afterwards import _compared, expected_mtbf_h, weekly_work_h
from twinviewer.maintenance.prognosis.signals import is_running
from twinviewer.maintenance.quality.recorded import seen
from twinviewer.maintenance.recorded import MINUTE_NS, Minutes, opened
from twinviewer.maintenance.recorded import minutes_of as minutes_of_recording
from twinviewer.maintenance.settings import MaintenanceSettings, read_settings
from twinviewer.model.state import State
from twinviewer.plant.spec import PlantSettings
from twinviewer.scene.scene import EnergySettings, Scene, load_scene

HALL = Path("scenes/assembly-hall")
N = 6000


@pytest.fixture(scope="module")
def hall() -> Scene:
    return replace(load_scene(HALL, geometry=False), energy=EnergySettings(0.4, "test", 0.2))


def minutes_of(hall: Scene, worn: bool = False, hot: bool = False) -> Minutes:
    """A machine that runs two thirds of the time and makes four parts a minute."""
    random = np.random.default_rng(3)
    asset = hall.asset("CNC-102")
    on = np.arange(N) % 90 < 60
    load = 60 + 10 * random.standard_normal(N)
    temperature = 50 + random.standard_normal(N)
    if hot:
        temperature[N // 2 :] += 6
    power = 5 + 0.1 * load + 0.05 * random.standard_normal(N)
    if worn:
        power[N // 2 :] += 1.0
    scrap = on & (random.random(N) < np.where(temperature > 51, 0.5, 0.02))
    value = {
        "State": np.where(on, 1.0, 2.0),
        "Power": np.where(on, power, 1.0),
        "Load": np.where(on, load, 0.0),
        "Temperature": temperature,
        "GoodCount": np.cumsum(np.where(on, 4.0, 0.0)),
        "ScrapCount": np.cumsum(scrap.astype(float)),
    }
    tags = {hall.tags[row].key: hall.tags[row] for row in asset.tags}
    role = {key: tags[key].role for key in value}
    time = 1_760_000_000_000_000_000 + np.arange(N) * MINUTE_NS
    return Minutes(asset, time, value, role, dict.fromkeys(value, 0.0), 60.0)


def test_what_makes_scrap_comes_first_and_is_certain(hall: Scene) -> None:
    view = seen(minutes_of(hall), hall.asset("CNC-102"), hall)
    assert view.association is not None
    first = view.association.effects[0]
    assert first.parameter.startswith("Temperature")
    assert first.low > 0.05
    assert view.association.precision > 1.3 * view.association.chance
    assert "cause" in view.association.warning


def test_charts_learn_from_the_first_third_and_mark_a_shift(hall: Scene) -> None:
    calm = {c.label: c for c in seen(minutes_of(hall), hall.asset("CNC-102"), hall).charts}
    shifted = {c.label: c for c in seen(minutes_of(hall, hot=True), hall.asset("CNC-102"), hall).charts}
    assert (calm["Temperature"].broken > 0).mean() < 0.1
    late = shifted["Temperature"].time_ns > shifted["Temperature"].time_ns[0] + N * MINUTE_NS * 0.55
    assert (shifted["Temperature"].broken[late] > 0).all()
    assert shifted["Temperature"].lower < shifted["Temperature"].centre < shifted["Temperature"].upper


def test_energy_drifts_by_what_was_added_and_is_told_per_part(hall: Scene) -> None:
    steady = seen(minutes_of(hall), hall.asset("CNC-102"), hall)
    worn = seen(minutes_of(hall, worn=True), hall.asset("CNC-102"), hall)
    assert steady.energy is not None
    assert not steady.energy.significant
    assert worn.energy is not None
    assert worn.energy.significant
    assert worn.energy.excess_kw == pytest.approx(1.0, abs=0.1)
    hours = 8760 * 2 / 3
    assert worn.energy.eur_a_year == pytest.approx(worn.energy.excess_kw * hours * 0.2, rel=0.01)
    assert worn.per_part
    usual = 11 / 60 / 4  # kWh per part at 11 kW and four parts a minute
    assert np.nanmedian(steady.use) == pytest.approx(usual, rel=0.05)
    assert np.nanmedian((worn.use - worn.use_expected)[-20:]) == pytest.approx(1 / 60 / 4, rel=0.2)


def test_an_asset_without_counters_says_why_nothing_is_told(hall: Scene) -> None:
    whole = minutes_of(hall)
    kept = {k: v for k, v in whole.value.items() if k in ("State", "Temperature")}
    view = seen(replace(whole, value=kept, role={k: whole.role[k] for k in kept}), hall.asset("CNC-102"), hall)
    assert "no scrap" in view.association_note
    assert "no power meter" in view.energy_note
    nothing = replace(whole, time_ns=whole.time_ns[:0], value={k: v[:0] for k, v in whole.value.items()})
    view = seen(nothing, hall.asset("CNC-102"), hall)
    assert view.chart_note
    assert view.energy_note


@pytest.mark.parametrize(("after", "word"), [(1.0, "helped"), (4.0, "No change"), (6.0, "worse")])
def test_help_is_told_from_a_day_before_and_after(hall: Scene, after: float, word: str) -> None:
    begun, ended = 3000, 3120
    vibration = np.full(N, 4.0)
    vibration[ended:] = after
    asset = hall.asset("CMP-321")
    tags = {hall.tags[row].key: hall.tags[row] for row in asset.tags}
    state = np.full(N, 1.0)
    state[begun:ended] = 7.0
    time = 1_760_000_000_000_000_000 + np.arange(N) * MINUTE_NS
    minutes = Minutes(
        asset, time, {"State": state, "Vibration": vibration}, {"State": "state", "Vibration": "vibration"}, {}
    )
    said = _compared(minutes, tags, int(time[begun]), int(time[ended]))
    assert word in said
    assert f"{after:.3g} mm/s" in said
    early = replace(minutes, time_ns=time[: ended + 5], value={k: v[: ended + 5] for k, v in minutes.value.items()})
    assert "early" in _compared(early, tags, int(time[begun]), int(time[ended]))


def test_expectations_come_from_the_settings(hall: Scene) -> None:
    settings = read_settings(HALL)
    hours = sum(len(s.days) * (s.hours[1] - s.hours[0]) * s.people for crew in settings.crews for s in crew.shifts)
    assert weekly_work_h(settings) == hours
    parts = [{"name": n, "life_h": h, "renewed_by": "x"} for n, h in (("bearing", 1000), ("belt", 500))]
    made = MaintenanceSettings.model_validate({"type": {"machine": {"component": parts}}})
    assert expected_mtbf_h(hall, made) == pytest.approx(1 / (1 / 1000 + 1 / 500))
    assert np.isnan(expected_mtbf_h(hall, MaintenanceSettings()))


def test_a_machine_that_told_its_state_long_ago_still_runs(tmp_path: Path) -> None:
    scene = load_scene(HALL, geometry=False)
    start = 1_760_000_000_000_000_000
    quiet = PlantSettings(mtbf_h=5000.0, shift_h=())
    record_offline(scene, tmp_path / "rec", 6.0, 3, [], start_ns=start, step_s=120.0, settings=quiet)
    recording = opened(tmp_path / "rec", scene)
    asset = scene.asset("CMP-321")
    tags = {scene.tags[row].key: scene.tags[row] for row in asset.tags}
    late = minutes_of_recording(recording, scene, [asset], days=3 / 24)[0]  # it ran all the time, and said so once
    recording.close()
    assert is_running(late, tags).mean() > 0.95


def test_vibration_and_power_are_read_in_the_units_of_their_limits(tmp_path: Path) -> None:
    scene = make_scene(1)
    rows = {role: next(t.index for t in scene.tags if t.role == role) for role in ("vibration", "power")}
    clock = Clock(START_NS)
    recorder = Recorder(tmp_path, scene, clock=clock, threads=False)
    for s in range(60):
        clock.now_ns = START_NS + s * NS
        recorder.tap(batch(clock.now_ns, list(rows.values()), [0.0028, 5_000.0]))
        recorder.flush()
    recorder.close()
    in_si = {rows["vibration"]: "m/s", rows["power"]: "W"}
    foreign = replace(scene, tags=tuple(replace(t, unit=in_si.get(t.index, t.unit)) for t in scene.tags))
    recording = Recording.open(tmp_path, foreign)
    minutes = minutes_of_recording(recording, foreign, foreign.assets)[0]
    recording.close()
    read = {role: minutes.of_role(role) for role in rows}
    assert np.nanmax(read["vibration"]) == pytest.approx(2.8)
    assert np.nanmax(read["power"]) == pytest.approx(5.0)


def test_a_state_that_is_text_says_when_a_machine_runs(tmp_path: Path) -> None:
    plain = make_scene(1)
    row = plain.tag("M-0.State").index
    words = {"Cutting": State.RUNNING, "Waiting": State.IDLE}
    text = replace(plain.tags[row], is_text=True, states=words)
    scene = replace(plain, tags=tuple(text if t.index == row else t for t in plain.tags))
    clock = Clock(START_NS)
    recorder = Recorder(tmp_path, scene, clock=clock, threads=False, unbroken=True)
    for second, word in ((0, "Cutting"), (3600, "Waiting"), (10_800, "Waiting")):
        clock.now_ns = START_NS + second * NS
        recorder.tap(batch(clock.now_ns, [row], [np.nan], text={row: word}))
        recorder.flush()
    recorder.close()
    recording = Recording.open(tmp_path, scene)
    minutes = minutes_of_recording(recording, scene, scene.assets)[0]
    recording.close()
    assert is_running(minutes, {t.key: t for t in scene.tags}).mean() == pytest.approx(1 / 3, abs=0.02)


def test_surroundings_are_those_of_the_nearest_place_that_tells_them(tmp_path: Path) -> None:
    plain = make_scene(3)
    temperatures = [plain.tag(f"M-{k}.CycleTime").index for k in (1, 2)]
    tags = tuple(replace(t, role="ambient") if t.index in temperatures else t for t in plain.tags)
    yard = replace(plain.assets[1], path=("Hall", "Yard"))
    scene = replace(plain, tags=tags, assets=(plain.assets[0], yard, plain.assets[2]))
    clock = Clock(START_NS)
    recorder = Recorder(tmp_path, scene, clock=clock, threads=False)
    for second in range(3):
        clock.now_ns = START_NS + second * NS
        recorder.tap(batch(clock.now_ns, temperatures, [-5.0, 21.0]))
        recorder.flush()
    recorder.close()
    recording = Recording.open(tmp_path, scene)
    read = [minutes.of_role("ambient") for minutes in minutes_of_recording(recording, scene, scene.assets)]
    recording.close()
    assert [None if x is None else np.nanmax(x) for x in read] == [21.0, -5.0, 21.0]


def test_between_two_samples_holds_the_last_and_not_the_mean_of_a_minute(tmp_path: Path) -> None:
    scene = make_scene(1)
    state, power = (next(t.index for t in scene.tags if t.role == role) for role in ("state", "power"))
    clock = Clock(START_NS)
    recorder = Recorder(tmp_path, scene, clock=clock, threads=False, unbroken=True)
    for second, run, kw in ((0, 1, 10.0), (3630, 4, 2.0), (5430, 1, 20.0), (10_000, 1, 20.0)):
        clock.now_ns = START_NS + second * NS
        recorder.tap(batch(clock.now_ns, [state, power], [run, kw]))
        recorder.flush()
    recorder.close()
    recording = Recording.open(tmp_path, scene)
    minutes = minutes_of_recording(recording, scene, scene.assets)[0]
    recording.close()
    on = is_running(minutes, {t.key: t for t in scene.tags})
    at = (minutes.time_ns - START_NS) // (60 * NS)
    assert on[(at < 60) | (at >= 90)].all()
    assert not on[(at >= 60) & (at < 90)].any()
    kw = minutes.of_role("power")
    assert (kw[at == 60], kw[at == 61], kw[at == 90], kw[at == 91]) == (pytest.approx(6), 2, pytest.approx(11), 20)
