"""What panels say of ages."""

import dataclasses

import numpy as np

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, snapshot
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.panels._text import silent_s
from twinviewer.states.evaluator import Evaluator


def test_what_was_good_until_the_link_went_is_silent_since_then() -> None:
    scene = make_scene(3)
    tags, assets = Evaluator(scene).evaluate(snapshot(scene), NOW_NS, CONNECTED)
    quality = np.array([Quality.STALE, Quality.BAD, Quality.STALE], np.uint8)
    assets = dataclasses.replace(assets, quality=quality, age_s=np.array([129.0, 129.0, np.inf]))
    frame = Frame(NOW_NS, "live", CONNECTED, tags, assets)
    assert silent_s(frame).tolist() == [129, 129, np.inf], "stale by its own limit"
    lost = dataclasses.replace(frame, connection=Connection(Link.LOST, since_ns=NOW_NS - 72 * SECOND_NS))
    assert silent_s(lost).tolist() == [72, 129, np.inf], "what had failed before, and what never came, stay"
