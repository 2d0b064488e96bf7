"""Settings that a person may change; each takes effect at once."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.settings import Settings

_THEMES = (("system", "As the system"), ("dark", "Dark"), ("light", "Light"))
_MOTION = (
    ("system", "As the system"),
    ("full", "Flights and slow blinking"),
    ("reduced", "None: nothing moves by itself"),
)
_RATES = ((4, "4 times a second"), (10, "10 times a second"), (30, "30 times a second"))


class PreferencesDialog(BaseDialog):
    """Calls `change(**fields)` for every choice."""

    def __init__(self, settings: Settings, change: Callable[..., object], parent: QWidget | None) -> None:
        super().__init__("Settings", parent)
        form = self.form()
        self.theme = self._choice(_THEMES, settings.theme, lambda v: change(theme=v))
        self.motion = self._choice(_MOTION, settings.motion, lambda v: change(motion=v))
        self.rate = self._choice(_RATES, settings.rate_hz, lambda v: change(rate_hz=v))
        self.user = QLineEdit(settings.user)
        self.user.editingFinished.connect(lambda: change(user=self.user.text().strip() or "operator"))
        self.scheduler = QLineEdit(settings.scheduler)
        self.scheduler.setPlaceholderText("this computer; or tcp://host:8786")
        self.scheduler.setToolTip("The Dask cluster on which searches of the what-if panel and simulate run")
        self.scheduler.editingFinished.connect(lambda: change(scheduler=self.scheduler.text().strip()))
        self.refined = QCheckBox("Refine the picture at rest")
        self.refined.setChecked(settings.refined)
        self.refined.toggled.connect(lambda on: change(refined=on))
        for name, field in (
            ("Theme", self.theme),
            ("Motion", self.motion),
            ("Refresh values", self.rate),
            ("Your name", self.user),
            ("3D picture", self.refined),
            ("Simulate on", self.scheduler),
        ):
            form.addRow(name, field)
            field.setAccessibleName(name)
        self.body.addWidget(quiet("Your name signs what you acknowledge and shelve. Everything here is kept."))
        self.buttons("Close", cancel="")

    @staticmethod
    def _choice(choices: tuple[tuple[object, str], ...], now: object, chosen: Callable[[object], object]) -> QComboBox:
        box = QComboBox()
        for value, text in choices:
            box.addItem(text, value)
        index = box.findData(now)
        if index < 0:
            box.addItem(str(now), now)
            index = box.count() - 1
        box.setCurrentIndex(index)
        box.currentIndexChanged.connect(lambda i: chosen(box.itemData(i)))
        return box
