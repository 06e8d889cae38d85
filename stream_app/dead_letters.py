"""Dead letters: where an unusable record stands and why, never what it holds."""

from collections.abc import Iterable

import msgspec

from shop_services.contracts.topics import DEAD_LETTER_TOPIC
from stream_app.sending import Outgoing


class DeadLetter(msgspec.Struct, frozen=True):
    """Coordinates of a record that could not be used. The record itself stays where it is, so nothing is lost."""

    topic: str
    partition: int
    offset: int
    reason: str  # undecodable, too_large, empty, bad_time, missing_field, poison
    detail: str


def to_records(letters: Iterable[DeadLetter]) -> list[Outgoing]:
    """The letters as records; the key is the place, so a record read twice gives one letter."""
    return [Outgoing(DEAD_LETTER_TOPIC, _key(letter), msgspec.json.encode(letter)) for letter in letters]


def _key(letter: DeadLetter) -> bytes:
    return f"{letter.topic}/{letter.partition}/{letter.offset}".encode()
