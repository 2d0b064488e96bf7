"""The commands from a recorded plant: cards, plans as JSON, iCalendar and CSV, work orders; and what goes wrong."""

import json
from pathlib import Path

import pytest

from twinviewer.__main__ import main
from twinviewer.history.synth import record_offline
from twinviewer.maintenance.orders.model import Order, OrderState
from twinviewer.maintenance.orders.store import OrderStore
from twinviewer.maintenance.settings import read_settings
from twinviewer.model.errors import DataError
from twinviewer.plant.faults import Fault
from twinviewer.scene.scene import load_scene
from twinviewer.simulation.reading import load_line
from twinviewer.simulation.scenario import load_scenario

SCENE = Path(__file__).resolve().parents[2] / "scenes" / "assembly-hall"
START_NS = 1_760_000_400_000_000_000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day of the hall by minutes; a bearing of CMP-321 begins to wear after eight hours."""
    folder = tmp_path_factory.mktemp("recorded") / "day"
    scene = load_scene(SCENE, geometry=False)
    fault = Fault("CMP-321", "bearing", 8 * 3600.0, 40.0)
    record_offline(scene, folder, 24, 3, [fault], start_ns=START_NS, step_s=60.0)
    return folder


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What a command printed."""
    return capsys.readouterr().out


def test_a_plan_as_json_has_the_agreed_form(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = tmp_path / "orders.sqlite"
    with OrderStore(orders) as store:
        store.add(
            Order("", "CV-101", "Repair the guard", "corrective", OrderState.APPROVED, "loose", START_NS, START_NS,
                  skill="mechanic", duration_h=2.0), "shift", "seen",
        )  # fmt: skip
    command = ["plan", str(SCENE), "--recording", str(recording), "--weeks", "1", "--time-limit", "1", "--json"]
    assert main([*command, "--orders", str(orders)]) == 0
    found = json.loads(said(capsys))
    assert set(found) == {"jobs", "cost", "gap", "compare"}
    assert set(found["compare"]) == {"run_to_failure", "fixed_interval", "plan"}
    assert all(set(j) == {"work_order", "asset", "start", "end", "crew", "reason"} for j in found["jobs"])
    assert any(j["work_order"] == "WO-00001" and j["start"] for j in found["jobs"])
    assert all(j["reason"] for j in found["jobs"])
    assert 0 <= found["gap"] <= 1
    parts = [v for k, v in found["cost"].items() if k.endswith("_eur") and k != "total_eur"]
    assert found["cost"]["total_eur"] == pytest.approx(sum(parts), abs=0.1)
    assert found["compare"]["plan"] == found["cost"]
    assert found["cost"]["total_eur"] <= found["compare"]["fixed_interval"]["total_eur"]
    assert found["compare"]["run_to_failure"]["energy_kwh"] > 0  # the worn compressor draws a little more


def test_a_plan_goes_into_calendars_and_tables(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["plan", str(SCENE), "--recording", str(recording), "--weeks", "1", "--time-limit", "0"]
    played = tmp_path / "plan.toml"
    assert main([*command, "--ics", str(tmp_path / "plan.ics"), "--scenario", str(played)]) == 0
    scenario = load_scenario(played)
    stations = set(load_line(SCENE).station)
    assert all(e.planned and e.station in stations for e in scenario.events)
    assert main([*command, "--csv", str(tmp_path / "plan.csv")]) == 0
    assert "BEGIN:VEVENT" in (tmp_path / "plan.ics").read_text("utf-8")
    assert (tmp_path / "plan.csv").read_text("utf-8").startswith("work_order,asset")
    said(capsys)


def test_the_wearing_compressor_is_told_from_the_sound_one(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["prognose", str(SCENE), "--recording", str(recording), "--json"]
    assert main([*command, "--asset", "CMP-321", "--asset", "CMP-322"]) == 0
    worn, sound = json.loads(said(capsys))["assets"]
    assert worn["tier"] == "degradation"
    assert {"Vibration", "Outer race BPFO"} <= {m["label"] for m in worn["moved"]}
    assert worn["bearing"]["part"] == "outer race"
    assert worn["bearing"]["clear"]
    assert sound["bearing"]["part"] == ""
    assert worn["causes"][0]["component"] == "bearing: outer race"
    spoke = {d["detector"]: d for d in worn["detections"] if d["label"] == "Acceleration RMS"}
    assert (spoke["EWMA and CUSUM"]["figures"]["useful"], spoke["EWMA and CUSUM"]["figures"]["failed"]) == (7, 8)
    assert worn["causes"][0]["label"] == "Rolling bearing wear"
    assert worn["low_days"] < worn["rul_days"] < worn["high_days"]
    assert sound["tier"] == "age"
    assert sound["rul_days"] is None


def test_what_is_asked_wrongly_is_said(recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prognose", str(SCENE), "--recording", str(recording), "--asset", "CMP-999"]) != 0
    assert "CMP-999" in capsys.readouterr().err
    assert main(["plan", str(SCENE), "--recording", str(tmp_path)]) != 0
    assert "not a recording" in capsys.readouterr().err
    assert main(["prognose", str(SCENE)]) != 0
    assert "--recording" in capsys.readouterr().err


def test_work_orders_are_moved_on_and_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "orders.sqlite")
    with OrderStore(Path(path)) as store:
        store.add(Order("", "A", "Job", "inspection", OrderState.PROPOSED, "due", 1, 1), "a", "b")
    assert main(["workorders", path, "become", "WO-00001", "approved", "--why", "needed", "--by", "chief"]) == 0
    assert main(["workorders", path, "record"]) == 0
    assert "proposed -> approved (needed)" in said(capsys)
    assert main(["workorders", path, "become", "WO-00001", "done", "--why", "x"]) != 0
    assert main(["workorders", path, "export", str(tmp_path / "out.csv")]) == 0
    other = str(tmp_path / "other.sqlite")
    assert main(["workorders", other, "import", str(tmp_path / "out.csv")]) == 0
    assert main(["workorders", other, "import", str(tmp_path / "out.csv")]) == 0
    assert "0 work orders added, 1 known already" in said(capsys)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--weeks", "x"], "must be a whole number from 1 to 26, and is 'x'"),
        (["--weeks", "27"], "from 1 to 26"),
        (["--time-limit", "nan"], "must be seconds from 0 to 86400, and is 'nan'"),
        (["--time-limit", "soon"], "and is 'soon'"),
        (["--orders", "none.sqlite"], "the file of work orders does not exist"),
        (["--ics", "none/plan.ics"], "no file can be written there"),
        (["--scenario", "."], "no file can be written there"),
    ],
)
def test_a_slip_is_said_before_anything_is_worked_out(
    capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        raise SystemExit(main(["plan", str(SCENE), "--recording", "none", *options]))
    assert stop.value.code not in (0, None)
    assert said in capsys.readouterr().err


def test_a_refused_import_begins_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.csv").write_text("number,asset_id,title,start\nA,B,C,yesterday\n")
    assert main(["workorders", str(tmp_path / "orders.sqlite"), "import", str(tmp_path / "in.csv")]) != 0
    assert '"yesterday" is no moment' in capsys.readouterr().err
    assert not (tmp_path / "orders.sqlite").exists()


@pytest.mark.parametrize("what", ["list", "record", "indicators"])
def test_a_mistyped_file_of_work_orders_is_said_and_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    path = tmp_path / "none" / "orders.sqlite"
    assert main(["workorders", str(path), what]) != 0
    assert "does not exist" in capsys.readouterr().err
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("format = 1\ncolour = 3", "colour"),
        ('format = 1\nzone = "Mars/Olympus"', "no time zone"),
        (
            'format = 1\n[[type.pump.work]]\ntitle = "x"\nskill = "wizard"\nduration_h = 1',
            'no crew has the skill "wizard"',
        ),
        ('format = 1\n[[stop]]\ngroup = "X"\nday = "Mon"\nhours = [0, 4]', "not listed"),
        ("format = ", "not valid TOML"),
    ],
)
def test_wrong_settings_are_said(tmp_path: Path, text: str, part: str) -> None:
    (tmp_path / "maintenance.toml").write_text(text)
    with pytest.raises(DataError, match=part):
        read_settings(tmp_path)


