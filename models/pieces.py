"""A large state as MessagePack, made piece by piece: whoever has other things to do can do them in between.

The pieces one after another are what encoding the whole at once gives, but for the widths of some headers.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol, runtime_checkable

import msgspec

AT_ONCE = 1_000  # entries of a mapping in a piece: a few ms


@runtime_checkable
class Large(Protocol):
    """A memory that holds much: it can be saved piece by piece."""

    def save_in_pieces(self) -> Iterator[bytes]:
        """What `save` gives, in order; nothing may be taken in meanwhile."""


_encode = msgspec.msgpack.Encoder().encode


def of_struct(state: msgspec.Struct) -> Iterator[bytes]:
    """An array-like struct; its large mappings entry by entry, the rest as it is."""
    names = state.__struct_fields__
    yield b"\xdc" + len(names).to_bytes(2, "big")
    for value in (getattr(state, name) for name in names):
        if isinstance(value, Mapping):
            yield from of_mapping(value)
        else:
            yield _encode(value)


def of_mapping(held: Mapping[Any, Any], at_once: int = AT_ONCE) -> Iterator[bytes]:
    """A mapping, so many entries a piece."""
    yield b"\xdf" + len(held).to_bytes(4, "big")
    entries = iter(held.items())
    while some := dict(islice(entries, at_once)):
        yield _encode(some)[_header(len(some)) :]


def of_bytes(pieces: Sequence[bytes]) -> Iterator[bytes]:
    """Bytes that are there in pieces."""
    yield b"\xc6" + sum(map(len, pieces)).to_bytes(4, "big")
    yield from pieces


def _header(entries: int) -> int:
    """Bytes that a mapping of so many entries begins with."""
    return 1 if entries < 2**4 else 3 if entries < 2**16 else 5
