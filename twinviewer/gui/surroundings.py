"""What stands around the 3D picture in a window: notices, the strip about the connection, panels above and below."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from twinviewer.gui.docks import PanelSlot
from twinviewer.gui.first_look import StagePlace
from twinviewer.gui.link_texts import trouble_of
from twinviewer.gui.notices import NoticeBar, Strip
from twinviewer.model.frame import Frame
from twinviewer.panels._kit.actions import Actions


class Surroundings(QWidget):
    """A page with `place` in its middle, which takes the room also while there is no picture."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self._actions = actions
        self.notices = NoticeBar()
        self.trouble = Strip()
        self.trouble.hide()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._above = self._slot()
        self._layout.addWidget(self.notices)
        self._strip_box = QFrame()
        box = QVBoxLayout(self._strip_box)
        box.setContentsMargins(6, 2, 6, 2)
        box.addWidget(self.trouble)
        self._layout.addWidget(self._strip_box)
        self._strip_box.hide()
        self.place = StagePlace()
        self._stage_box = QVBoxLayout(self.place)
        self._stage_box.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.place, 1)
        self._below = self._slot()

    def _slot(self) -> QVBoxLayout:
        slot = QVBoxLayout()
        slot.setContentsMargins(0, 0, 0, 0)
        slot.setSpacing(0)
        self._layout.addLayout(slot)
        return slot

    def place_panels(self, panels: Sequence[PanelSlot]) -> None:
        """Put panels without a dock above and below the picture."""
        for panel in panels:
            (self._above if panel.area == "top" else self._below).addWidget(panel.widget)

    def set_scale(self, scale: float) -> None:
        """Larger letters for a wall screen."""
        for slot in (self._above, self._below):
            for i in range(slot.count()):
                item = slot.itemAt(i)
                set_scale = getattr(item.widget(), "set_scale", None) if item is not None else None
                if set_scale is not None:
                    set_scale(scale)

    def show_trouble(self, frame: Frame) -> None:
        """The strip about the connection, where there is something to say."""
        trouble = trouble_of(frame)
        if trouble is not None:
            buttons = [
                (self._actions[name].text, lambda n=name: self._actions.run(n))
                for name in trouble.buttons
                if name in self._actions
            ]
            self.trouble.say(trouble.level, trouble.text, trouble.remedy, buttons)
        # from the inside out and with its words: each other size that shows costs a render of the picture below
        self.trouble.setVisible(trouble is not None)
        self._strip_box.setVisible(trouble is not None)
