"""Facts that are ahead of their time: they wait until every source has been read so far.

Sources are read one after another. Whoever follows single users and products needs causes before effects: an order
that is heard of hours before the cart lines it ordered tells another story. While all sources are read to their end,
nothing waits.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Self

from models.facts import Facts

MOST_ROWS = 500_000  # beyond, what has waited is let through: late is better than never

Part = tuple[str, Facts]  # source and what it brought


class _Held(NamedTuple):
    """A part that waits, with the earliest event time in it, ms."""

    earliest: int
    source: str
    facts: Facts


@dataclass(slots=True)
class Waiting:
    """A bounded queue of facts by source; `forced` counts the rows that were let through before their time."""

    held: list[_Held] = field(default_factory=list)
    size: int = 0
    forced: int = 0

    def add(self, source: str, facts: Facts) -> None:
        """Queue what a source brought."""
        if len(facts):
            self.held.append(_Held(int(facts.first.min()), source, facts))
            self.size += len(facts)

    def release(self, until: int | None) -> list[Part]:
        """What happened up to `until` (event time, ms; None: whatever is there), in the order it came."""
        if until is not None and self.size > MOST_ROWS:
            self.forced += self.size
            until = None
        if until is not None:
            return self._up_to(until) if any(part.earliest <= until for part in self.held) else []
        parts, self.held, self.size = self.held, [], 0
        return [(part.source, part.facts) for part in parts]

    def _up_to(self, until: int) -> list[Part]:
        parts, self.held, self.size = self.held, [], 0
        released: list[Part] = []
        for part in parts:
            if part.earliest > until:
                self.held.append(part)
                self.size += len(part.facts)
                continue
            is_due = part.facts.first <= until
            released.append((part.source, part.facts if is_due.all() else part.facts.take(is_due)))
            self.add(part.source, part.facts.take(~is_due))
        return released

    def save(self) -> list[tuple[str, list[bytes], list[str]]]:
        """Everything that waits, for `restored`."""
        merged: dict[str, list[Facts]] = {}
        for _, source, facts in self.held:
            merged.setdefault(source, []).append(facts)
        return [(source, *Facts.concat(parts).packed()) for source, parts in merged.items()]

    @classmethod
    def restored(cls, saved: list[tuple[str, list[bytes], list[str]]]) -> Self:
        """What `save` gave."""
        waiting = cls()
        for source, columns, event_ids in saved:
            waiting.add(source, Facts.unpacked(columns, event_ids))
        return waiting
