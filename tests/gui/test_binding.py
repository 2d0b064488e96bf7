"""Binding in the window: what the server offers is shown, a person decides with clicks, the scene opens with it."""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QPushButton, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from tests.app.running import SKID, WAIT_MS, wait_for_collectors, wait_live
from tests.plant.served import Plant, plant
from twinviewer.app import Application, Start
from twinviewer.gui.dialogs.bind import BindDialog
from twinviewer.gui.main_window import MainWindow
from twinviewer.scene.scene import load_scene
from twinviewer.settings import SettingsStore


@pytest.fixture(scope="module")
def served() -> Iterator[Plant]:
    with plant(str(SKID), "--scenario", "calm") as running:
        yield running


@pytest.fixture
def application(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Application]:
    made = Application(qapp, SettingsStore(tmp_path / "settings", {}, {"theme": "dark", "motion": "reduced"}))
    yield made
    made.quit()
    made.shut_down()
    qtbot.wait(50)
    wait_for_collectors()


@pytest.fixture
def half_bound(tmp_path: Path) -> Path:
    """The skid with no node ids left but those of the states."""
    folder = tmp_path / "skid"
    shutil.copytree(SKID, folder)
    text = (folder / "scene.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith('node = "p:') or ".State" in line]
    (folder / "scene.toml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


def open_live(application: Application, qtbot: QtBot, folder: Path, url: str) -> MainWindow:
    window = application.start(Start(folder, url, size=(1100, 700)))
    wait_live(qtbot, window)
    return window


def when_asked(act: Callable[[BindDialog], None]) -> list[BindDialog]:
    """Do this to the dialog as soon as it stands; returns a list that will hold it."""
    met: list[BindDialog] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, BindDialog) and dialog.isVisible():
            met.append(dialog)
            try:
                act(dialog)
            except BaseException:
                dialog.reject()  # or the window would wait for ever
                raise
        else:
            QTimer.singleShot(50, look)

    QTimer.singleShot(50, look)
    return met


def click_box(qtbot: QtBot, dialog: BindDialog, row: int) -> None:
    """A click on the box before a proposal."""
    table = dialog.table
    index = table.model().index(row, 0)
    table.scrollTo(index)
    option = QStyleOptionViewItem()
    option.rect = table.visualRect(index)  # type: ignore[attr-defined]
    option.features = QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator  # type: ignore[attr-defined]
    box = table.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, table)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def test_what_a_person_accepts_is_bound_and_read_and_the_rest_is_not(
    application: Application, served: Plant, half_bound: Path, qtbot: QtBot
) -> None:
    window = open_live(application, qtbot, half_bound, served.url)
    before = {t.name for t in window.session.scene.tags}
    assert {name.split(".")[1] for name in before} == {"State"}
    refused: list[str] = []

    def act(dialog: BindDialog) -> None:
        assert len(dialog._open) >= 15
        qtbot.keyClicks(dialog.filter, "PMP-511")
        rows = [r for r in range(dialog.table.rowCount()) if not dialog.table.isRowHidden(r)]
        assert rows
        assert all(dialog._open[r].asset_id == "PMP-511" for r in rows)
        assert set(rows) <= set(dialog.accepted_rows()), "names that agree are proposed as accepted"
        click_box(qtbot, dialog, rows[0])
        refused.append(f"{dialog._open[rows[0]].asset_id}.{dialog._open[rows[0]].key}")
        assert rows[0] not in dialog.accepted_rows()
        qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    met = when_asked(act)
    window.registry.run("scene.bind")
    qtbot.waitUntil(lambda: bool(refused), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(met) and len(window.session.scene.tags) > len(before), timeout=WAIT_MS)
    assert len(met) == 1
    bound = {t.name for t in window.session.scene.tags}
    assert before < bound
    assert refused[0] not in bound
    assert "PMP-512.Power" in bound
    with (half_bound / "bindings.csv").open(encoding="utf-8", newline="") as file:
        said = {f"{r['asset']}.{r['tag']}": r["accept"] for r in csv.DictReader(file)}
    assert said[refused[0]] == "no"
    assert said["PMP-512.Power"] == "yes"
    assert said["PMP-511.State"] == "as written"
    row = window.session.scene.asset("PMP-512").index

    def measured() -> bool:
        frame = window.session.frame
        return frame is not None and len(frame.assets.power_kw) > row and frame.assets.power_kw[row] > 0

    wait_live(qtbot, window)
    qtbot.waitUntil(measured, timeout=WAIT_MS)


def test_called_off_nothing_is_written_and_the_scene_stays(
    application: Application, served: Plant, half_bound: Path, qtbot: QtBot
) -> None:
    window = open_live(application, qtbot, half_bound, served.url)
    scene = window.session.scene
    met = when_asked(lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Escape))
    window.registry.run("scene.bind")
    qtbot.waitUntil(lambda: bool(met) and not met[0].isVisible(), timeout=WAIT_MS)
    qtbot.wait(100)
    assert window.session.scene is scene
    assert not (half_bound / "bindings.csv").exists()


def test_none_and_sure_are_one_click_each_and_the_old_table_is_kept(
    application: Application, served: Plant, half_bound: Path, qtbot: QtBot
) -> None:
    line = "asset,tag,node,role,unit,accept\nPMP-511,Power,p:s=PMP-511.Power,power,kW,yes\n"
    (half_bound / "bindings.csv").write_text(line, encoding="utf-8")
    window = open_live(application, qtbot, half_bound, served.url)
    counts: list[int] = []

    def press(dialog: BindDialog, words: str) -> None:
        (found,) = [b for b in dialog.findChildren(QPushButton) if b.text().startswith(words)]
        qtbot.mouseClick(found, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
        counts.append(len(dialog.accepted_rows()))

    def act(dialog: BindDialog) -> None:
        press(dialog, "Accept none")
        press(dialog, "Accept from")
        press(dialog, "Accept none")
        qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    when_asked(act)
    window.registry.run("scene.bind")
    kept = half_bound / "bindings.csv.before"
    qtbot.waitUntil(kept.exists, timeout=WAIT_MS)
    assert kept.read_text(encoding="utf-8") == line
    assert counts[0] == counts[2] == 0
    assert counts[1] > 10
    qtbot.waitUntil(lambda: {t.key for t in window.session.scene.tags} == {"State"}, timeout=WAIT_MS)
    assert [t for t in load_scene(half_bound, geometry=False).tags if t.key == "Power"] == []
    wait_live(qtbot, window)  # the collector of the scene as it is now has its window before that one goes
