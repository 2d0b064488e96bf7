"""The pages of the what-if panel: compare, drivers, suggest and proposals, flow, sketch, back-test, a run played."""

import csv
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from tests.panels import fake
from tests.panels.whatif_bench import LINE, WAIT_MS, answered, figure, opened
from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels import whatif
from twinviewer.panels._scrolling import scrolling
from twinviewer.panels._whatif_found import SHOWN_STATES, Expectation, Filed
from twinviewer.panels._whatif_model import Kept, Trust
from twinviewer.panels._whatif_proposals import FiledCard, Proposals, expectation_text
from twinviewer.session.run_source import RunSource

_NS = 1_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene's folder with a flow model."""
    (tmp_path / "line.toml").write_text(LINE, encoding="utf-8")
    return tmp_path


def click(qtbot: QtBot, widget: Any) -> None:
    """A real click."""
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def save(qtbot: QtBot, panel: Any, lever: str, value: float, name: str) -> None:
    """A scenario with one lever, saved."""
    panel.choose(-1)
    answered(qtbot, panel, lambda: panel.levers.of_row(lever).number.setValue(value))
    n = len(panel.kept)
    click(qtbot, panel.scenarios.save)
    panel.asking.field.setText(name)
    qtbot.keyClick(panel.asking.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(panel.kept) == n + 1, timeout=WAIT_MS)


