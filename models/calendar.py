"""Days that are known to be different: on a closed day the volume of events is nobody's alarm."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from models.decisions import Change
from models.errors import LogRefused
from models.facts import EntityKind

VOLUME = frozenset({EntityKind.SHOP, EntityKind.SERVICE, EntityKind.EVENT_TYPE})


class _File(msgspec.Struct):
    closed_days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Closed days, UTC."""

    closed_days: frozenset[date] = field(default_factory=frozenset)

    def mutes(self, change: Change) -> bool:
        """The anomaly is about volume and began on a closed day."""
        day = datetime.fromtimestamp(change.start / 1000, UTC).date()
        return change.entity[0] in VOLUME and day in self.closed_days


def read_calendar(path: Path) -> Calendar:
    """From JSON such as `{"closed_days": ["2026-03-24"]}`; LogRefused when it cannot be read."""
    try:
        return Calendar(msgspec.json.decode(path.read_bytes(), type=_File).closed_days)
    except (OSError, msgspec.MsgspecError) as error:
        raise LogRefused(
            f'calendar {path} cannot be read ({error}); it looks like {{"closed_days": ["2026-03-24"]}}'
        ) from error
