"""Work orders in the maintenance panel: a real file of them, real dialogs, what goes out and comes in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.panels.maint import START, job, plan_of, settled, show
from twinviewer.maintenance.orders.model import Order, OrderState
from twinviewer.maintenance.orders.store import OrderStore
from twinviewer.panels import _maint_book as book
from twinviewer.panels._maint_dialogs import DoneDialog, NewOrderDialog, ReasonDialog, ScheduleDialog, WholePlanDialog
from twinviewer.panels._maint_edit import HOUR_NS
from twinviewer.panels._maint_job_card import html as card_html
from twinviewer.scene.scene import Scene


def test_a_work_order_from_proposal_to_feedback(
    opened: Callable[..., Any], qtbot: QtBot, hall: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(hall)
    page = b.panel.order_page

    def answer(kind: type, fill: Callable[[Any], object]) -> None:
        monkeypatch.setattr(kind, "exec", lambda dialog: (fill(dialog), dialog.accept_button.isEnabled())[1])

    answer(NewOrderDialog, lambda d: d.title_field.setText("Replace coupling"))
    answer(ScheduleDialog, lambda d: d.crew.setText("Mechanics"))
    answer(DoneDialog, lambda d: (d.found.setText("worn"), d.work.setText("replaced")))
    b.session.select("CMP-321")
    b.actions.run("maintenance.new")
    settled(qtbot, b)
    answer(ReasonDialog, lambda d: (d.reason.setText("seen"), d.by.setText("Kim")))
    answer(ScheduleDialog, lambda d: (d.crew.setText("Mechanics"), d.by.setText("Kim")))
    for state in (OrderState.APPROVED, OrderState.SCHEDULED, OrderState.IN_PROGRESS, OrderState.DONE):
        assert page.detail.steps[state].isVisible(), state
        qtbot.mouseClick(page.detail.steps[state], Qt.MouseButton.LeftButton)
        settled(qtbot, b)
        page.which.choose("all")
        page._refill("WO-00001")
    with OrderStore(b.panel.desk.file) as store:
        order = store.order("WO-00001")
        assert (order.asset_id, order.state, order.crew) == ("CMP-321", OrderState.DONE, "Mechanics")
        assert order.feedback is not None
        assert (order.feedback.found, order.feedback.done) == ("worn", "replaced")
        assert [c.by for c in store.changes("WO-00001") if c.what == "state"][1:4] == ["Kim"] * 3
    assert not any(step.isVisible() for step in page.detail.steps.values())


def test_without_a_reason_nothing_can_be_accepted(qtbot: QtBot) -> None:
    dialog = ReasonDialog("Cancel", "WO-1", "Cancel it", "Kim")
    qtbot.addWidget(dialog)
    assert not dialog.accept_button.isEnabled()
    dialog.reason.setText("no longer needed")
    assert dialog.accept_button.isEnabled()


def test_exports(opened: Callable[..., Any], qtbot: QtBot, hall: Scene, tmp_path: Path) -> None:
    b = opened(hall)
    show(b, plan_of(job("a", "CMP-321", 3)))
    b.panel._order_wanted("a")
    settled(qtbot, b)
    b.panel.ordering.files.write_plan(tmp_path / "plan.ics")
    b.panel.ordering.files.write_plan(tmp_path / "plan.csv")
    b.panel.ordering.files.write_csv(tmp_path / "orders.csv")
    settled(qtbot, b)
    assert (tmp_path / "plan.csv").read_text().splitlines()[1].startswith("a,CMP-321,Work on CMP-321,preventive,2")
    assert "SUMMARY:CMP-321: Work on CMP-321" in (tmp_path / "plan.ics").read_text()
    assert "WO-00001" in (tmp_path / "orders.csv").read_text()


def test_enter_accepts_what_is_complete_and_never_throws_away(qtbot: QtBot) -> None:
    for reason, result in (("", None), ("seen", True)):
        dialog = ReasonDialog("Accept", "CMP-321", "Accept", "Kim")
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        dialog.reason.setText(reason)
        qtbot.keyClick(dialog.reason, Qt.Key.Key_Return)
        assert dialog.isVisible() is (result is None)
        assert bool(dialog.result()) is bool(result)


def test_the_whole_plan_is_scheduled_with_who_and_why(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = opened(hall)
    bearings = job("x", "CMP-321", 30, 6, title="Replace the bearings", kind="predictive")
    show(b, plan_of(job("a", "PMP-311", 3), bearings))
    b.panel._order_wanted("a")
    settled(qtbot, b)
    monkeypatch.setattr(WholePlanDialog, "exec", lambda d: (d.by.setText("Kim"), d.reason.setText("agreed"))[0] is None)
    b.panel.show_page("plan")
    qtbot.mouseClick(b.panel.buttons["maintenance.schedule"], Qt.MouseButton.LeftButton)
    settled(qtbot, b)
    with OrderStore(b.panel.desk.file) as store:
        found = {o.asset_id: o for o in store.orders()}
        assert {o.state for o in found.values()} == {OrderState.SCHEDULED}
        assert found["CMP-321"].start_ns == bearings.start_ns
        assert found["CMP-321"].checks  # from maintenance.toml
        last = store.changes(found["PMP-311"].number)[-1]
        assert (last.by, last.why) == ("Kim", "agreed")
    assert {bar.look.state for bar in b.panel.plan_page.gantt.bars.values()} == {OrderState.SCHEDULED}
    detail = b.panel.order_page.detail
    b.panel.show_page("orders")
    b.session.select("CMP-321")
    qtbot.mouseClick(detail.checks[0], Qt.MouseButton.LeftButton, pos=QPoint(8, detail.checks[0].height() // 2))
    settled(qtbot, b)
    with OrderStore(b.panel.desk.file) as store:
        assert store.order(found["CMP-321"].number).checks[0].done
    assert "done: " in detail.record.text()


def test_the_record_says_every_change_of_what_was_known(tmp_path: Path) -> None:
    path = tmp_path / "orders.sqlite"
    with OrderStore(path) as store:
        made = Order("", "CMP-321", "Oil", "preventive", OrderState.PROPOSED, "due", START, START, part="Filter")
        number = store.add(made, "Kim", "due").number
        store.become(number, OrderState.APPROVED, "Kim", "agreed", START)
        store.become(number, OrderState.SCHEDULED, "Kim", "as planned", START, start_ns=START, end_ns=START, crew="A")
        store.change(number, "CMMS", "imported", START, crew="B", part="", start_ns=START + HOUR_NS, end_ns=START + 2)
    said = [line.split("  ", 1)[1] for line in book.record(path, number, lambda fraction, text: None)]
    moved = next(line for line in said if "start" in line)
    assert moved.endswith(" (imported)")
    assert sorted(said[:3]) == sorted(["CMMS: part Filter → none (imported)", "CMMS: crew A → B (imported)", moved])
    assert said[3:] == ["Kim: scheduled (as planned)", "Kim: approved (agreed)", "Kim: proposed (due)"]


def test_what_another_window_changes_in_the_work_orders_is_taken_in(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot
) -> None:
    b = opened(hall)
    order = Order("", "CMP-321", "Oil", "preventive", OrderState.PROPOSED, "due", START, START)
    with OrderStore(b.panel.desk.file) as other:
        other.add(order, "Kim", "due")
    b.panel.ordering.follow()
    settled(qtbot, b)
    assert [o.title for o in b.panel.ordering.orders] == ["Oil"]
    for _ in range(3):  # what was read is not read again
        b.panel.ordering.follow()
        assert not b.actions.jobs.running
    with OrderStore(b.panel.desk.file) as other:
        other.become("WO-00001", OrderState.APPROVED, "Kim", "agreed", START)
        b.panel.ordering.follow()  # while the other one has the file open
        settled(qtbot, b)
    assert b.panel.ordering.orders[0].state is OrderState.APPROVED


def test_work_orders_come_in_from_csv_and_go_out_as_job_cards(
    opened: Callable[..., Any], hall: Scene, qtbot: QtBot, tmp_path: Path
) -> None:
    b = opened(hall)
    table = tmp_path / "in.csv"
    table.write_text("number,asset_id,title,state\nX-1,CMP-321,Oil & <filter>,approved\nX-2,GONE,Look,proposed\n")
    b.panel.ordering.files.read_csv(table)
    settled(qtbot, b)
    assert [o.number for o in b.panel.ordering.orders] == ["X-1", "X-2"]
    assert b.panel.page.current == "orders"
    b.panel.ordering.files.write_cards(tmp_path / "cards.pdf")
    assert b.actions.jobs.running  # beside the window
    settled(qtbot, b)
    made = (tmp_path / "cards.pdf").read_bytes()
    assert made.startswith(b"%PDF")
    assert made.count(b"/Type /Page\n") == 2
    assert not list(tmp_path.glob(".*"))
    told = card_html(b.panel.ordering.orders[0], "Hall", START, new_page=False)
    assert "Oil &amp; &lt;filter&gt;" in told
    b.panel.ordering.files.write_cards(tmp_path / "none" / "cards.pdf")  # a notice, no traceback
    settled(qtbot, b)
