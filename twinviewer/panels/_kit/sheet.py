"""The style sheet, written from the colour tokens of a theme."""

from twinviewer.discovery import shipped
from twinviewer.model.palette import SURFACE

_SHEET = """
* {{ font-family: "Inter"; font-size: 12px; color: {text}; }}
QMainWindow, QWidget#window {{ background: {window}; }}
QMainWindow::separator {{ background: {window}; width: 5px; height: 5px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QDialog {{ background: {panel}; }}
QWidget#panel, QScrollArea#panel, QScrollArea#panel > QWidget > QWidget {{ background: {panel}; border: 0; }}
QWidget#titlebar {{ background: {panel}; border-bottom: 1px solid {border}; }}
QLabel {{ background: transparent; }}
QLabel[kind="heading"] {{ font-weight: 600; }}
QLabel[kind="quiet"] {{ color: {text2}; font-size: 11px; }}
QLabel[kind="title"] {{ font-size: 18px; font-weight: 600; }}
QFrame[kind="card"] {{ background: {raised}; border: 1px solid {border}; border-radius: 7px; }}
QFrame[kind="card"][chosen="true"] {{ border: 1px solid {accent}; }}
QMenuBar {{ background: {window}; padding: 1px 4px; }}
QMenuBar::item {{ padding: 3px 9px; background: transparent; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {raised}; border: 1px solid {border}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 26px; border-radius: 4px; }}
QMenu::item:selected {{ background: {hover}; }}
QMenu::item:disabled {{ color: {text2}; }}
QMenu::icon {{ padding-left: 6px; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 8px; }}
QToolBar {{ background: {window}; border: 0; spacing: 3px; padding: 3px 6px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 4px 7px; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:pressed {{ background: {border}; }}
QToolButton:checked {{ background: {raised}; border-color: {accent}; font-weight: 600; }}
QToolButton:focus, QPushButton:focus, QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus,
QTreeView:focus, QTableView:focus, QListView:focus, QPlainTextEdit:focus, QTabBar::tab:focus
{{ border: 1px solid {accent}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {accent}; }}
QCheckBox::indicator, QAbstractItemView::indicator {{ width: 14px; height: 14px; border: 1px solid {text2};
    border-radius: 3px; background: {field}; }}
QCheckBox::indicator:hover, QAbstractItemView::indicator:hover {{ border-color: {accent}; }}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{ background: {accent}; border-color: {accent};
    image: url("{icons}/tick-{theme}.svg"); }}
QCheckBox::indicator:disabled, QAbstractItemView::indicator:disabled {{ border-color: {border}; }}
QFrame[kind="segmented"] {{ background: {field}; border: 1px solid {border}; border-radius: 7px; }}
QFrame[kind="segmented"] QToolButton {{ padding: 4px 14px; }}
QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit {{ background: {field}; border: 1px solid {border};
  border-radius: 5px; padding: 4px 8px; selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{ color: {text2}; background: {panel}; }}
QComboBox {{ padding-right: 22px; }}
QComboBox::drop-down {{ border: 0; width: 22px; subcontrol-origin: border; subcontrol-position: center right; }}
QComboBox::down-arrow {{ image: url("{icons}/arrow-down-{theme}.svg"); width: 12px; height: 12px; }}
QAbstractSpinBox {{ padding-right: 18px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: 0; width: 16px; background: transparent; }}
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {hover}; }}
QAbstractSpinBox::up-arrow {{ image: url("{icons}/arrow-up-{theme}.svg"); width: 9px; height: 9px; }}
QAbstractSpinBox::down-arrow {{ image: url("{icons}/arrow-down-{theme}.svg"); width: 9px; height: 9px; }}
QComboBox QAbstractItemView {{ background: {raised}; border: 1px solid {border}; outline: 0; }}
QTreeView, QTableView, QListView {{ background: {panel}; border: 1px solid transparent; outline: 0;
  alternate-background-color: {raised}; }}
QTreeView::item {{ height: 24px; }}
QTreeView::item:hover, QTableView::item:hover, QListView::item:hover {{ background: {hover}; }}
QTreeView::item:selected, QTableView::item:selected, QListView::item:selected
{{ background: {hover}; color: {text}; }}
QHeaderView {{ background: {panel}; }}
QHeaderView::section {{ background: {panel}; color: {text2}; border: 0; border-bottom: 1px solid {border};
  padding: 3px 6px; font-size: 11px; }}
QTableCornerButton::section {{ background: {panel}; border: 0; }}
QTabBar {{ background: {panel}; }}
QTabBar::tab {{ background: transparent; color: {text2}; padding: 6px 12px; border: 1px solid transparent;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; font-weight: 600; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {border}; }}
QPushButton {{ background: {raised}; border: 1px solid {border}; border-radius: 5px; padding: 5px 12px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {border}; }}
QPushButton:disabled {{ color: {text2}; background: {panel}; }}
QPushButton[kind="primary"] {{ background: {accent}; color: {on_accent}; border-color: {accent}; font-weight: 600; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {text}; padding: 4px 11px; }}
QPushButton[kind="primary"]:disabled {{ background: {panel}; color: {text2}; border-color: {border}; }}
QPushButton[kind="link"] {{ background: transparent; border: 1px solid transparent; color: {accent};
  padding: 2px 4px; text-align: left; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: 1px solid {accent}; }}
QStatusBar {{ background: {window}; border-top: 1px solid {border}; }}
QStatusBar QLabel {{ color: {text2}; padding: 0 8px; font-size: 11px; }}
QStatusBar QLabel[loud="true"] {{ color: {text}; font-weight: 600; }}
QStatusBar::item {{ border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; }}
QScrollBar::handle {{ background: {border}; border-radius: 4px; min-height: 24px; min-width: 24px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {text2}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSlider::groove:horizontal {{ height: 4px; background: {border}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: {text}; }}
QProgressBar {{ background: {field}; border: 1px solid {border}; border-radius: 4px; text-align: center;
  font-size: 11px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 3px 6px; }}
"""


def sheet(theme: str) -> str:
    """The Qt style sheet of a theme ("light" or "dark")."""
    icons = (shipped("resources") / "icons").as_posix()
    return _SHEET.format(**SURFACE[theme], icons=icons, theme=theme)
