"""Dates and times as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.course.moments import read_moment, shown_moment

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "text, zone, hour, stated",
    [
        ("2026-11-20 23:00", None, 23, False),
        ("2026-11-20 23:00", BERLIN, 22, False),
        ("2026-07-20 23:00", BERLIN, 21, False),  # summer time
        ("2026-11-20 23:00 Europe/Berlin", None, 22, True),
        ("2026-11-20 23:00 +0200", BERLIN, 21, True),
        ("2026-11-20T23:00Z", BERLIN, 23, True),
        ("2026-11-20 23:00 Z", BERLIN, 23, True),
        ("2026-11-20 15:00:00.250-08:00", None, 23, True),
    ],
)
def test_a_time_is_in_the_zone_that_it_states_or_in_the_given_one(text, zone, hour, stated):
    moment, is_stated = read_moment(text, zone)
    assert (moment.astimezone(UTC).hour, is_stated) == (hour, stated)


@pytest.mark.parametrize("text", ["", "soon", "11/20/2026 23:59", "2026-11-20 23:59 Mars/Base", "2026-11-31 10:00"])
def test_anything_else_is_not_a_time(text):
    with pytest.raises(ValueError, match="is not a time"):
        read_moment(text)


def test_a_date_alone_is_not_enough():
    with pytest.raises(ValueError, match="is a date without a time"):
        read_moment("2026-11-20")


def test_it_is_shown_in_utc():
    assert shown_moment(datetime(2026, 11, 20, 23, 59, tzinfo=BERLIN)) == "2026-11-20 22:59 UTC"
    assert shown_moment(datetime(2026, 11, 20, 23, 59, 30, tzinfo=UTC)) == "2026-11-20 23:59:30 UTC"