def test_the_shipped_settings_are_right() -> None:
    assert len(read_settings(SCENE).types) > 8


def test_a_log_as_csv_gives_ages_and_a_missing_one_is_said(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = load_scene(SCENE, geometry=False)
    kind = scene.asset("CMP-322").type
    title = read_settings(SCENE).of_type(kind).component[0].renewed_by
    rows = ["number,asset_id,title,kind,state,begun,ended"]
    for k, month in enumerate((1, 4, 6, 9)):
        when = f"2025-{month:02}-01T08:00:00+00:00"
        rows.append(f"W{k},CMP-322,{title},corrective,done,{when},{when}")
    log = tmp_path / "log.csv"
    log.write_text("\n".join(rows), "utf-8")
    command = ["prognose", str(SCENE), "--recording", str(recording), "--asset", "CMP-322", "--json"]
    assert main([*command, "--orders", str(log)]) == 0
    (card,) = json.loads(said(capsys))["assets"]
    assert any("failed" in note and "censored" in note for note in card["notes"])
    assert card["risks"][1]["low"] < card["risks"][1]["probability"] < card["risks"][1]["high"]
    assert card["rul_days"] is None
    assert main([*command, "--orders", str(tmp_path / "none.csv")]) != 0
    assert "does not exist" in capsys.readouterr().err
