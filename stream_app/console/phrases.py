"""Figures, times and names as people read them. Pure; times are UTC."""

from datetime import UTC, datetime

from stream_app.console.decode import Subject

NOTHING = "-"
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def number(value: float | None) -> str:
    """A figure with as many digits as help.

    >>> number(1234.0), number(12.345), number(0.01234), number(None)
    ('1,234', '12.3', '0.0123', '-')
    """
    if value is None:
        return NOTHING
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3g}"


def span(seconds: float) -> str:
    """A duration in at most two units.

    >>> span(8.2), span(150), span(7500), span(200_000)
    ('8 s', '2 min', '2 h 05 min', '2 d 7 h')
    """
    whole = max(0, int(seconds))
    if whole < 2 * MINUTE:
        return f"{whole} s"
    if whole < 2 * HOUR:
        return f"{whole // MINUTE} min"
    if whole < 2 * DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02d} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"


def moment(ms: int | None) -> str:
    """Date and time.

    >>> moment(0)
    '1970-01-01 00:00:00'
    """
    return NOTHING if ms is None else _utc(ms).strftime("%Y-%m-%d %H:%M:%S")


def clock(ms: int | None) -> str:
    """Time of day.

    >>> clock(0)
    '00:00:00'
    """
    return NOTHING if ms is None else _utc(ms).strftime("%H:%M:%S")


def moment_near(ms: int, now_ms: int) -> str:
    """Time of day, with the date unless it is the day of `now_ms`.

    >>> moment_near(0, 1000), moment_near(0, 90_000_000)
    ('00:00:00', '1970-01-01 00:00:00')
    """
    return clock(ms) if _utc(ms).date() == _utc(now_ms).date() else moment(ms)


def scenario(stem: str) -> str:
    """A scenario's stem as a title.

    >>> scenario("stock_exhaustion")
    'Stock exhaustion'
    """
    return stem.replace("_", " ").capitalize()


def entity(subject: Subject) -> str:
    """Whom or what it is about.

    >>> entity(Subject("product", "7")), entity(Subject("service", "cart-service")), entity(Subject("shop", "cqshop"))
    ('product 7', 'cart-service', 'whole shop')
    """
    if subject.kind == "shop":
        return "whole shop"
    return subject.id if subject.kind in ("service", "event_type") else f"{subject.kind} {subject.id}"


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
