"""The look of every widget: Inter, palette and style sheet from the colour tokens; the theme follows the system."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from twinviewer.discovery import shipped
from twinviewer.model.palette import SURFACE
from twinviewer.panels._kit import roles
from twinviewer.panels._kit.sheet import sheet

_PROPERTY = "twinviewer_theme"
_MOTION = "twinviewer_reduced_motion"
_WINDOW = Qt.WindowType.Window  # neither tool tip nor pop-up
_SHEET = "twinviewer_sheet"  # the theme of a style sheet: the application's, or the one that `dress` gave to a window


def theme() -> str:
    """The theme in force, "light" or "dark"; widgets that paint themselves ask for it when they paint."""
    application = QGuiApplication.instance()
    value = application.property(_PROPERTY) if application is not None else None
    return value if value in SURFACE else "dark"


def reduced_motion() -> bool:
    """Whether nothing may blink or fly, as the person asked for."""
    application = QGuiApplication.instance()
    return bool(application.property(_MOTION)) if application is not None else False


def set_reduced_motion(on: bool) -> None:
    """Set whether nothing may blink or fly."""
    application = QGuiApplication.instance()
    if application is not None:
        application.setProperty(_MOTION, on)


def colour(name: str, alpha: int = 255) -> QColor:
    """A surface token ("text2", "accent", "panel" …) of the theme in force, or a colour given as "#RRGGBB"."""
    value = QColor(name if name.startswith("#") else SURFACE[theme()][name])
    value.setAlpha(alpha)
    return value


def font(pixels: float, weight: int = 400) -> QFont:
    """Inter in `pixels` (device-independent) and `weight` (400 regular, 500 medium, 600 semi-bold)."""
    value = QFont("Inter")
    value.setPixelSize(max(1, round(pixels)))
    value.setWeight(QFont.Weight(weight))
    value.setFeature(QFont.Tag("tnum"), 1)
    return value


def system_theme() -> str:
    """The theme that the desktop asks for; dark where it does not say."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return "light" if scheme == Qt.ColorScheme.Light else "dark"


def install(application: QApplication, wanted: str = "system") -> str:
    """Give `application` the theme `wanted` ("light", "dark" or "system"); returns the theme in force.

    May be called again at any time; open windows follow.
    """
    _prepare(application)
    hints = application.styleHints()
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(wanted, Qt.ColorScheme.Unknown)
    hints.setColorScheme(scheme)
    chosen = wanted if wanted in SURFACE else system_theme()
    application.setProperty(_PROPERTY, chosen)
    if not application.property(_SHEET):  # the style of a style sheet has no name, and would be set anew
        application.setStyle("Fusion")
    application.setPalette(_palette(chosen))
    application.setFont(font(12))
    windows = _windows(application)
    if application.property(_SHEET) and any(w.isVisible() for w in windows):
        _dress_one(application)
    else:
        application.setProperty(_SHEET, chosen)
        application.setStyleSheet(sheet(chosen))
        for window in windows:
            if window.property(_SHEET):
                _put_on(window, "")
    return chosen


def dress(window: QWidget) -> None:
    """Give a window without a parent, and so its dialogs and menus, the style sheet of the theme in force.

    Qt restyles a thousand widgets five times as quickly from their window down as from the application, in whose order
    parents may come after their children. So the application keeps the sheet that it began with, and windows that are
    there when the theme changes, or are made after that, have their own.
    """
    if _worn(window) != theme():
        _put_on(window, theme())


def _windows(application: QApplication) -> list[QWidget]:
    return [w for w in application.topLevelWidgets() if w.parentWidget() is None]


def _dress_one(application: QApplication) -> None:
    """Dress the window that a person looks at, and the others one at a time between events."""
    old = [w for w in _windows(application) if _worn(w) != theme()]
    if old:
        dress(min(old, key=lambda w: (not w.isActiveWindow(), not w.isVisible(), w.windowType() != _WINDOW)))
    if len(old) > 1:
        QTimer.singleShot(0, application, lambda: _dress_one(application))


def _worn(window: QWidget) -> str | None:
    application = QApplication.instance()
    return window.property(_SHEET) or (application.property(_SHEET) if application is not None else None)


def _put_on(window: QWidget, chosen: str) -> None:
    window.setProperty(_SHEET, chosen)
    window.setStyleSheet(sheet(chosen) if chosen else "")


def _prepare(application: QApplication) -> None:
    if application.property("twinviewer_prepared"):
        return
    for path in sorted((shipped("resources") / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))
    roles.install()
    application.setProperty("twinviewer_prepared", True)


def _palette(chosen: str) -> QPalette:
    surface, role = SURFACE[chosen], QPalette.ColorRole
    tokens = {
        role.Window: "window",
        role.Base: "field",
        role.AlternateBase: "raised",
        role.Text: "text",
        role.WindowText: "text",
        role.Button: "raised",
        role.ButtonText: "text",
        role.PlaceholderText: "text2",
        role.ToolTipBase: "raised",
        role.ToolTipText: "text",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.Link: "accent",
        role.Accent: "accent",
    }
    palette = QPalette()
    for key, token in tokens.items():
        palette.setColor(key, QColor(surface[token]))
    for key in (role.Text, role.WindowText, role.ButtonText):
        faded = QColor(surface["text2"])
        faded.setAlpha(140)
        palette.setColor(QPalette.ColorGroup.Disabled, key, faded)
    return palette


def system_reduces_motion() -> bool:
    """Whether the desktop asks that nothing blinks (Qt knows that of the text cursor; it has no other such hint)."""
    return QGuiApplication.styleHints().cursorFlashTime() <= 0
