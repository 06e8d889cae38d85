"""Of how many entities a memory knows enough to judge them by, and which it still has to get to know."""

from typing import NamedTuple, Protocol, runtime_checkable

from models.entity import Entity


class Newcomer(NamedTuple):
    """An entity that is not known enough, why, and for how long still, in seconds of event time."""

    entity: Entity
    reason: str
    seconds_left: float


class Census(NamedTuple):
    """Entities that were heard of, by whether enough is known. `named` are those of the warming ones that may be named:
    services and message types, never products or users.
    """

    ready: int = 0
    warming: int = 0
    named: tuple[Newcomer, ...] = ()


@runtime_checkable
class Counted(Protocol):
    """A memory that can tell."""

    def census(self, watermark: int) -> Census:
        """At event time `watermark`, ms."""
