"""Makes what nobody may guess or use twice: message ids, activation codes, salted digests."""

import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

from shop_services.contracts.ids import uuid7

_ID_BITS = 74
_CODE_BITS = 64


class Mint:
    """`salt` is a secret of the shop; `randbits(n)` gives n random bits (seeded ones in simulations)."""

    def __init__(self, salt: str, randbits: Callable[[int], int] = secrets.randbits) -> None:
        self._key = blake2b(salt.encode()).digest()
        self._randbits = randbits

    def message_id(self, at: datetime) -> str:
        """A UUIDv7 of that time."""
        return uuid7(at, self._randbits(_ID_BITS))

    def code(self) -> str:
        """An activation code: 16 hexadecimal digits."""
        return f"{self._randbits(_CODE_BITS):016x}"

    def digest(self, text: str) -> str:
        """32 hexadecimal digits that stand for a secret; equal texts give equal digests."""
        return blake2b(text.encode(), digest_size=16, key=self._key).hexdigest()