def test_scenarios_are_compared_written_shared_and_taken_in(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path
) -> None:
    b = opened(bench, qtbot, folder)
    panel = b.panel
    save(qtbot, panel, "failure.mill", 3.0, "Mill down")
    save(qtbot, panel, "crew.fitters", 4, "Four fitters")
    panel.choose(-1)
    answered(qtbot, panel, lambda: panel.levers.of_row("line_speed").number.setValue(120))
    click(qtbot, panel.pages.button("compare"))
    assert [k.name for k in panel.compare.chosen] == ["Levers as they stand *", "Four fitters", "Mill down"]
    click(qtbot, panel.compare.go)
    qtbot.waitUntil(lambda: len(panel.compare.answers) == 3 and not panel.busy, timeout=WAIT_MS)
    table = panel.compare.table
    assert [table.columnCount(), table.item(0, 1).text().count("\n") >= 1] == [4, True]
    column = {table.horizontalHeaderItem(k).text(): k for k in range(4)}["Mill down"]
    assert table.item(0, column).text().splitlines()[1].startswith("−")
    assert "not significant" in table.item(0, 2).text()  # four fitters where one is enough
    rows = [table.verticalHeaderItem(k).text() for k in range(table.rowCount())]
    assert rows[0] == "Throughput\nparts/h"
    assert "Bottleneck" in rows
    told: list[Any] = []
    b.session.notice.connect(told.append)
    panel.write_csv(folder / "out.csv")
    found = list(csv.DictReader((folder / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert {r["scenario"] for r in found} == {"Levers as they stand *", "Four fitters", "Mill down"}
    panel.write_report(folder / "out.html")
    page = (folder / "out.html").read_text(encoding="utf-8")
    for words in ("SIMULATION, not live", "Mill down", "Failure of CNC-103 now, for: 0 → 3 h", "not significant"):
        assert words in page
    swatches = re.findall(r"background-color:(#\w+)'>(?:&nbsp;)+</span>", page)
    assert len(swatches) > 8
    assert len(set(swatches)) == len(SHOWN_STATES)  # blocked and starved can be told apart on paper too
    panel.write_report(folder / "out.pdf")
    assert (folder / "out.pdf").read_bytes().startswith(b"%PDF")
    panel.write_report(folder / "nowhere" / "out.pdf")
    assert [n.level for n in told] == ["info", "info", "info", "error"]
    # Shared as a file that the command reads, and taken in again under a name of its own.
    panel.choose(1)
    panel.write_file(folder / "shared.toml")
    qtbot.waitUntil((folder / "shared.toml").exists, timeout=WAIT_MS)
    assert tomllib.loads((folder / "shared.toml").read_text(encoding="utf-8"))["lever"] == {"failure.mill": 3.0}
    panel.load_file(folder / "shared.toml")
    qtbot.waitUntil(lambda: len(panel.kept) == 3, timeout=WAIT_MS)
    assert panel.scenarios.box.currentText() == "Mill down (2)"
    (folder / "other.toml").write_text('[lever]\n"speed.nobody" = 90\n', encoding="utf-8")
    panel.load_file(folder / "other.toml")
    qtbot.waitUntil(panel.trouble.isVisible, timeout=WAIT_MS)
    assert "nobody" in panel.trouble.text() or "no such station" in panel.trouble.text()
    assert len(panel.kept) == 3


def test_a_suggestion_is_found_accepted_with_a_reason_and_decided(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path
) -> None:
    b = opened(bench, qtbot, folder)
    panel, page = b.panel, b.panel.suggest
    b.session.user = "Ann"
    click(qtbot, panel.pages.button("suggest"))
    assert not page.go.isEnabled()
    assert "Tick" in page.hint.text()
    mine = next(c for c in page.choices if c.control.id == "speed.saw")
    mine.show()
    mine.tick.setChecked(True)
    mine.cost.setValue(10)
    page.goal_box.setCurrentIndex(page.goal_box.findData("lead_time_s"))
    click(qtbot, page.go)
    assert "care" in page.hint.text()  # nothing was back-tested: it warns before it advises
    qtbot.waitUntil(lambda: bool(page.cards) and not panel.busy, timeout=WAIT_MS)
    best = page.cards[0]
    assert best.found.kept.levers["speed.saw"] > 100
    assert best.found.significant
    assert best.found.gain[2] < 0
    assert best.found.price == pytest.approx(10 * (best.found.kept.levers["speed.saw"] - 100))
    assert "Speed of saw: 100 →" in best.title.text()
    qtbot.waitUntil(best.accept_button.isVisible, timeout=WAIT_MS)
    click(qtbot, best.accept_button)
    qtbot.keyClick(best.asking.field, Qt.Key.Key_Return)  # without a reason nothing is kept
    assert best.asking.isVisible()
    best.asking.field.setText("parts wait too long")
    click(qtbot, best.asking.yes)
    qtbot.waitUntil(lambda: bool(panel.proposals.cards) and not panel.busy, timeout=WAIT_MS)
    card = panel.proposals.cards[0]
    qtbot.waitUntil(card.buttons["in_force"].isVisible, timeout=WAIT_MS)
    assert card.filed.number == "P-0001"
    assert "accepted · Ann" in card.who.text()
    assert "parts wait too long" in card.who.text()
    assert "Lead time: expected −" in card.figures.text()
    click(qtbot, card.buttons["in_force"])
    card.asking.field.setText("since the early shift")
    qtbot.keyClick(card.asking.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.proposals.cards[0].filed.state == "in_force", timeout=WAIT_MS)
    assert "in force since" in panel.proposals.cards[0].who.text()
    assert "recording is needed" in panel.proposals.hint.text()
    from twinviewer.simulation.api import ProposalRegister

    with ProposalRegister(folder / "proposals.sqlite") as register:
        kept = register.proposal("P-0001")
        assert [d.after for d in register.decisions()] == ["accepted", "in_force"]
        assert kept.expected["lead_time_s"].mean < 0
    opener = panel.proposals.cards[0].buttons["open"]
    qtbot.waitUntil(opener.isVisible, timeout=WAIT_MS)
    click(qtbot, opener)
    assert panel.levers.settings == dict(best.found.kept.levers)
    assert panel.turned_to == "try"


def test_drivers_flow_and_stations_lead_to_levers_and_machines(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path
) -> None:
    b = opened(bench, qtbot, folder)
    panel = b.panel
    answer = answered(qtbot, panel, lambda: panel.levers.of_row("failure.mill").number.setValue(4))
    shares = {u.name: u.shares for u in answer.stations}["mill"]
    assert sum(shares[1]) == pytest.approx(1.0, abs=1e-6)
    down = [s[5] for s in shares]
    assert down[1] > down[0] + 0.3
    assert "down" in panel.stations.rows[1].said()
    assert panel.stations.rows[0].isVisible()
    qtbot.keyClick(panel.stations.rows[0], Qt.Key.Key_Space)
    assert b.session.selection == "CNC-102"
    click(qtbot, panel.pages.button("flow"))
    b.window.repaint()
    picture = panel.flow.grab().toImage()
    narrow = answer.narrows[1].station
    box = panel.flow.box(narrow)
    ratio = picture.devicePixelRatio()
    edge = picture.pixelColor(round((box.left() + 1.5) * ratio), round(box.center().y() * ratio))
    wanted = QColor(STATE["dark"][State.BLOCKED])
    assert max(abs(edge.red() - wanted.red()), abs(edge.blue() - wanted.blue())) < 40
    other = panel.flow.box("saw" if narrow == "mill" else "mill")
    plain = picture.pixelColor(round((other.left() + 1.5) * ratio), round(other.center().y() * ratio))
    assert abs(plain.red() - wanted.red()) > 60
    qtbot.mouseClick(panel.flow, Qt.MouseButton.LeftButton, pos=panel.flow.box("mill").center().toPoint())
    assert b.session.selection == "CNC-103"
    panel.flow.setFocus()
    qtbot.keyClick(panel.flow, Qt.Key.Key_Up)
    assert b.session.selection == "CNC-102"
    qtbot.keyClick(panel.flow, Qt.Key.Key_Down)
    assert b.session.selection == "CNC-103"
    assert "bottleneck" in panel.flow.accessibleName()
    click(qtbot, panel.pages.button("drivers"))
    click(qtbot, panel.drivers.go)
    qtbot.waitUntil(lambda: bool(panel.drivers.rows) and not panel.busy, timeout=WAIT_MS)
    assert not panel.drivers.bar.isVisible()
    panel.drivers.rows[0].setFocus()
    qtbot.keyClick(panel.drivers.rows[0], Qt.Key.Key_Return)
    assert panel.turned_to == "try"
    assert panel.levers.shown


def test_a_run_is_played_in_the_picture_and_the_plant_waits(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path
) -> None:
    b = opened(bench, qtbot, folder)
    panel, session = b.panel, b.session
    plant = session.source
    assert not panel.beside_button.isVisible()  # nobody here could open a second window
    panel.levers.of_row("failure.mill").number.setValue(2)
    click(qtbot, panel.play_button)
    qtbot.waitUntil(panel.play_bar.isVisible, timeout=WAIT_MS)
    run = session.source
    assert isinstance(run, RunSource)
    assert run.speed == 60.0
    assert "Failure of CNC-103 now, for 2 h" in panel.play_bar.words.text()
    assert not panel.can_take  # a simulation is never taken for the plant
    click(qtbot, panel.play_bar.play)
    assert run.speed == 0.0
    frame = session._look.tick(1) or session._look.frame
    row = session.scene.asset("CNC-103").index
    assert frame.source == "simulation"
    assert frame.assets.state[row] == State.FAULT
    panel.on_frame(frame)
    panel.play_bar.place.setValue(panel.play_bar.place.maximum())
    assert run.at_ns == run.seen()[1] == run.seen()[0] + 8 * 3600 * _NS
    click(qtbot, panel.play_bar.back)
    assert session.source is plant
    assert not panel.play_bar.isVisible()
    asked: list[Any] = []
    session.beside_requested.connect(asked.append)
    panel.refresh()
    click(qtbot, panel.beside_button)
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT_MS)
    assert session.source is plant
    assert asked[0].speed > 0


def test_a_line_is_sketched_corrected_saved_and_opened(bench: Callable[..., Any], qtbot: QtBot, tmp_path: Path) -> None:
    session = fake.make_session(replace(fake.make_scene(), path=tmp_path), past_s=0)
    b = bench(whatif.Panel, session=session, size=(460, 1000))
    panel, page = b.panel, b.panel.empty.sketch
    click(qtbot, panel.empty.draw)
    qtbot.waitUntil(lambda: page.isVisible() and page.table.rowCount() > 0, timeout=WAIT_MS)
    assert page.rows[0].name == page.view.flow.stations[0].name
    b.window.resize(460, 480)  # on a small screen the graph is reached by scrolling
    area = panel.empty.findChildren(QScrollArea)[0]
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: page.view.visibleRegion().boundingRect().bottom() == page.view.height() - 1)
    b.window.resize(460, 1000)
    first = page.rows[0].name
    page.table.item(0, 2).setText("as long as it takes")
    qtbot.waitUntil(page.trouble.isVisible, timeout=WAIT_MS)
    assert not page.save.isEnabled()
    page.table.item(0, 2).setText("exponential(33 s)")
    page.table.item(0, 3).setText("9")
    qtbot.waitUntil(lambda: not page.trouble.isVisible() and page.save.isEnabled(), timeout=WAIT_MS)
    click(qtbot, page.save)
    qtbot.waitUntil(lambda: panel.results.answer is not None and not panel.busy, timeout=WAIT_MS)
    data = tomllib.loads((tmp_path / "line.toml").read_text(encoding="utf-8"))
    assert data["station"][first]["time"] == "exponential(33 s)"
    assert figure(panel.results.answer, "throughput_per_h").baseline[0] > 0
    assert not panel.empty.isVisible()


def test_trust_is_in_view_and_a_back_test_can_be_asked_for(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    b = opened(bench, qtbot, folder)
    panel = b.panel
    assert panel.trust.isVisible()
    assert "⚠ Not back-tested" in panel.trust.words.text()
    assert panel.trust.run.isVisible()
    told: list[Any] = []
    b.session.notice.connect(told.append)
    panel.back_test(str(tmp_path / "no recording"))
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    assert told[-1].level == "error"
    assert told[-1].text.startswith("Back-test: ")
    panel.trust.put(Trust("good", "Back-test 01 Nov: good parts +1.0 % · 9 moments", ("all is well",)))
    assert panel.trust.words.text().startswith("✓")
    assert not panel.trust.run.isVisible()
    panel.trust.inputs(("CNC-103: its state is stale.",))
    assert panel.trust.warns
    assert "1 input stale" in panel.trust.words.text()
    click(qtbot, panel.trust.why)
    assert "its state is stale" in panel.trust.details.text()


def test_levers_beyond_what_was_ever_seen_are_warned_of(bench: Callable[..., Any], qtbot: QtBot, folder: Path) -> None:
    from twinviewer.simulation.seen import Seen

    panel = opened(bench, qtbot, folder).panel
    panel._seen({"speed.mill": Seen("speed.mill", 92.0, 104.0, 30, "cycle times by the hour")})
    within = answered(qtbot, panel, lambda: panel.levers.of_row("speed.mill").number.setValue(103))
    assert within.warnings == ()
    assert not panel.results.warning.isVisible()
    beyond = answered(qtbot, panel, lambda: panel.levers.of_row("speed.mill").number.setValue(140))
    assert "beyond what was ever seen" in beyond.warnings[0]
    assert "beyond what was ever seen" in panel.results.warning.text()
    unseen = answered(qtbot, panel, lambda: panel.levers.of_row("crew.fitters").number.setValue(3))
    assert any(w.endswith("no other value than now of: Members of fitters.") for w in unseen.warnings)


def test_a_proposal_shows_what_the_record_says_beside_what_was_expected(qtbot: QtBot) -> None:
    seen = Expectation("throughput_per_h", (12.0, 10.0, 14.0), (11.0, 8.0, 14.0), "as expected")
    waits = Expectation("oee", (0.02, 0.01, 0.03))
    words = expectation_text(seen)
    assert words == "Throughput: expected +12.0 ± 2.0 parts/h, the record shows +11.0 ± 3.0 parts/h: as expected"
    assert expectation_text(waits) == "OEE: expected +2.0 ± 1.0 %"
    filed = Filed("P-0007", "Four fitters", "in_force", "Ann", "less waiting", _NS, _NS, (seen, waits), Kept("x"), ())
    page = Proposals()
    qtbot.addWidget(page)
    asked: list[str] = []
    page.compared.connect(asked.append)
    page.put((filed,), has_record=True)
    page.show()
    qtbot.waitExposed(page)
    card = page.cards[0]
    assert isinstance(card, FiledCard)
    assert words in card.figures.text()
    click(qtbot, card.buttons["compare"])
    assert asked == ["P-0007"]
    page.put((filed,), has_record=False)
    assert "compare" not in page.cards[0].buttons
    assert "recording is needed" in page.hint.text()


def test_the_line_that_asks_for_a_reason_is_scrolled_into_view(qtbot: QtBot) -> None:
    page = Proposals()
    area = scrolling(page)
    qtbot.addWidget(area)
    area.resize(340, 120)
    filed = Filed("P-0007", "Four fitters", "accepted", "Ann", "why", _NS, None, (), Kept("x"), ("withdrawn",))
    page.put((filed,), has_record=False)
    area.show()
    qtbot.waitExposed(area)
    click(qtbot, page.cards[0].buttons["withdrawn"])
    field = page.cards[0].asking.field
    qtbot.waitUntil(lambda: area.verticalScrollBar().value() > 0)
    assert field.visibleRegion().boundingRect().height() == field.height()
