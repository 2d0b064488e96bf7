"""Evidence cards in the maintenance panel: of a made-up card, and of a live plant that is recorded."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.panels import fake
from tests.panels.maint import NAN, START, card_of, pixels, settled
from twinviewer.maintenance.results import (
    Readiness,
)
from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.widgets import Canvas
from twinviewer.panels._maint_card import CardPage
from twinviewer.panels._maint_edit import HOUR_NS
from twinviewer.panels._maint_quality_paint import apart_said
from twinviewer.panels._maint_scales import readiness_lines
from twinviewer.scene.scene import Scene


def test_evidence_says_what_is_missing_or_shows_the_card(opened: Callable[..., Any], hall: Scene, qtbot: QtBot) -> None:
    b = opened(hall)
    page = b.panel.card_page
    b.session.select("CMP-321")
    assert "recording" in page.hint.text()
    assert page.hint.isVisible()
    assert not page.ask.isVisible()
    b.panel.evidence._take((card_of("PMP-311", tier="age", rul_days=NAN), card_of("CMP-321")))
    settled(qtbot, b)
    qtbot.wait(20)
    assert [c.asset_id for c in page.risks.model.rows] == ["CMP-321", "PMP-311"]
    assert page.title.text().startswith("CMP-321")
    assert page.accept.isVisible()
    texts = "\n".join(w.text() for w in page.findChildren(QLabel) if w.isVisible())
    for words in (
        "6.0 d",
        "4.0–9.0 d",
        "91 × its usual scatter",
        "Vibration, own baseline: since",
        "with 30 % of the life left; 0.66 false alarms per 1,000 records",
        "Rolling",
        "for: envelope",
        "Replace",
        "set, bearing",
        "changed by +1.90 mm/s",
        "+3.2 kW (+2.9 to +3.5) more than at the same load before: 3,700 EUR",
    ):
        assert words in texts, words
    b.session.select("CV-101")
    assert page.card is None
    assert not page.answers.isVisible()


@pytest.mark.parametrize(
    ("values", "step", "said"),
    [
        ((1.373, 1.333), 0.04, ["1.37", "1.33"]),
        ((0.0925, 0.0875), 0.005, ["0.092", "0.087"]),
        ((1240.0,), 90.0, ["1,240"]),
    ],
)
def test_figures_beside_an_axis_can_be_told_apart(values: tuple[float, ...], step: float, said: list[str]) -> None:
    assert [apart_said(value, step) for value in values] == said


def test_last_predictions_are_judged_in_the_picture(qtbot: QtBot, both_themes: str) -> None:
    card = card_of("CMP-321")
    page = CardPage()
    qtbot.addWidget(page)
    page.resize(420, 1800)
    page.show_card(card)
    page.show()
    qtbot.waitExposed(page)
    qtbot.wait(30)
    chart = next(c for c in page.findChildren(Canvas) if c.accessibleName().startswith("Last six"))
    assert chart.accessibleDescription().startswith("2 of 2")
    red = QColor(STATE[both_themes][State.FAULT])
    shown = pixels(chart).astype(int)
    hits = (np.abs(shown - (red.red(), red.green(), red.blue())).max(axis=2) < 12).any(axis=1)
    assert 10 <= hits.sum() <= 2 * 20 + 4  # beside the two predictions whose outcome is known
    for name in ("Health", "Risk of failure", "Expected cost", "Data readiness"):
        canvas = next(c for c in page.findChildren(Canvas) if c.accessibleName().startswith(name))
        assert len(np.unique(pixels(canvas).reshape(-1, 3), axis=0)) > 5, name


class Recorded(fake.FakeSource):
    """A live plant whose collector records."""

    def __init__(self) -> None:
        super().__init__()
        self.link = SimpleNamespace(recording=None)


def test_a_live_plant_with_a_recorder_has_evidence(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, tmp_path: Path
) -> None:
    from twinviewer.history.synth import record_offline
    from twinviewer.plant.faults import Fault
    from twinviewer.plant.spec import PlantSettings

    worn = Fault("CMP-321", "bearing", 4500.0, 3.0)
    settings = PlantSettings(mtbf_h=5000.0, shift_h=())
    record_offline(hall, tmp_path / "rec", 3.0, 3, [worn], start_ns=START, step_s=60.0, settings=settings)
    b = opened(hall)
    b.panel.desk.clock = lambda: START + 3 * HOUR_NS
    source = Recorded()
    b.session.set_source(source)
    page = b.panel.card_page
    assert "needs a past" in page.hint.text()
    source.link.recording = tmp_path / "rec"
    b.session._find_archive()  # as each tick does
    b.panel.on_frame(SimpleNamespace(now_ns=START, assets=fake.make_states(hall)))
    settled(qtbot, b)
    assert not page.hint.isVisible() or "needs a past" not in page.hint.text()
    assert page.risks.table.height() > 30 * 24  # the whole page, as no card stands below
    assert page.risks.model.rows[0].asset_id == "CMP-321"
    at = page.risks.table.visualRect(page.risks.model.index(0, 0)).center()
    qtbot.mouseClick(page.risks.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert b.session.selection == "CMP-321"
    assert page.card is not None
    assert page.card.tier == "degradation"
    b.panel.show_page("quality")
    settled(qtbot, b)
    view = b.panel.quality_page.view
    assert view is not None
    assert "Vibration" in {c.label for c in view.charts}
    assert b.panel.quality_page.chart.isVisible()
    assert "CO₂" in b.panel.quality_page.energy.text() or "no sign of wear" in b.panel.quality_page.energy.text()


def test_too_few_samples_have_no_interval() -> None:
    said = {name: text for name, text, _ in readiness_lines(Readiness(False, (), 0.01, 0, 0, 0, float("inf")))}
    assert said["Sampling"] == "not known"
