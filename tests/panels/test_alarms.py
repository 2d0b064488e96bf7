"""The alarm list: its order, its words, and that every act reaches the source as a command with its reason."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.model.alarm import SERVER, Alarm, AlarmState
from twinviewer.model.errors import TwinError
from twinviewer.model.palette import ALARM
from twinviewer.panels import _alarm_rows as rows
from twinviewer.panels import alarms
from twinviewer.panels._alarm_dialogs import AcknowledgeDialog, ShelveDialog
from twinviewer.panels._alarm_model import AlarmModel
from twinviewer.panels._kit import style
from twinviewer.states.same_cause import joined

NS = fake.NS
ALARMS = fake.make_alarms()


def an_alarm(key: str, priority: int = 2, state: AlarmState = AlarmState.UNACKNOWLEDGED, age_s: int = 60) -> Alarm:
    asset = key.split(".", maxsplit=1)[0]
    since = fake.NOW - age_s * NS
    return Alarm(key, asset, key, priority, f"message of {key}", state, True, since, since)


def shown(panel: Any) -> list[str]:
    return [a.asset_id for a in panel.table.alarms.shown]


def click(qtbot: QtBot, panel: Any, asset_id: str, column: int, *, ctrl: bool = False) -> None:
    table = panel.table
    index = table.alarms.index(shown(panel).index(asset_id), column)
    place = table.visualRect(index).center()
    modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def answer(kind: type[Any], fill: Callable[[Any], None]) -> list[Any]:
    """Fill in the next dialog of this kind when it opens, and press its button; returns a list that will hold it."""
    met: list[Any] = []

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, kind):
            QTimer.singleShot(20, act)
            return
        met.append(dialog)
        fill(dialog)

    QTimer.singleShot(0, act)
    return met


# Without a window -----------------------------------------------------------------------------------------------------


def test_what_needs_a_person_first_stands_first() -> None:
    order = [a.asset_id for a in rows.Wanted().rows(ALARMS)]
    assert order == ["ROB-206", "CMP-321", "PMP-312", "CV-205", "PRS-202", "PMP-314", "CV-104"]


@pytest.mark.parametrize(
    ("state", "active", "changed", "until", "text"),
    [
        (AlarmState.UNACKNOWLEDGED, True, 0, 0, "04:12"),
        (AlarmState.SHELVED, True, 0, 1680, "28:00 left"),
        (AlarmState.RETURNED_UNACKNOWLEDGED, False, 200, 0, "00:52, over"),
    ],
)
def test_how_long_is_said(state: AlarmState, active: bool, changed: int, until: int, text: str) -> None:
    alarm = replace(
        ALARMS[0],
        state=state,
        active=active,
        changed_ns=fake.NOW - changed * NS,
        until_ns=fake.NOW + until * NS if until else 0,
    )
    assert rows.active_for(alarm, fake.NOW) == text


def test_csv_reads_back_and_holds_no_formula() -> None:
    hostile = replace(ALARMS[0], message='=HYPERLINK("http://x"), "quoted"\nsecond line')
    table = list(csv.reader(io.StringIO(rows.as_csv([hostile, ALARMS[5]]))))
    assert table[0][:5] == ["time", "priority", "asset", "tag", "message"]
    assert table[1][4] == "'" + hostile.message
    assert table[2][5:7] == ["SHELVED", "yes"]
    assert table[2][9] == "cleaning"


_STATES = st.sampled_from([s for s in AlarmState if s is not AlarmState.NORMAL])
_BOOK = st.dictionaries(st.integers(0, 40), st.tuples(st.integers(1, 4), _STATES, st.integers(0, 5000)), max_size=25)


@given(st.lists(_BOOK, min_size=1, max_size=5), st.integers(0, 6), st.booleans())
def test_the_model_keeps_qts_contract_whatever_comes(
    books: list[dict[int, tuple[int, AlarmState, int]]], column: int, descending: bool
) -> None:
    model = AlarmModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.sort(column, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
    for i, book in enumerate(books):
        alarms_now = tuple(an_alarm(f"A-{k}.T", p, s, age) for k, (p, s, age) in book.items())
        model.show_alarms(alarms_now, fake.NOW + i * NS)
        assert model.shown == model.wanted.rows(alarms_now)
    del tester


def test_a_row_keeps_its_selection_when_others_come_before_it(qtbot: QtBot) -> None:
    model = AlarmModel()
    first = (an_alarm("A.T", 3), an_alarm("B.T", 2))
    model.show_alarms(first, fake.NOW)
    from PySide6.QtCore import QPersistentModelIndex

    kept = QPersistentModelIndex(model.index(1, 0))
    model.show_alarms((*first, an_alarm("C.T", 1), an_alarm("D.T", 4)), fake.NOW)
    assert model.shown[kept.row()].key == "A.T"
    model.sort(rows.ASSET, Qt.SortOrder.AscendingOrder)
    assert kept.row() == 0


def test_the_same_alarms_tell_only_of_durations_and_only_once_a_second(qapp: QApplication) -> None:
    model = AlarmModel()
    model.show_alarms(ALARMS, fake.NOW)
    spy = QSignalSpy(model.dataChanged)
    for tenth in range(1, 10):
        model.show_alarms(ALARMS, fake.NOW + tenth * NS // 10)
    assert spy.count() == 0
    model.show_alarms(tuple(ALARMS), fake.NOW + NS)
    assert spy.count() == 1
    assert spy.at(0)[0].column() == spy.at(0)[1].column() == rows.ACTIVE


# With a window --------------------------------------------------------------------------------------------------------


def test_the_link_acknowledges(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    click(qtbot, b.panel, "CMP-321", rows.ACTION)
    assert b.session.source.commands == [("acknowledge", {"key": "CMP-321.Vibration:high", "by": "operator"})]


def test_the_link_unshelves(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    click(qtbot, b.panel, "CV-104", rows.ACTION)
    assert b.session.source.commands == [("unshelve", {"key": "CV-104.State:high", "by": "operator"})]


def test_an_alarm_of_the_server_is_acknowledged_there_only_with_somebodys_approval(
    bench: Callable[..., Any], qtbot: QtBot
) -> None:
    ours = an_alarm("CMP-321.Vibration:high")
    theirs = replace(an_alarm("ROB-206.Fault"), key="server:urn:x;s=1", source=SERVER)
    b = bench(alarms.Panel, size=(1100, 260))
    b.session.source.may_write = True
    b.show(alarms=[ours, theirs])
    assert "Server: " in b.panel.table.alarms.text(theirs, rows.MESSAGE)
    seen: list[bool] = []

    def fill(dialog: AcknowledgeDialog) -> None:
        seen.append(dialog.accept_button.isEnabled())
        qtbot.keyClicks(dialog.approver, "shift lead")
        seen.append(dialog.accept_button.isEnabled())
        qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    met = answer(AcknowledgeDialog, fill)
    click(qtbot, b.panel, "ROB-206", rows.MESSAGE)
    click(qtbot, b.panel, "CMP-321", rows.MESSAGE, ctrl=True)
    qtbot.keyClick(b.panel.table, Qt.Key.Key_A)
    assert len(met) == 1
    assert seen == [False, True]
    sent = {arguments["key"]: arguments.get("approved_by", "") for _, arguments in b.session.source.commands}
    assert sent == {ours.key: "", theirs.key: "shift lead"}


def test_a_line_that_stands_for_two_acts_on_both(bench: Callable[..., Any], qtbot: QtBot) -> None:
    state, message = AlarmState.ACKNOWLEDGED, "Fault: jam"
    ours = replace(an_alarm("ROB-206.State", state=state), key="ROB-206:fault", message=message)
    theirs = replace(an_alarm("ROB-206.Fault"), key="server:urn:x;s=1", message="ROB-206: Jam", source=SERVER)
    b = bench(alarms.Panel, size=(1100, 260))
    b.show(alarms=joined((ours, theirs)))
    told: list[Any] = []
    b.session.notice.connect(told.append)
    click(qtbot, b.panel, "ROB-206", rows.ACTION)
    assert b.session.source.commands == []  # ours was acknowledged before, and theirs may not be
    assert "--allow-write" in told[0].remedy
    assert [row["key"] for row in csv.DictReader(io.StringIO(rows.as_csv(b.panel.table.alarms.shown)))] == [
        ours.key,
        theirs.key,
    ]

    def fill(dialog: ShelveDialog) -> None:
        qtbot.keyClicks(dialog.reason, "spare part ordered")
        qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    answer(ShelveDialog, fill)
    click(qtbot, b.panel, "ROB-206", rows.MESSAGE)
    b.panel.acts.shelve_selected()
    assert [(name, sent["key"]) for name, sent in b.session.source.commands] == [
        ("shelve", ours.key),
        ("shelve", theirs.key),
    ]


def test_a_window_that_may_not_write_says_why_it_leaves_the_servers_alarms_alone(
    bench: Callable[..., Any], qtbot: QtBot
) -> None:
    theirs = replace(an_alarm("ROB-206.Fault"), key="server:urn:x;s=1", source=SERVER)
    b = bench(alarms.Panel, size=(1100, 260))
    b.show(alarms=[theirs])
    told: list[Any] = []
    b.session.notice.connect(told.append)
    click(qtbot, b.panel, "ROB-206", rows.ACTION)
    assert b.session.source.commands == []
    assert "--allow-write" in told[0].remedy


def test_shelving_needs_a_reason_and_sends_when_it_ends(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    seen: list[bool] = []

    def fill(dialog: ShelveDialog) -> None:
        seen.append(dialog.accept_button.isEnabled())
        dialog.time.button("240").click()
        qtbot.keyClicks(dialog.reason, "  spare part ordered ")
        seen.append(dialog.accept_button.isEnabled())
        qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    met = answer(ShelveDialog, fill)
    click(qtbot, b.panel, "PMP-312", rows.ACTION)
    assert len(met) == 1
    assert seen == [False, True]
    ((name, arguments),) = b.session.source.commands
    assert name == "shelve"
    assert arguments["reason"] == "spare part ordered"
    assert arguments["until_ns"] == fake.NOW + 4 * 3600 * NS


def test_shelving_can_be_called_off(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    answer(ShelveDialog, lambda d: qtbot.keyClick(d, Qt.Key.Key_Escape))
    click(qtbot, b.panel, "PMP-312", rows.ACTION)
    assert b.session.source.commands == []


def test_a_acknowledges_all_that_is_selected_and_waits(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    click(qtbot, b.panel, "ROB-206", rows.MESSAGE)
    click(qtbot, b.panel, "PMP-312", rows.MESSAGE, ctrl=True)
    click(qtbot, b.panel, "CV-205", rows.MESSAGE, ctrl=True)
    qtbot.keyClick(b.panel.table, Qt.Key.Key_A)
    keys = [arguments["key"] for _, arguments in b.session.source.commands]
    assert keys == ["ROB-206.Current:high", "CV-205.State:high"]


def test_shift_a_asks_for_a_comment(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    click(qtbot, b.panel, "ROB-206", rows.MESSAGE)

    def fill(dialog: AcknowledgeDialog) -> None:
        qtbot.keyClicks(dialog.comment, "called the electrician")
        qtbot.keyClick(dialog.comment, Qt.Key.Key_Return)

    answer(AcknowledgeDialog, fill)
    qtbot.keyClick(b.panel.table, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert b.session.source.commands[0][1]["reason"] == "called the electrician"


def test_acknowledging_all_shown_asks_first_and_leaves_what_is_filtered_out(
    bench: Callable[..., Any], qtbot: QtBot
) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    qtbot.mouseClick(b.panel.priorities[3], Qt.MouseButton.LeftButton)
    assert shown(b.panel) == ["CV-205", "PRS-202", "PMP-314"]
    met = answer(AcknowledgeDialog, lambda d: qtbot.mouseClick(d.accept_button, Qt.MouseButton.LeftButton))
    qtbot.mouseClick(b.panel.all_button, Qt.MouseButton.LeftButton)
    assert met[0].windowTitle() == "Acknowledge 2 alarms"
    assert {a["key"] for _, a in b.session.source.commands} == {"CV-205.State:high", "PRS-202.Temperature:high"}


def test_a_click_flies_to_the_asset(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    flown: list[str] = []
    b.session.fly_requested.connect(flown.append)
    click(qtbot, b.panel, "PMP-312", rows.MESSAGE)
    assert flown == ["PMP-312"]
    assert b.session.selection == "PMP-312"


def test_filters_by_text_and_by_the_selected_asset(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    qtbot.keyClicks(b.panel.field, "pump")
    assert shown(b.panel) == ["PMP-312", "PMP-314"]
    b.panel.field.clear()
    b.session.select("CV-205")
    qtbot.mouseClick(b.panel.only, Qt.MouseButton.LeftButton)
    assert shown(b.panel) == ["CV-205"]
    b.session.select("TNK-301")
    assert shown(b.panel) == []
    assert b.panel.table.accessibleDescription() == "7 alarms are hidden by the filter."


def test_a_click_on_a_head_sorts(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    head = b.panel.table.horizontalHeader()
    at = QPoint(head.sectionViewportPosition(rows.ASSET) + 10, 8)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert shown(b.panel) in (sorted(shown(b.panel)), sorted(shown(b.panel), reverse=True))
    assert shown(b.panel)[0] in ("CMP-321", "ROB-206")


def test_title_counts_and_the_flood_is_said(bench: Callable[..., Any]) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    assert b.panel.windowTitle() == ("Alarms — 4 unacknowledged, 1 shelved   ·   6 in the last 10 min (flood above 10)")
    assert not b.panel.banner.isVisible()
    b.give(replace(b.frame, flood=True, alarms_10_min=23))
    assert b.panel.banner.isVisible()
    assert b.panel.banner_text.text() == (
        "Alarm flood: 23 alarms in the last 10 min. 1 of priority 1 waits: begin with it."
    )


def test_a_source_that_refuses_is_a_notice_not_a_crash(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    told: list[Any] = []
    b.session.notice.connect(told.append)

    def refuse(name: str, **arguments: object) -> None:
        raise TwinError("a replay cannot acknowledge", "", "Go back to live.")

    b.session.source.command = refuse
    click(qtbot, b.panel, "CMP-321", rows.ACTION)
    assert told[0].text == "a replay cannot acknowledge"
    assert told[0].remedy == "Go back to live."


def test_alarms_of_the_past_offer_nothing_and_say_why(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))

    def offers() -> list[str]:
        return [b.panel.table.alarms.index(r, rows.ACTION).data() for r in range(len(shown(b.panel)))]

    offered = offers()
    assert rows.ACKNOWLEDGE in offered
    assert rows.UNSHELVE in offered
    b.session.source.name = "replay"
    b.give(replace(b.frame, source="replay", flood=True, alarms_10_min=23))
    assert b.panel.banner_text.text() == "Alarm flood: 23 alarms in the 10 min before."
    b.panel.table.selectAll()
    assert not any(offers())
    assert "as they stood at" in b.panel.windowTitle()
    for item in (b.panel.acknowledge_button, b.panel.shelve_button, b.panel.all_button):
        assert not item.isEnabled()
        assert "nothing can be done" in item.toolTip()
    for asset in shown(b.panel):
        click(qtbot, b.panel, asset, rows.ACTION)
    for key in ("A", "Shift+A", "S", "U"):
        b.panel.acts.on_key(key)
    assert not b.session.source.commands
    b.session.source.name = "live"
    b.give(replace(b.frame, source="live"))
    b.session.source_changed.emit(b.session.source)
    assert offers() == offered
    assert b.panel.acknowledge_button.toolTip().startswith("Acknowledge the selected")


def test_exports_what_is_shown(bench: Callable[..., Any], tmp_path: Path) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    told: list[Any] = []
    b.session.notice.connect(told.append)
    b.panel.priorities[1].click()
    b.panel.acts.export_to(tmp_path / "alarms.csv")
    table = list(csv.reader(io.StringIO((tmp_path / "alarms.csv").read_text(encoding="utf-8-sig"))))
    assert [r[2] for r in table[1:]] == ["ROB-206"]
    b.panel.acts.export_to(tmp_path / "no" / "alarms.csv")
    assert [n.level for n in told] == ["info", "error"]


def test_only_waiting_alarms_blink_and_none_under_reduced_motion(bench: Callable[..., Any], qtbot: QtBot) -> None:
    style.set_reduced_motion(False)
    b = bench(alarms.Panel, size=(1100, 260))
    delegate = b.panel.table.itemDelegate()
    qtbot.waitUntil(lambda: delegate.dim, timeout=10_000)
    style.set_reduced_motion(True)
    try:
        b.show()
        assert not delegate.dim
        assert not b.panel.table._blink.isActive()
    finally:
        style.set_reduced_motion(False)
    b.show(alarms=[an_alarm("PMP-312.T", 2, AlarmState.ACKNOWLEDGED)])
    assert not b.panel.table._blink.isActive()


def test_symbols_are_filled_while_waiting_and_hollow_after(bench: Callable[..., Any], both_themes: str) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    style.install(QApplication.instance(), both_themes)  # type: ignore[arg-type]
    style.set_reduced_motion(True)
    b.show(alarms=[an_alarm("A.T", 1), an_alarm("B.T", 1, AlarmState.ACKNOWLEDGED)])
    b.panel.on_theme(both_themes)
    table = b.panel.table
    filled: dict[str, int] = {}
    for asset_id in ("A", "B"):
        index = table.alarms.index(shown(b.panel).index(asset_id), rows.SYMBOL)
        picture = table.viewport().grab(table.visualRect(index)).toImage()
        token = ALARM[both_themes][1].upper()
        points = [(x, y) for x in range(picture.width()) for y in range(picture.height())]
        filled[asset_id] = sum(picture.pixelColor(x, y).name().upper() == token for x, y in points)
    style.set_reduced_motion(False)
    assert filled["A"] > 1.5 * filled["B"] > 0


def test_it_fits_beside_other_panels_on_a_small_screen(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(600, 200))
    qtbot.waitUntil(lambda: b.panel.width() == 600, timeout=2000)
    for item in (b.panel.acknowledge_button, b.panel.shelve_button, b.panel.all_button, b.panel.export_button):
        assert item.isVisible()
        assert b.panel.rect().contains(item.geometry())
    assert b.panel.shelve_button.accessibleName() == "Shelve"


def test_the_registry_knows_the_same_commands(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(alarms.Panel, size=(1100, 260))
    assert not b.actions["alarms.acknowledge"].is_enabled
    click(qtbot, b.panel, "ROB-206", rows.MESSAGE)
    assert b.actions["alarms.acknowledge"].is_enabled
    b.actions.run("alarms.acknowledge")
    assert b.session.source.commands[0][0] == "acknowledge"


def test_the_shelve_dialog_says_until_when(qtbot: QtBot) -> None:
    dialog = ShelveDialog([ALARMS[0]], fake.NOW)
    qtbot.addWidget(dialog)
    dialog.time.button("15").click()
    from twinviewer.panels._text import clock

    assert dialog.until.text() == f"until {clock(fake.NOW + 900 * NS, fake.NOW, seconds=False)}"
    qtbot.mouseClick(dialog.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert dialog.reason_text == "Maintenance under way"
    assert dialog.accept_button.isEnabled()
    assert dialog.result() != QDialog.DialogCode.Accepted
