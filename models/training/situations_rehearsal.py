"""Rehearsal: a log through a scenario's own accumulate and memory, as the worker would do it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.facts import Int64s
from models.spec import Memory, Rows, Scenario

ROUND_MS = 300_000  # the worker judges far more often; a round's facts are taken in in order of time all the same
FORGET_MS = 3_600_000


class Rehearsed(NamedTuple):
    """All rows of a log."""

    values: NDArray[np.float32]  # (n, n_features)
    end: Int64s  # (n,) event time, ms
    context: list[Any]  # (n,)
    memory: Memory


def rehearse(scenario: Scenario, columns: Columns) -> Rehearsed:
    """Feature rows of a log in order of time, without a model."""
    memory = scenario.new_memory(None, {})
    rounds = list(_rounds(scenario, columns, memory))
    return Rehearsed(
        values=np.concatenate([rows.values for rows in rounds]),
        end=np.concatenate([rows.end for rows in rounds]),
        context=[context for rows in rounds for context in rows.context],
        memory=memory,
    )


def _rounds(scenario: Scenario, columns: Columns, memory: Memory) -> Iterator[Rows]:
    facts = scenario.accumulate(columns)
    facts = facts.take(np.argsort(facts.first, kind="stable"))
    rounds = facts.first // ROUND_MS
    forgotten = 0
    starts = np.flatnonzero(np.diff(rounds, prepend=rounds[:1] - 1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(facts)], strict=True):
        memory.absorb("log/0", facts.take(np.arange(start, end)).grouped())
        now = (int(rounds[start]) + 1) * ROUND_MS
        rows = memory.rows(now)
        if now - forgotten >= FORGET_MS:
            memory.forget(now)
            forgotten = now
        if rows is not None:
            yield rows
