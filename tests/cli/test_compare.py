"""`twinviewer compare`: what differs between two moments, in words."""

from tests.factory import make_tag
from twinviewer.cli.compare import _line
from twinviewer.history.compare import ValueChange
from twinviewer.model.quality import Quality


def test_a_counter_that_moved_a_little_is_shown_with_the_digits_that_differ() -> None:
    tag = make_tag(0, "M-0", "Power")
    good = Quality.GOOD
    assert "20.5 kW → 20.6 kW" in _line(ValueChange(tag, 20.5, 20.6, good, good))
    assert "59483.415 kW → 59483.436 kW" in _line(ValueChange(tag, 59483.415, 59483.436, good, good))
    stale = _line(ValueChange(tag, 3.0, 3.0, good, Quality.STALE))
    assert "3 kW → 3 kW (good → stale)" in stale
