"""The legend says what the colours mean and leaves the picture to be seen."""

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from twinviewer.colours import Legend, LegendEntry
from twinviewer.gui.legend import LegendView
from twinviewer.model.state import State

STATUS = Legend("Status", entries=tuple(LegendEntry(s.label, "868686", ("state", int(s)), 12) for s in State))


def test_words_give_way_where_the_picture_is_small(qtbot: QtBot) -> None:
    picture = QWidget()
    qtbot.addWidget(picture)
    legend = LegendView(picture)
    heights = {}
    for width, height in ((1200, 700), (540, 170), (1200, 700)):
        picture.resize(width, height)
        legend.show_legend(STATUS)
        legend.place()
        assert picture.rect().contains(legend.geometry())
        heights[width] = legend.height()
        legend.grab()
    assert legend.width() > 800
    assert heights[540] <= 0.45 * 170
    assert "Running 12" in legend.accessibleName()
