"""From a bare export to live states on a server that nobody here wrote: bind, check and state, as typed."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.feeds import servers
from tests.feeds.servers import ServerProcess, node_server, unused_port
from tests.scene.glb import Glb
from twinviewer.__main__ import main

TOML = """
format = 1
name = "Two machines"
[[model]]
file = "hall.glb"
[type.machine]
rated_power_kw = 10
vibration = { group = "2", foundation = "rigid" }
[type.machine.tags.State]
role = "state"
[type.machine.tags.Vibration]
role = "vibration"
unit = "m/s"
limits = { high = 0.005, high_high = 0.009 }
[type.machine.tags.Power]
role = "power"
unit = "kW"
[[asset]]
nodes = "Hall/{asset}"
type = "machine"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    try:
        modules = servers.node_modules()
    except servers.Unavailable as error:
        pytest.skip(str(error))
    with node_server(modules, unused_port()) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    glb = Glb()
    mesh = glb.mesh()
    hall = glb.node("Hall")
    for k in range(2):
        glb.node(f"M-{k}", hall, mesh=mesh, translation=[3.0 * k, 0, 0])
    glb.save(tmp_path / "hall.glb")
    (tmp_path / "scene.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(list(words))
    return code, capsys.readouterr().out


def test_an_unbound_scene_is_bound_checked_and_shown(
    capsys: pytest.CaptureFixture[str], folder: Path, server: ServerProcess
) -> None:
    feed = ("--feed", server.url, "--security", "none")
    code, text = run(capsys, "check", str(folder), "--json")
    assert (code, json.loads(text)["bound"]) == (1, 0)
    table = folder / "bindings.csv"
    code, _ = run(capsys, "bind", str(folder), *feed, "-o", str(table))
    assert code == 0
    rows = {(r["asset"], r["tag"]): r for r in csv.DictReader(table.read_text(encoding="utf-8").splitlines())}
    assert len(rows) == 6
    assert all(0 < float(r["confidence"]) <= 1 and r["why"] for r in rows.values())
    assert rows["M-1", "State"]["accept"] == rows["M-1", "Power"]["accept"] == "yes"
    vibration = rows["M-1", "Vibration"]
    assert (vibration["accept"], vibration["unit"]) == ("no", "mm/s")  # another unit: a person decides
    table.write_text(table.read_text(encoding="utf-8").replace(",no,", ",yes,"), encoding="utf-8")
    code, text = run(capsys, "check", str(folder), *feed, "--json")
    assert (code, json.loads(text)["findings"]) == (0, [])
    server.command("set M-1.Vibration 6")
    server.command("set M-1.Power 7.5")
    server.command("set M-1.State 6")
    server.command("status M-0.State BadSensorFailure")
    code, text = run(capsys, "state", str(folder), *feed, "--for", "3", "--json")
    assert code == 0
    told: dict[str, Any] = json.loads(text)
    assert {"state", "samples", "lost", "reconnects"} <= set(told["connection"])
    assert told["connection"]["state"] == "connected"
    keys = {"state", "quality", "age_s", "vibration_mm_s", "zone", "power_kw", "severity"}
    assert all(set(asset) == keys for asset in told["assets"].values())
    one, other = told["assets"]["M-0"], told["assets"]["M-1"]
    assert (one["state"], one["quality"]) == ("unknown", "bad")
    assert (other["state"], other["quality"], other["zone"]) == ("fault", "good", "D")
    assert other["vibration_mm_s"] == pytest.approx(6)
    assert other["power_kw"] == pytest.approx(7.5)
    assert other["severity"] == 1
