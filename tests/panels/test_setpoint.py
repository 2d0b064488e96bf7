"""A value for the plant is proposed by a person, with a reason and an approval, inside what the scene allows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.panels import fake
from tests.panels.test_alarms import answer
from twinviewer.model.errors import TwinError
from twinviewer.panels import assets
from twinviewer.panels._setpoint import SetpointDialog


def bench_with_setpoint(bench: Callable[..., Any]) -> tuple[Any, str]:
    """The tree, with the first tag of CNC-102 made settable."""
    session = fake.make_session(past_s=0)
    asset = next(a for a in session.scene.assets if a.asset_id == "CNC-102")
    row = next(r for r in asset.tags if session.scene.tags[r].role == "power")
    tags = list(session.scene.tags)
    tags[row] = replace(tags[row], settable=(0.0, 20.0))
    session.scene = replace(session.scene, tags=tuple(tags))
    session.source.may_write = True
    return bench(assets.Panel, session), tags[row].name


def test_only_an_asset_with_a_settable_value_offers_it(bench: Callable[..., Any], qapp: QApplication) -> None:
    b, _ = bench_with_setpoint(bench)
    for asset_id, offered in (("CNC-102", True), ("CMP-321", False), (None, False)):
        b.session.select(asset_id)
        assert b.panel.may_propose() is offered
    b.session.source.may_write = False
    b.session.select("CNC-102")
    assert not b.panel.may_propose()


def test_it_is_written_only_with_reason_and_approval(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b, name = bench_with_setpoint(bench)
    b.session.select("CNC-102")
    seen: list[bool] = []

    def fill(dialog: SetpointDialog) -> None:
        dialog.value.setValue(99.0)
        seen.append(dialog.accept_button.isEnabled())
        qtbot.keyClicks(dialog.reason, "line is ahead")
        seen.append(dialog.accept_button.isEnabled())
        qtbot.keyClicks(dialog.approver, "shift lead")
        seen.append(dialog.accept_button.isEnabled())
        qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    met = answer(SetpointDialog, fill)
    b.actions.run("asset.setpoint")
    assert len(met) == 1
    assert seen == [False, False, True]
    ((command, about),) = b.session.source.commands
    assert command == "write"
    assert about == {
        "tag": name, "value": 20.0, "by": "operator", "reason": "line is ahead", "approved_by": "shift lead",
    }  # fmt: skip


def test_called_off_or_refused_nothing_is_written(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b, _ = bench_with_setpoint(bench)
    b.session.select("CNC-102")
    answer(SetpointDialog, lambda d: qtbot.keyClick(d, Qt.Key.Key_Escape))
    b.actions.run("asset.setpoint")
    assert b.session.source.commands == []
    told: list[Any] = []
    b.session.notice.connect(told.append)

    def refuse(name: str, **arguments: object) -> None:
        raise TwinError("a recording cannot be written to")

    b.session.source.command = refuse

    def fill(dialog: SetpointDialog) -> None:
        dialog.reason.setText("x")
        dialog.approver.setText("y")
        dialog.accept_button.click()

    answer(SetpointDialog, fill)
    b.actions.run("asset.setpoint")
    assert told[0].text == "a recording cannot be written to"
