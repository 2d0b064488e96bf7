"""Figures fitted to a recording: a person accepts or rejects each, and what is accepted is written into the model."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from tests.panels.whatif_bench import LINE, WAIT_MS, opened
from twinviewer.panels._whatif_calibration import Calibration
from twinviewer.panels._whatif_fits import fitted, readable
from twinviewer.simulation.fitting import Fit
from twinviewer.simulation.line import parse_line

TIME = 'station."saw".time'
MTBF, MTTR = 'station."saw".failure.mtbf', 'station."saw".failure.mttr'
FITS = [
    Fit(TIME, "lognormal(52.5 s, cv=0.2)", 412, 52.5, 51.5, 53.5, 0.021, "good", "exponential(50 s)"),
    Fit(MTBF, "exponential(20600 s)", 9, 20600.0, 11000.0, 45000.0),
    Fit(MTTR, "exponential(1230 s)", 9, 1230.0, 600.0, 1900.0, 0.11, "fair"),
    Fit('station."saw".quality.yield', 0.98, 800, 0.98, 0.968, 0.988, current="1"),
    Fit('station."mill".time', None, 3, current="exponential(40 s)", note="too little data: 3 of at least 20"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene's folder with a flow model that a person wrote."""
    (tmp_path / "line.toml").write_text(f"# ours\n{LINE}", encoding="utf-8")
    return tmp_path


def click(qtbot: QtBot, widget: Any) -> None:
    """A real click."""
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_figures_are_told_as_a_person_says_them() -> None:
    found = {f.path: f for f in fitted(FITS, parse_line(tomllib.loads(LINE)))}
    time = found[TIME]
    assert (time.title, time.now, time.then) == (
        "Cycle time", "exponential(50 s)", "lognormal(52.5 s, cv=0.2)",
    )  # fmt: skip
    assert time.sure == "mean 52.5 s (95 %: 51.5 to 53.5) · n 412 cycles · +5.0 % against now · good fit (KS 0.021)"
    assert found[MTBF].then == "exponential(5.722 h)"
    assert found[MTBF].now == "not told"
    assert found[MTBF].other == MTTR
    assert found['station."saw".quality.yield'].then == "98.00 %"
    assert "−2.00 points against now" in found['station."saw".quality.yield'].sure
    few = found['station."mill".time']
    assert few.value is None
    assert few.sure == "n 3 cycles"
    assert few.note.startswith("too little data")
    alone = fitted([FITS[1], Fit(MTTR, None, 2, note="too little data")], parse_line(tomllib.loads(LINE)))
    assert alone[0].value is None
    assert "needs both" in alone[0].note
    assert readable("lognormal(1200 s, cv=0.3)") == "lognormal(20 min, cv=0.3)"
    assert readable(f"empirical({', '.join(f'{k} s' for k in range(10, 90))})") == "as observed, 10 s to 89 s"


def test_times_by_product_are_not_replaced_unsaid() -> None:
    line = parse_line({"station": {"a": {"time": {"A": "40 s", "default": "900 s"}}}, "product": {"A": {}}})
    (found,) = fitted([Fit('station."a".time', "exponential(60 s)", 50, 60.0, 50.0, 70.0)], line)
    assert found.now == "A 40 s, default 15 min"
    assert found.note == "replaces what is told by product"


def test_each_figure_is_accepted_or_rejected_and_a_failure_needs_both(qtbot: QtBot) -> None:
    page = Calibration()
    qtbot.addWidget(page)
    page.resize(360, 900)
    page.show()
    page.put(fitted(FITS, parse_line(tomllib.loads(LINE))), "From then to now")
    assert page.hint.text() == "From then to now: 4 figures to decide on, 1 without enough data."
    saw, mill = page.groups
    assert saw.is_open
    rows = {r.found.path: r for r in saw.rows}
    assert not page.write.isEnabled()
    click(qtbot, rows[TIME].accept)
    assert page.accepted == {TIME: "lognormal(52.5 s, cv=0.2)"}
    assert rows[TIME].accept.text() == "✓ Accepted"
    click(qtbot, rows[TIME].accept)  # not after all
    assert page.accepted == {}
    click(qtbot, rows[MTTR].accept)
    assert set(page.accepted) == {MTBF, MTTR}
    assert rows[MTBF].accept.isChecked()
    click(qtbot, rows[MTTR].reject)
    assert set(page.rejected) == {MTBF, MTTR}
    page.accept_all()
    assert set(page.accepted) == {TIME, 'station."saw".quality.yield'}
    assert "2 of 4 accepted, 2 rejected" in saw.head.text()
    mill.head.setFocus()
    qtbot.keyClick(mill.head, Qt.Key.Key_Space)
    assert mill.is_open
    assert not mill.rows[0].accept.isVisible()
    assert "too little data" in mill.rows[0].sure.text()
    names = [w.accessibleName() or w.text() for w in page.findChildren(QAbstractButton)]
    assert "Accept cycle time of saw" in names
    assert all(names)


def test_what_is_accepted_is_written_into_the_model_and_told_to_the_record(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(bench, qtbot, folder)
    panel, page = b.panel, b.panel.calibration
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(b.session, "keep_on_record", lambda subject, reason: told.append((subject, reason)))
    b.actions.run("whatif.trust")
    page.put(fitted(FITS, parse_line(tomllib.loads(LINE))), "From then to now")
    page.decide(TIME, "accepted")
    page.decide(MTBF, "rejected")
    click(qtbot, page.try_button)  # first as a scenario
    qtbot.waitUntil(lambda: panel.results.answer.name == "calibration" and not panel.busy, timeout=WAIT_MS)
    assert panel.scenario.patches == {TIME: "lognormal(52.5 s, cv=0.2)"}
    panel.choose(-1)
    b.actions.run("whatif.trust")
    model = panel.model
    click(qtbot, page.write)
    page.asking.field.setText("ten good days")
    click(qtbot, page.asking.yes)
    qtbot.waitUntil(lambda: panel.model is not model and not panel.busy, timeout=WAIT_MS)
    lines = (folder / "line.toml").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "# ours"
    assert 'time = "lognormal(52.5 s, cv=0.2)"' in lines
    assert (folder / "line.toml.before").is_file()
    assert "1 written" in page.groups[0].head.text()
    assert page.accepted == {}
    assert told == [(f"flow model calibrated from {panel.tested_on}: station.saw.time; rejected: "
                     "station.saw.failure.mtbf, station.saw.failure.mttr", "ten good days")]  # fmt: skip
    # What cannot be written stays to be decided.
    (folder / "line.toml").write_text("[station", encoding="utf-8")
    page.decide('station."saw".quality.yield', "accepted")
    panel.write_calibration(page.accepted, "again")
    qtbot.waitUntil(lambda: "not TOML" in panel.trouble.text(), timeout=WAIT_MS)
    assert list(page.accepted) == ['station."saw".quality.yield']

    # A calibration that runs is seen, is not begun twice, and can be ended.
    trust = panel.trust_page
    panel._other = str(folder / "record")
    b.actions.run("whatif.calibrate")
    assert trust.progress.isVisible()
    assert not trust.test.isEnabled()
    b.actions.run("whatif.calibrate")
    assert len(b.actions.jobs.running) == 1
    click(qtbot, trust.cancel)
    assert b.actions.jobs.running == []
    assert not trust.progress.isVisible()
    assert trust.test.isEnabled()
