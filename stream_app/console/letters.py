"""The shop's records that could not be used: where each stands and why. Pure and bounded; no payload is ever here."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from stream_app.console.decode import UndecodableRecord
from stream_app.dead_letters import DeadLetter

LIMIT = 2_000

_decoder = msgspec.json.Decoder(DeadLetter)


def decode_letter(raw: bytes) -> DeadLetter:
    """The letter in a record of `monitor-dead-letter`; raises UndecodableRecord."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UndecodableRecord(f"no dead letter as declared: {type(error).__name__}") from error


@dataclass(slots=True)
class Letters:
    """At most `limit` letters by place, the oldest make room; `evicted` counts them."""

    limit: int = LIMIT
    evicted: int = 0
    version: int = 0  # grows with every change
    _by_place: dict[tuple[str, int, int], DeadLetter] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._by_place)

    def put(self, letter: DeadLetter) -> None:
        """Take in a letter; one of a place that is known changes nothing."""
        place = letter.topic, letter.partition, letter.offset
        if place in self._by_place:
            return
        self._by_place[place] = letter
        self.version += 1
        if len(self._by_place) > self.limit:
            del self._by_place[next(iter(self._by_place))]
            self.evicted += 1

    def newest(self, topic: str = "", reason: str = "") -> Iterator[DeadLetter]:
        """Those of a topic and reason, the last that came first; empty means any."""
        for letter in reversed(self._by_place.values()):
            if topic in ("", letter.topic) and reason in ("", letter.reason):
                yield letter

    def topics(self) -> list[str]:
        """Topics with letters, sorted."""
        return sorted({letter.topic for letter in self._by_place.values()})

    def reasons(self) -> list[str]:
        """Reasons there are, sorted."""
        return sorted({letter.reason for letter in self._by_place.values()})
