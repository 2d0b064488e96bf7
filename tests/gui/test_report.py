"""The report of one moment: its words are whole, its figures those of the window, and a failure leaves nothing."""

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.gui.pdf_text import Pdf
from tests.panels import fake
from twinviewer.gui.report import write_report
from twinviewer.model.alarm import AlarmState
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Kpi
from twinviewer.panels._kit import style

LONG = "Fault: E-2207 servo axis 3 overcurrent in the gripper's second drive, on the server too"


def test_nothing_is_cut_off_and_figures_are_those_of_the_window(qapp: QApplication, tmp_path: Path) -> None:
    style.install(qapp, "dark")  # with the fonts of the window
    session = fake.make_session(past_s=0)
    frame = fake.make_frame(session.scene)
    over = dataclasses.replace(
        frame.alarms[0],
        message=LONG,
        state=AlarmState.RETURNED_UNACKNOWLEDGED,
        active=False,
        since_ns=frame.now_ns - 400 * fake.NS,
        changed_ns=frame.now_ns - 300 * fake.NS,
    )
    note = "carbon factor 0.38 kg/kWh (German electricity mix 2023, direct emissions per kWh consumed)"
    kpis = (
        Kpi("rate.Line A", "Line A rate", 229.0, "parts/h", target=400.0),
        Kpi("power", "Power", 610.0, "kW", target=650.0, note=note),
        Kpi("alarms", "Alarms in 10 min (limit 10)", 9.0, "", target=10.0),
    )
    session.frame = dataclasses.replace(frame, alarms=(over,), kpis=kpis)
    write_report(tmp_path / "r.pdf", session, QImage())
    pdf = Pdf(tmp_path / "r.pdf")
    words = " ".join(pdf.text.split())
    assert "…" not in words
    for said in (
        "229 parts/h",
        "target 400 parts/h",
        "limit 10",
        "returned to normal, not acknowledged",
        "01:40, over",
    ):
        assert said in words
    assert "9.0" not in words.replace("29.0", "")
    for last in ("on the server too", "kWh consumed)"):
        assert all(word in words for word in last.split())


def test_a_report_that_cannot_be_written_says_so_and_leaves_nothing(qapp: QApplication, tmp_path: Path) -> None:
    session = fake.make_session(past_s=0)
    session.frame = fake.make_frame(session.scene)
    with pytest.raises(TwinError) as caught:
        write_report(tmp_path / "nowhere" / "r.pdf", session, QImage())
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []
