"""What holds for every panel: it lives without a scene, without data and without a connection, and is reachable."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.model.connection import Connection, Link
from twinviewer.model.quality import Quality
from twinviewer.panels import alarms, assets, inspector, kpi_strip, maintenance, notes, timeline, whatif

PANELS = pytest.mark.parametrize("module", [alarms, assets, inspector, kpi_strip, maintenance, notes, timeline, whatif])


@PANELS
def test_without_a_scene(bench: Callable[..., Any], module: Any, qtbot: QtBot) -> None:
    b = bench(module.Panel, session=fake.make_session(fake.empty_scene(), past_s=0), size=(500, 400))
    b.give(replace(b.frame, alarms=(), kpis=(), source="none", connection=Connection()))
    b.panel.grab()
    b.session.set_scene(fake.make_scene(), fake.FakeSource())
    b.show()
    b.panel.grab()
    b.session.set_scene(fake.empty_scene(), fake.FakeSource())
    b.give(fake.make_frame(b.session.scene, alarms=[]))
    b.panel.grab()


@PANELS
@pytest.mark.parametrize("chosen", [None, "ROB-206"])
def test_without_any_value_ever(bench: Callable[..., Any], module: Any, chosen: str | None) -> None:
    b = bench(module.Panel, size=(500, 700))
    scene = b.session.scene
    n, m = len(scene.assets), len(scene.tags)
    b.session.select(chosen)
    unknown = np.full(n, Quality.UNKNOWN, np.uint8)
    nothing = np.full(n, np.nan)
    frame = fake.make_frame(
        scene, alarms=[], quality=unknown, power_quality=unknown, vibration_quality=unknown, power_kw=nothing,
        vibration_mm_s=nothing, age_s=np.full(n, np.inf), since_ns=np.zeros(n, np.int64),
        state=np.zeros(n, np.uint8), zone=np.zeros(n, np.uint8),
    )  # fmt: skip
    zero = np.zeros(m, np.int64)
    tags = replace(
        frame.tags, value=np.full(m, np.nan), source_ns=zero, server_ns=zero, received_ns=zero, text={},
        quality=np.full(m, Quality.UNKNOWN, np.uint8), age_s=np.full(m, np.inf),
    )  # fmt: skip
    b.give(replace(frame, tags=tags, connection=Connection(Link.CONNECTING)))
    b.panel.grab()


@PANELS
def test_everything_that_can_be_pressed_has_a_name(bench: Callable[..., Any], module: Any) -> None:
    b = bench(module.Panel, past_s=60, size=(600, 700))
    b.session.select("ROB-206")
    controls = [w for kind in (QAbstractButton, QLineEdit, QComboBox) for w in b.panel.findChildren(kind)]
    focusable = [w for w in b.panel.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    mine = [w for w in {*controls, *focusable} if w.isVisible() and not _part_of_another(w)]
    nameless = [w for w in mine if not (w.accessibleName() or getattr(w, "text", str)())]
    assert [(w.objectName(), type(w.parent()).__name__) for w in nameless] == []
    vague = (QAccessible.Role.Client, QAccessible.Role.NoRole, QAccessible.Role.Border)
    asked = {w: QAccessible.queryAccessibleInterface(w) for w in mine if not isinstance(w, QTabWidget)}
    assert {type(w).__name__ for w, said in asked.items() if said is None or said.role() in vague} == set()


def _part_of_another(widget: QWidget) -> bool:
    """Qt's own inner parts: the clear button of a line edit, a table's corner, scroll bars."""
    parent = widget.parent()
    return widget.objectName().startswith("qt_") or isinstance(parent, QLineEdit | QComboBox)


@PANELS
def test_a_closed_panel_hears_no_more(bench: Callable[..., Any], module: Any, qtbot: QtBot) -> None:
    b = bench(module.Panel, size=(500, 400))
    b.window.takeCentralWidget().deleteLater()
    qtbot.wait(20)
    b.session.select("CNC-102")
    b.session.set_mode("vibration")
    b.session.set_source(fake.FakeSource())
    b.session.set_scene(fake.make_scene(copies=3), fake.FakeSource())
