"""RFC 3339 text in UTC with exactly milliseconds, the only way times are written in messages."""

from datetime import UTC, datetime


def rfc3339(at: datetime) -> str:
    """`2026-03-25T17:30:00.250Z`; raises ValueError for a time without a zone.

    >>> rfc3339(datetime(2026, 3, 25, 17, 30, 0, 250_999, UTC))
    '2026-03-25T17:30:00.250Z'
    """
    if at.tzinfo is not UTC:
        if at.tzinfo is None:
            raise ValueError(f"a time needs a zone: {at.isoformat()}")
        at = at.astimezone(UTC)
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since the epoch.

    >>> milliseconds(datetime(1970, 1, 1, 0, 0, 1, 999, UTC))
    1000
    """
    return round(at.timestamp() * 1_000_000) // 1000
