"""Identifiers that sort by time: UUID version 7 (RFC 9562, section 5.7)."""

import secrets
from datetime import datetime

from shop_services.contracts.times import milliseconds

_RANDOM_BITS = 74
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_LOW_62 = (1 << 62) - 1


def uuid7(at: datetime, random_bits: int | None = None) -> str:
    """A UUIDv7 whose timestamp is `at`; `random_bits` (74 of them) make it repeatable.

    >>> from datetime import UTC
    >>> uuid7(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC), 0)
    '017f22e2-79b0-7000-8000-000000000000'
    """
    bits = secrets.randbits(_RANDOM_BITS) if random_bits is None else random_bits
    high = milliseconds(at) << 80 | _VERSION | (bits >> 62 & 0xFFF) << 64
    value = high | _VARIANT | bits & _LOW_62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
