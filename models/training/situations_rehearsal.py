"""Rehearsal: a log through a scenario's own accumulate and memory, as the worker would do it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.facts import Int64s
from models.rounds import News, Rounds
from models.rows import Rows
from models.spec import Memory, Scenario

ROUND_MS = 300_000  # the worker judges far more often; a round's facts are taken in in order of time all the same


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
    """The rows of some rounds at a time; what is old is dropped in between, as in serving."""
    facts = scenario.accumulate(columns)
    facts = facts.grouped(facts.first // ROUND_MS)
    rounds, number = np.unique(facts.first // ROUND_MS, return_inverse=True)
    watermarks = (rounds + 1) * ROUND_MS
    for _, part in Rounds(watermarks, [News("log/0", facts, number)]).parts(0, scenario.SPEC.forget_ms):
        found = memory.rows_of(part)
        memory.forget(int(part.watermarks[-1]))
        if found is not None:
            yield found[0]
