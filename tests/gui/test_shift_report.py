"""`twinviewer report` and its PDF: what the files state is what the recording holds."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.gui.pdf_text import Pdf
from twinviewer.__main__ import main
from twinviewer.cli.record import judge_of
from twinviewer.gui.report_pdf import PAGE_PX, laid_out, write_pdf
from twinviewer.gui.shift_report import write_shift_report
from twinviewer.history.journal import append
from twinviewer.history.notes import note_line
from twinviewer.history.recording import Recording
from twinviewer.history.synth import record_offline
from twinviewer.history.times import iso
from twinviewer.kpi.report import ShiftReport, shift_report
from twinviewer.model.errors import DataError
from twinviewer.model.state import State
from twinviewer.panels._kit.jobs import Cancelled
from twinviewer.plant.faults import parse_fault
from twinviewer.scene.scene import load_scene

SKID = Path("scenes/pump-skid").resolve()
NS = 1_000_000_000
BEGIN = 1_800_000_000 * NS
END = BEGIN + 1200 * NS


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty minutes of the pump skid; one pump stops after ten, and somebody notes it."""
    folder = tmp_path_factory.mktemp("report") / "recording"
    scene = load_scene(SKID, geometry=False)
    fault = parse_fault("PMP-511:stop@600", scene)
    record_offline(scene, folder, 1 / 3, 1, [fault], start_ns=BEGIN, step_s=10, judge=judge_of(scene))
    append(folder / "notes.jsonl", [note_line(BEGIN + 700 * NS, "Seal <b>leaks</b>", "ada", "PMP-511")])
    return folder


@pytest.fixture(scope="module")
def report(recording: Path) -> ShiftReport:
    scene = load_scene(SKID, geometry=False)
    opened = Recording.open(recording, scene)
    try:
        return shift_report(opened, scene, BEGIN, END)
    finally:
        opened.close()


def words(recording: Path, output: Path) -> list[str]:
    stretch = ["--from", iso(BEGIN), "--to", iso(END)]
    return ["report", str(SKID), "--recording", str(recording), *stretch, "-o", str(output)]


def expected(report: ShiftReport) -> list[str]:
    """What every form of the report must state."""
    pump = next(a for a in report.assets if a.asset.asset_id == "PMP-511")
    faulty = 100 * pump.seconds[State.FAULT] / pump.seconds.sum()
    worst = max((a for a in report.assets if np.isfinite(a.vibration_mm_s)), key=lambda a: a.vibration_mm_s)
    assert 2 < faulty < 50
    assert report.alarms.raised >= 1
    return [
        report.scene,
        f"{report.energy_kwh:,.1f} kWh",
        f"{report.carbon_kg:,.1f} kg",
        f"{faulty:.1f}",
        f"{worst.vibration_mm_s:.2f} mm/s",
        f"Alarms raised {report.alarms.raised}",
        "PMP-511 Seal <b>leaks</b> ada",
        *(kpi.label for kpi in report.kpis),
    ]


class _Text(HTMLParser):
    """What a page says, as a person reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.pictures = 0

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pictures += tag in ("img", "svg")


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_pdf_states_the_figures_with_drawings_and_the_marked_moment(
    qapp: QApplication, recording: Path, report: ShiftReport, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shift.pdf"
    assert main(words(recording, path)) == 0
    assert f"{report.alarms.raised} alarms" in capsys.readouterr().out
    pdf = Pdf(path)
    text = plain(pdf.text)
    missing = [item for item in expected(report) if plain(item) not in text]
    assert missing == []
    assert pdf.pages >= 2
    document = laid_out(report, [])
    assert document.size().width() < PAGE_PX.width() + 1, "nothing is cut off at the right"
    assert pdf.images >= 4  # states, power, alarm rate, and the plant at the note
    assert [p.name for p in tmp_path.iterdir()] == ["shift.pdf"]


def test_the_page_states_the_same_figures(recording: Path, report: ShiftReport, tmp_path: Path) -> None:
    path = tmp_path / "shift.html"
    assert main(words(recording, path)) == 0
    page = _Text()
    page.feed(path.read_text(encoding="utf-8"))
    text = plain(" ".join(page.parts))
    assert [item for item in expected(report) if plain(item) not in text] == []
    assert page.pictures >= 4
    assert "http" not in path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")


def test_nothing_recorded_then_is_an_empty_report_and_says_so(recording: Path, tmp_path: Path) -> None:
    command = words(recording, tmp_path / "empty.html")
    command[command.index("--from") + 1] = iso(END + 86_400 * NS)
    command[command.index("--to") + 1] = iso(END + 90_000 * NS)
    assert main(command) == 1
    assert "0.0" in (tmp_path / "empty.html").read_text(encoding="utf-8")


def test_bad_wishes_end_in_a_sentence_and_leave_nothing(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(recording, tmp_path / "shift.docx")) == 2
    assert ".pdf or .html" in capsys.readouterr().err
    assert main(words(tmp_path / "nothing", tmp_path / "shift.pdf")) == 2
    assert "not a recording" in capsys.readouterr().err
    for name in ("shift.pdf", "shift.html"):
        assert main(words(recording, tmp_path / "no such folder" / name)) == 2
        assert "cannot be written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_report_leaves_nothing(recording: Path, tmp_path: Path) -> None:
    told: list[float] = []

    def progress(fraction: float, _text: str) -> None:
        told.append(fraction)
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_shift_report(SKID, str(recording), BEGIN, END, tmp_path / "shift.html", progress=progress)
    assert told == sorted(told)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DataError):
        write_shift_report(SKID, str(recording), BEGIN, END, tmp_path / "shift.txt", progress=lambda f, t: None)


def test_the_window_needs_no_screen_of_its_own_to_write_a_pdf_in_a_worker(recording: Path, tmp_path: Path) -> None:
    """As a worker process does it: spawned, without a display of its own choice."""
    path = tmp_path / "shift.pdf"
    code = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from twinviewer.gui.shift_report import write_shift_report\n"
        "a = json.loads(sys.argv[1])\n"
        "write_shift_report(Path(a[0]), a[1], a[2], a[3], Path(a[4]), progress=lambda f, t: None)\n"
    )
    arguments = json.dumps([str(SKID), str(recording), BEGIN, END, str(path)])
    command = [sys.executable, "-c", code, arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Pump skid" in plain(Pdf(path).text)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_picture_stands_below_its_heading_on_the_same_page(
    report: ShiftReport, qapp: QApplication, count: int
) -> None:
    image = QImage(1200, 675, QImage.Format.Format_RGB32)
    image.fill(0)
    store = QBuffer()
    image.save(store, "PNG")  # type: ignore[call-overload]
    document = laid_out(report, [(f"Moment {k}", bytes(store.data().data())) for k in range(count)])
    for k in range(count):
        heading = document.find(f"Moment {k}").block()
        tops = [document.documentLayout().blockBoundingRect(b) for b in (heading, heading.next())]
        assert int(tops[0].top() // PAGE_PX.height()) == int((tops[1].bottom() - 1) // PAGE_PX.height())


def test_the_head_of_a_table_stands_on_every_page_that_it_reaches(report: ShiftReport, qapp: QApplication) -> None:
    document = laid_out(replace(report, assets=report.assets * 12), [])
    table = document.find("Running").currentTable()
    assert table.format().headerRowCount() == 1
    assert table.rows() > 40


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_a_disk_that_takes_only_a_part_leaves_no_half_report(report: ShiftReport, tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
        with pytest.raises(DataError, match="cannot be written"):
            write_pdf(report, [], tmp_path / "shift.pdf")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert list(tmp_path.iterdir()) == []
