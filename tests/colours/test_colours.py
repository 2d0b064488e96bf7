"""No mode draws a doubtful value as a certain one."""

import dataclasses

import numpy as np
import pytest

from tests.factory import CONNECTED, NOW_NS, make_scene, snapshot
from twinviewer import colours
from twinviewer.colours import energy
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import Frame, TagSnapshot
from twinviewer.model.palette import STATE, SURFACE, THEMES, ZONE, rgb
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, STATUS_UNCERTAIN_LAST_USABLE, Quality
from twinviewer.model.state import State, Zone
from twinviewer.scene.scene import Scene
from twinviewer.states.evaluator import Evaluator


def frame_of(scene: Scene, shot: TagSnapshot, connection: Connection = CONNECTED) -> Frame:
    tags, assets = Evaluator(scene).evaluate(shot, NOW_NS, connection)
    return Frame(NOW_NS, "live", connection, tags, assets)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mode", colours.modes())
@pytest.mark.parametrize("trouble", ["lost", "bad", "never"])
def test_stale_bad_and_unknown_are_ghosts_in_every_mode(mode: str, theme: str, trouble: str) -> None:
    scene = make_scene(3)
    shot, connection = snapshot(scene, Vibration=9.0), CONNECTED
    if trouble == "lost":
        connection = Connection(Link.LOST)
    elif trouble == "bad":
        shot.status[:] = STATUS_BAD_SENSOR_FAILURE
    else:
        shot.received_ns[:] = 0
    rgba = colours.table(mode, frame_of(scene, shot, connection), scene, theme)
    assert (rgba == (*rgb(STATE[theme][State.UNKNOWN]), colours.GHOST)).all()


@pytest.mark.parametrize("mode", colours.modes())
def test_uncertain_values_are_paler(mode: str) -> None:
    scene = make_scene(1)
    shot = snapshot(scene)
    shot.status[:] = STATUS_UNCERTAIN_LAST_USABLE
    assert colours.table(mode, frame_of(scene, shot), scene, "dark")[0, 3] == colours.UNCERTAIN


@pytest.mark.parametrize("theme", THEMES)
def test_good_values_have_the_colour_of_their_token(theme: str) -> None:
    scene = make_scene(1)
    frame = frame_of(scene, snapshot(scene, State=6, Vibration=5.0))
    assert tuple(colours.table("status", frame, scene, theme)[0]) == (*rgb(STATE[theme][State.FAULT]), 255)
    assert tuple(colours.table("vibration", frame, scene, theme)[0]) == (*rgb(ZONE[theme][Zone.D]), 255)


def test_more_power_is_further_along_the_scale() -> None:
    scene = make_scene(1)
    shades = [
        colours.table("energy", frame_of(scene, snapshot(scene, Power=p)), scene, "dark")[0, :3].astype(int).sum()
        for p in (0.1, 1, 3, 9)
    ]
    assert shades == sorted(shades)
    assert len(set(shades)) == 4


def test_equal_ratios_of_power_are_equal_steps_of_the_scale_and_its_ticks_say_so() -> None:
    scene = make_scene(1)  # its meter reaches 12 kW
    place = energy.share(np.array([0.1, 0.5, np.sqrt(0.5 * 12), 12.0, 50.0]), scene)
    assert place == pytest.approx([0, 0, 0.5, 1, 1])
    ticks = colours.legend("energy", frame_of(scene, snapshot(scene)), scene, "dark").ticks
    assert [text for _, text in ticks] == ["0.5", "5", "12"]
    assert [at for at, _ in ticks] == pytest.approx(list(energy.share(np.array([0.5, 5.0, 12.0]), scene)))


@pytest.mark.parametrize("mode", colours.modes())
def test_a_legend_counts_every_asset_once(mode: str) -> None:
    scene = make_scene(5)
    shot = snapshot(scene)
    shot.value[0] = 6
    shot.status[5:10] = STATUS_BAD_SENSOR_FAILURE
    legend = colours.legend(mode, frame_of(scene, shot), scene, "light")
    assert sum(e.count for e in legend.entries) == 5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mode", colours.modes())
def test_a_legend_counts_the_machines_that_wear_each_of_its_colours(mode: str, theme: str) -> None:
    """Also those that say no state, have no limits or a meter in another unit: solid, and neither good nor without
    data."""
    scene = make_scene(5)
    frame = frame_of(scene, snapshot(scene))
    arrays = {f: getattr(frame.assets, f).copy() for f in ("state", "zone", "power_kw", "quality")}
    arrays["state"][0], arrays["zone"][0], arrays["power_kw"][0] = State.UNKNOWN, Zone.NONE, np.nan
    arrays["vibration_quality"] = arrays["power_quality"] = arrays["quality"]
    arrays["quality"][1] = Quality.BAD
    frame = dataclasses.replace(frame, assets=dataclasses.replace(frame.assets, **arrays))
    table = colours.table(mode, frame, scene, theme)
    entries = colours.legend(mode, frame, scene, theme).entries
    for entry in (e for e in entries if e.colour and e.count):
        assert (table[:, :3] == rgb(entry.colour)).all(1).sum() == entry.count, entry.label
    assert sum(e.count for e in entries) == 5
    assert sum(e.count for e in entries if e.label in ("No data", "no usable value")) == 1


def test_modes_have_distinct_keys_and_names() -> None:
    modules = colours.modes().values()
    scene = make_scene(1)
    assert [m.KEY for m in modules] == ["1", "2", "3"]
    assert len({m.NAME for m in modules}) == len(modules)
    assert isinstance(next(iter(modules)).quality(frame_of(scene, snapshot(scene)).assets, scene), np.ndarray)


@pytest.mark.parametrize("mode", ["vibration", "energy"])
def test_a_machine_without_the_sensor_is_solid_and_counted_but_never_coloured(mode: str) -> None:
    scene = make_scene(1, ("State",))
    rgba = colours.table(mode, frame_of(scene, snapshot(scene)), scene, "dark")[0]
    assert tuple(rgba) == (*rgb(SURFACE["dark"]["unmeasured"]), 255)
