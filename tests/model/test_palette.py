"""States, zones and alarms can be told apart, also with colour vision deficiencies."""

import numpy as np
import pytest

from tests.model.cam02 import VISION, least_difference, linear, ucs
from twinviewer.model import palette
from twinviewer.model.palette import ALARM, ENERGY, STATE, SURFACE, THEMES, ZONE
from twinviewer.model.state import State, Zone

# least CAM02-UCS difference measured when the tokens were chosen, rounded down: a change must not fall below it
STATUS = {"normal": 18.0, "deutan": 16.5, "protan": 15.0, "tritan": 15.5}
VIBRATION = {"normal": 21.0, "deutan": 21.0, "protan": 20.0, "tritan": 21.0}
ALARMS = {"normal": 18.5, "deutan": 10.0, "protan": 15.0, "tritan": 17.5}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_codes_stay_apart(theme: str, vision: str) -> None:
    # blocked and starved share a colour on purpose (their symbols differ), and so do offline and unknown
    status = [c for s, c in STATE[theme].items() if s not in (State.STARVED, State.UNKNOWN)]
    zones = [c for z, c in ZONE[theme].items() if z is not Zone.NONE]
    assert least_difference(status, vision) >= STATUS[vision]
    assert least_difference(zones, vision) >= VIBRATION[vision]
    assert least_difference(list(ALARM[theme].values()), vision) >= ALARMS[vision]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_what_is_not_measured_looks_like_no_zone_no_power_and_not_like_no_data(theme: str, vision: str) -> None:
    others = [*(c for z, c in ZONE[theme].items() if z is not Zone.NONE), STATE[theme][State.UNKNOWN], *ENERGY[theme]]
    mine = SURFACE[theme]["unmeasured"]
    assert min(least_difference([mine, other], vision) for other in others) >= 10.5


def test_reference_values_of_the_colour_model() -> None:
    assert ucs("#FFFFFF") == pytest.approx([100, 0, 0], abs=2.5)
    assert ucs("#000000")[0] == pytest.approx(0, abs=1e-6)


def contrast(a: str, b: str) -> float:
    y = sorted(float(np.dot([0.2126, 0.7152, 0.0722], linear(t))) for t in (a, b))
    return (y[1] + 0.05) / (y[0] + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_is_readable_on_every_surface(theme: str) -> None:
    tokens = SURFACE[theme]
    for surface in ("window", "panel", "raised", "field", "hover"):
        assert contrast(tokens["text"], tokens[surface]) >= 7
        assert contrast(tokens["text2"], tokens[surface]) >= 4.5
    assert contrast(tokens["accent"], tokens["panel"]) >= 4.5
    assert contrast(tokens["on_accent"], tokens["accent"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_ink_is_readable_on_every_code(theme: str) -> None:
    for token in [*STATE[theme].values(), *ZONE[theme].values(), *ALARM[theme].values()]:
        assert contrast(palette.ink_on(token), token) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_energy_scale_is_even_in_lightness(theme: str) -> None:
    lightness = np.array([ucs(t)[0] for t in ENERGY[theme]])
    steps = np.abs(np.diff(lightness))
    assert (np.sign(np.diff(lightness)) == np.sign(lightness[-1] - lightness[0])).all()
    assert steps.max() < 2.0 * steps.min()
