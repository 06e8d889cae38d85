"""Identifiers as they may stand in a file: what is no UUID may be anything, an address too, and is replaced."""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from models.fingerprints import NONE

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Disguise:
    """The same text gets the same replacement, so that a cause and its effect still name each other.

    The key is drawn anew by every process and kept nowhere, so nobody can try out what stood there.
    """

    key: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    def of(self, identifier: Any) -> str | None:
        """A UUID as it is, another text replaced; None for what is no identifier.

        >>> Disguise().of("019ca6bb-541f-7855-9653-8bdf3cc12540"), Disguise().of(["kim"])
        ('019ca6bb-541f-7855-9653-8bdf3cc12540', None)
        """
        if type(identifier) is not str or identifier in ("", NONE):
            return None
        if UUID.fullmatch(identifier):
            return identifier
        return blake2b(identifier.encode("utf-8", "surrogatepass"), key=self.key, digest_size=16).hexdigest()
