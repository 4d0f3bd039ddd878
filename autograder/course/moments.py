"""Read moments that people and platforms write: a date and a time, and the time zone if it is stated."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

EXAMPLES = '"2026-11-20 23:59", "2026-11-20 23:59 +0100" or "2026-11-20 23:59 Europe/Berlin"'


def read_moment(text: str, zone: tzinfo | None = None) -> tuple[datetime, bool]:
    """Read a moment such as "2026-11-20 23:59 Europe/Berlin".

    Parameters
    ----------
    text
        The date, the time, and if it is known the zone: +0100, Z or a name of the time zone database.
    zone
        The zone of a time that states none; UTC by default.

    Returns
    -------
    moment
        With its time zone.
    stated
        Whether the text states the zone.

    Raises
    ------
    ValueError
        It is not a date and a time. The text of the error is the predicate of a sentence.
    """
    words = text.split()
    try:
        if len(words) == 3 and not words[2].lstrip("+-").replace(":", "").isdigit() and words[2] != "Z":
            moment = datetime.fromisoformat(" ".join(words[:2])).replace(tzinfo=ZoneInfo(words[2]))
        else:
            moment = datetime.fromisoformat("".join([" ".join(words[:2]), *words[2:]]))
    except (ValueError, OSError, KeyError):
        raise ValueError("is not a time") from None
    if ":" not in text:
        raise ValueError("is a date without a time")
    return (moment, True) if moment.tzinfo else (moment.replace(tzinfo=zone or UTC), False)


def shown_moment(moment: datetime) -> str:
    """A moment for people to read, in UTC, without seconds if they are 0."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC".replace(":00 UTC", " UTC")
