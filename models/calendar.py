"""Times that are known to be different: closed days, announced sales, maintenance. Nothing in them is judged or learnt.

A window mutes what happens in it and not what goes on after it: a service that stays silent when the maintenance is
over is reported then.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.entity import Entity
from models.errors import LogRefused
from models.facts import EntityKind
from models.rows import Rows
from models.scenarios.discovery import scenarios
from models.spec import Announced

DAY_MS = 86_400_000
VOLUME = frozenset({EntityKind.SHOP, EntityKind.SERVICE, EntityKind.EVENT_TYPE})
EXAMPLE = (
    '{"closed_days": ["2026-03-24"], "windows": [{"start": "2026-03-25T02:00:00Z", "end": "2026-03-25T03:00:00Z"}]}'
)
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Window(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stretch of event time. Without scenarios or entities it holds for all of them; an entity is `product/7`."""

    start: Moment
    end: Moment
    reason: str = ""
    scenarios: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    id: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"the window ends at {self.end.isoformat()}, which is not after its start")
        if unknown := sorted(set(self.scenarios) - scenarios().keys()):
            raise ValueError(f"there is no scenario {', '.join(unknown)[:100]}; there are {', '.join(scenarios())}")
        for name in self.entities:
            as_entity(name)

    def named(self) -> "Window":
        """The window with an id; the same window always gets the same."""
        text = f"{self.start.isoformat()}|{self.end.isoformat()}|{self.scenarios}|{self.entities}|{self.reason}"
        return self if self.id else msgspec.structs.replace(self, id=uuid.uuid5(uuid.NAMESPACE_OID, text).hex[:12])

    def announced(self) -> Announced:
        """In ms since the epoch."""
        return Announced(_ms(self.start), _ms(self.end), tuple(map(as_entity, self.entities)))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    closed_days: tuple[date, ...] = ()
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Closed days (UTC, for the volume of events alone) and windows."""

    closed_days: frozenset[date] = field(default_factory=frozenset)
    windows: tuple[Window, ...] = ()

    def announced(self, stem: str) -> list[Announced]:
        """The windows of a scenario, without closed days."""
        return [window.announced() for window in self.windows if not window.scenarios or stem in window.scenarios]

    def closed(self) -> list[Announced]:
        """The closed days as windows."""
        begins = [_ms(datetime(day.year, day.month, day.day, tzinfo=UTC)) for day in sorted(self.closed_days)]
        return [Announced(begin, begin + DAY_MS, ()) for begin in begins]

    def muted(self, stem: str, rows: Rows) -> NDArray[np.bool_]:
        """(n,) bool: which rows end within a window that holds for their entity."""
        muted = np.zeros(len(rows.entities), bool)
        for window, is_closed_day in self._all(stem):
            for row in np.flatnonzero((rows.end > window.start) & (rows.end <= window.end)).tolist():
                entity = rows.entities[row]
                muted[row] |= (
                    entity.kind in VOLUME if is_closed_day else not window.entities or entity in window.entities
                )
        return muted

    def with_window(self, window: Window) -> Self:
        """The calendar with one more window; one with the same id gives way."""
        named = window.named()
        return replace(self, windows=(*self.without(named.id).windows, named))

    def without(self, window_id: str) -> Self:
        """The calendar without a window."""
        return replace(self, windows=tuple(window for window in self.windows if window.id != window_id))

    def with_closed(self, day: date) -> Self:
        """The calendar with one more closed day."""
        return replace(self, closed_days=self.closed_days | {day})

    def without_closed(self, day: date) -> Self:
        """The calendar with one closed day less."""
        return replace(self, closed_days=self.closed_days - {day})

    def encoded(self) -> bytes:
        """As it stands in a file."""
        held = _File(tuple(sorted(self.closed_days)), self.windows)
        return msgspec.json.format(msgspec.json.encode(held), indent=1) + b"\n"

    def _all(self, stem: str) -> Iterator[tuple[Announced, bool]]:
        yield from ((window, True) for window in self.closed())
        yield from ((window, False) for window in self.announced(stem))


NO_CALENDAR = Calendar()


def read_calendar(path: Path) -> Calendar:
    """From JSON with closed days and windows; LogRefused when it cannot be read."""
    try:
        held = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LogRefused(f"calendar {path} cannot be read ({error}); it looks like {EXAMPLE}") from error
    return Calendar(frozenset(held.closed_days), tuple(window.named() for window in held.windows))


def read_window(raw: bytes) -> Window:
    """One window from JSON; LogRefused says what is wrong with it."""
    try:
        return msgspec.json.decode(raw, type=Window)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LogRefused(f"this is no window ({error}); it needs start and end, RFC 3339 with an offset") from error


def read_day(text: str) -> date:
    """A day such as 2026-03-24; LogRefused."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise LogRefused("this is no day; write it as 2026-03-24") from error


def as_entity(name: str) -> Entity:
    """From `service/order-service`; ValueError when there is no such kind."""
    kind, slash, identity = name.partition("/")
    known = [member.name.lower() for member in EntityKind]
    if not slash or kind not in known or not identity:
        raise ValueError(f"{name[:100]!r} is no entity; write kind/id, kinds are {', '.join(known)}")
    return Entity(EntityKind[kind.upper()], identity)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
