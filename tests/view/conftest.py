"""Stages that give back what they took."""

import gc
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from twinviewer.view.stage import Stage
from twinviewer.view.window import pixels


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage of 400 by 300 pixels that no screen shows."""
    stage = Stage()
    stage.window.SetSize(400, 300)
    yield stage
    stage.close()
    del stage
    gc.collect()


@pytest.fixture
def picture(stage: Stage) -> Callable[[], np.ndarray]:
    """What the stage shows now, RGB (300, 400, 3)."""

    def draw() -> np.ndarray:
        stage.render()
        return pixels(stage.window)

    return draw
