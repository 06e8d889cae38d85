"""Minutes judged many at once, each as things stood when its round came.

What comes on time is counted first, and all minutes that the rounds close are judged together. What comes for a
minute that an earlier round has closed is kept aside: only minutes judged from then on see it.
"""

from collections.abc import Callable, Iterator

import numpy as np

from models.facts import EntityKind, Facts, Int64s
from models.rounds import Rounds
from models.rows import Rows, joined
from models.volume.late import NO_LATE, Late
from models.volume.past import Past
from models.windows import MINUTE

SPAN = 360  # minutes judged at once
JUMP = 60  # minutes closed by one round; it is judged alone


def rows_of(past: Past, rounds: Rounds, judge: Callable[[int, Late], Rows | None]) -> tuple[Rows, Int64s] | None:
    """The rows of all rounds, (n,) the round of each; `judge` gives those due at a watermark (ms)."""
    due = [(rows, at + number) for at, part in _parts(past, rounds) for rows, number in _together(past, part, judge)]
    return joined(due)


def _parts(past: Past, rounds: Rounds) -> Iterator[tuple[int, Rounds]]:
    """Rounds that may be judged together, with the number of the first; what is known of a period is settled by the
    round that judges its first minute, so that one stands alone.
    """
    at = 0
    while at < len(rounds):
        held = past.counts.closed_until
        until = at + _count(rounds.watermarks[at:] // MINUTE, held, past.period(held))
        yield at, rounds.cut(at, until)
        at = until


def _count(closed: Int64s, closed_until: int, period: int) -> int:
    """How many rounds from the first on; `closed` (k,) is the minute up to which each closes, `period` for how many
    minutes what is known of the past stays the same.
    """
    if not closed_until:
        return 1
    closed = np.maximum(closed, closed_until)
    before = np.concatenate([[closed_until], closed[:-1]])
    alone = (closed - before > JUMP) | ((closed - 1) // period != (before - 1) // period)
    ends = np.flatnonzero(alone | (closed - closed_until > SPAN))
    return max(int(ends[0]), 1) if len(ends) else len(closed)


def _together(past: Past, rounds: Rounds, judge: Callable[[int, Late], Rows | None]) -> list[tuple[Rows, Int64s]]:
    closed = np.concatenate([[0], rounds.watermarks[:-1] // MINUTE])  # before each round
    kept: list[tuple[Facts, Int64s]] = []
    for _, facts, number in rounds.news:
        is_late = facts.bucket // MINUTE < closed[number]
        if is_late.any():
            kept.append((facts.take(is_late), closed[number[is_late]]))
            facts = facts.take(~is_late)
        past.absorb(facts)
    rows = judge(int(rounds.watermarks[-1]), _late(kept))
    for facts, _ in kept:
        past.absorb(facts)
    return [] if rows is None else [(rows, np.searchsorted(rounds.watermarks, rows.end))]


def _late(kept: list[tuple[Facts, Int64s]]) -> Late:
    if not kept:
        return NO_LATE
    facts, since = Facts.concat(held for held, _ in kept), np.concatenate([since for _, since in kept])
    counted = facts.kind == EntityKind.EVENT_TYPE  # who asked comes too late
    facts, since = facts.take(counted), since[counted]
    return Late(facts.bucket // MINUTE, facts.entity, facts.n, since)
