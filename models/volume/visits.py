"""Visits: when somebody begins to ask for something. What a crowd, a holiday or more demand change is their number.

The requests of one visit follow from each other: a dozen of them tell hardly more than one, and a wholesaler's look
like a crowd. So it is counted who asked in which minute, and a visit begins when somebody asks who has not done so
for an hour.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.columns import MISSING, Columns, kinds
from models.facts import EntityKind, Facts, Int64s, facts
from models.volume.families import CAUSE
from models.windows import MINUTE

PAUSE = 60  # minutes without a request after which the next one begins a visit


@dataclass(slots=True)
class Visitors:
    """Who asked in minutes that are open, and when others did last."""

    asking: dict[int, set[int]] = field(default_factory=dict)  # minute since the epoch: users
    last: dict[int, int] = field(default_factory=dict)  # user: the last closed minute in which they asked

    def absorb(self, told: Facts, closed_until: int) -> None:
        """Take in who asked; of a closed minute it comes too late."""
        for minute, user in zip((told.bucket // MINUTE).tolist(), told.entity.tolist(), strict=True):
            if minute >= closed_until:
                self.asking.setdefault(minute, set()).add(user)

    def close(self, minute: int) -> int:
        """How many visits began in the minute; minutes are closed in order."""
        users = self.asking.pop(minute, None)
        if users is None:
            return 0
        begun = sum(self.last.get(user, -PAUSE) <= minute - PAUSE for user in users)
        self.last.update(dict.fromkeys(users, minute))
        return begun

    def forget(self, closed_until: int) -> None:
        """Drop whom it does not matter of, and minutes that were never closed."""
        self.last = {user: minute for user, minute in self.last.items() if minute > closed_until - PAUSE}
        self.asking = {minute: users for minute, users in self.asking.items() if minute >= closed_until}

    def save(self, closed_until: int) -> dict[str, Any]:
        """Everything that still matters as JSON-able values; the same however minutes were closed."""
        self.forget(closed_until)
        asking = {str(minute): sorted(users) for minute, users in sorted(self.asking.items())}
        return {"asking": asking, "last": sorted(self.last.items())}

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> "Visitors":
        """What `save` gave."""
        asking = {int(minute): set(users) for minute, users in saved["asking"].items()}
        return cls(asking, dict(saved["last"]))


def asking(columns: Columns) -> Facts:
    """One row for every request of a user: who asked in which minute."""
    rows = columns.where(is_request()[columns.kind] & (columns.user != MISSING))
    return facts(EntityKind.USER, rows.user, rows.time, MINUTE, 0, offset=rows.offset, event_id=rows.event_id)


def begun(minute: Int64s, user: Int64s) -> Int64s:
    """The minutes (k,) in which visits begin, ascending, from requests (n,) of users in any order."""
    order = np.lexsort((minute, user))
    minute, user = minute[order], user[order]
    is_first = np.ones(len(minute), bool)
    is_first[1:] = (np.diff(user) != 0) | (np.diff(minute) >= PAUSE)
    return np.sort(minute[is_first])


@cache
def is_request() -> NDArray[np.bool_]:
    """(n_message_types,) bool: what no other message causes."""
    return np.array([kind.name not in CAUSE for kind in kinds()])
