"""Where the order book asks little of a line, an hour of standing costs little: closed forms of the share."""

from pathlib import Path

import numpy as np
import pytest

from tests.session.test_lost_production import ASSETS, LINE, MAINTENANCE
from twinviewer.maintenance.planning.calendar import Hours
from twinviewer.maintenance.settings import read_settings
from twinviewer.session.order_book import booked, production_of
from twinviewer.simulation.reading import load_line

START_NS = 1_762_128_000_000_000_000  # Monday 3 November 2025, 00:00 UTC
HOURS = Hours(START_NS, 96, "UTC")
BOOK = """
[source.s]
policy = "orders"
[[order]]
id = "1"
product = "P"
quantity = 720
due = 2025-11-04T00:00:00
[[order]]
id = "2"
product = "P"
quantity = 360
due = "48 h"
"""


def shares(folder: Path, line: str) -> dict[str, np.ndarray]:
    (folder / "maintenance.toml").write_text(MAINTENANCE)
    (folder / "line.toml").write_text(line)
    return booked(load_line(folder), read_settings(folder), ASSETS, HOURS)


def with_book(line: str, book: str) -> str:
    return line.replace("VALUE", "").replace("[source.s]\n", '[source.s]\npolicy = "orders"\n') + book.replace(
        '[source.s]\npolicy = "orders"\n', ""
    )


def test_each_day_costs_the_share_that_its_orders_need(tmp_path: Path) -> None:
    found = shares(tmp_path, with_book(LINE, BOOK))
    assert set(found) == {"Hall/Line A", "Hall/Line A/Mills"}  # the office makes nothing
    line = found["Hall/Line A"]  # 60 s a part at the washer: 12 h of the first day, 6 h of the second
    assert line[:24] == pytest.approx(np.full(24, 0.5))
    assert line[24:48] == pytest.approx(np.full(24, 0.25))
    assert np.isnan(line[48:]).all()  # beyond the last due date the book says nothing


def test_what_does_not_fit_before_its_date_fills_the_days_before(tmp_path: Path) -> None:
    book = BOOK.replace("quantity = 360", "quantity = 1800")  # 30 h: all of the second day, 6 h of the first
    line = shares(tmp_path, with_book(LINE, book))["Hall/Line A"]
    assert line[24:48] == pytest.approx(np.ones(24))
    assert line[:24] == pytest.approx(np.full(24, 0.75))


def test_nobody_works_outside_of_the_calendar(tmp_path: Path) -> None:
    day = '[calendar.day]\nweek = { all = ["06:00-18:00"] }\n'
    text = with_book(LINE, BOOK).replace("[station.WASH]", '[station.WASH]\ncalendar = "day"')
    text = text.replace("[product.P]", day + "[product.P]")
    line = shares(tmp_path, text)["Hall/Line A"]
    assert line[:6] == pytest.approx(np.full(6, 0.5))  # the mills run at night
    assert line[6:18] == pytest.approx(np.ones(12))
    both = shares(tmp_path, text.replace("[station.MILLS]", '[station.MILLS]\ncalendar = "day"'))["Hall/Line A"]
    assert both[:6].tolist() == [0] * 6
    assert both[24 + 6 : 24 + 18] == pytest.approx(np.full(12, 0.5))


def test_without_a_usable_book_nothing_is_claimed(tmp_path: Path) -> None:
    assert shares(tmp_path, LINE.replace("VALUE", "")) == {}
    assert set(production_of(tmp_path, ASSETS).booked(HOURS)) == set()
    (tmp_path / "line.toml").write_text("format = ")
    assert production_of(tmp_path, ASSETS).booked(HOURS) == {}
    (tmp_path / "line.toml").unlink()
    assert production_of(tmp_path, ASSETS).booked(HOURS) == {}
