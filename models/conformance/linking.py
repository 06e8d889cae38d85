"""Events to facts: every command asked, every answer given, and what ties them together.

An answer names the command that caused it (`causationid`). Where its producer does not say so, command and answer share
their request (`correlationid`), else a user, and a product where the command names one: then the oldest open command is
taken for it.
"""

from enum import IntEnum

import numpy as np

from models.columns import MISSING, Columns
from models.conformance.pairs import pair_of, pairs
from models.facts import EntityKind, Facts, Int64s, facts
from models.fingerprints import fingerprints
from models.spec import Policy, Spec

MINUTE = 60_000  # ms
FEATURES = ("unanswered_10", "asked_10", "unanswered_60", "asked_60", "usual_share", "surprise")
SPEC = Spec(
    stem="conformance",
    algorithm="binomial",
    bucket_ms=MINUTE,
    features=FEATURES,
    unit="commands",
    policy=Policy(open_m=3, open_n=5, resolve_after_ms=15 * MINUTE, pause_ms=60 * MINUTE),
    in_steps=True,  # an answer that came late is known only when it came
)
LOOSE_BITS = 40  # of a loose tie: sums of a few thousand of them, for doubles, still are int64


class Tag(IntEnum):
    """What a fact says; in this order at equal times."""

    ASKED = 0  # key: the command's id; amount: its loose tie
    ANSWERED = 1  # key: id of the command that caused it
    ANSWERED_LOOSELY = 2  # key: the answer's own id; amount: its loose tie


def accumulate(columns: Columns) -> Facts:
    """One row for every command of a pair and every answer; the entity is the pair's code."""
    return Facts.concat([_asked(columns), _answered(columns), _loosely(columns)])


def _asked(columns: Columns) -> Facts:
    rows, pair = _of(columns, pair_of(True)[columns.kind])
    return _facts(rows, pair, Tag.ASKED, fingerprints(rows.event_id.tolist()), _loose(rows, pair))


def _answered(columns: Columns) -> Facts:
    rows, pair = _of(columns, np.where(columns.cause != MISSING, pair_of(False)[columns.kind], -1))
    return _facts(rows, pair, Tag.ANSWERED, rows.cause, np.zeros_like(pair))


def _loosely(columns: Columns) -> Facts:
    rows, pair = _of(columns, np.where(columns.cause == MISSING, pair_of(False)[columns.kind], -1))
    tie = _loose(rows, pair)
    tied = tie > 0
    rows, pair, tie = rows.where(tied), pair[tied], tie[tied]
    return _facts(rows, pair, Tag.ANSWERED_LOOSELY, fingerprints(rows.event_id.tolist()), tie)


def _of(columns: Columns, pair: Int64s) -> tuple[Columns, Int64s]:
    held = pair >= 0
    return columns.where(held), pair[held]


def _loose(rows: Columns, pair: Int64s) -> Int64s:
    """(n,) what ties commands and answers without ids, in `LOOSE_BITS`; 0 where nothing does."""
    by_product = np.array([pair.by_product for pair in pairs()])[pair]
    named = (rows.user != MISSING) & (~by_product | (rows.product != MISSING))
    product = np.where(by_product, rows.product + 1, 0)
    by_names = 1 + _mixed(rows.user.astype(np.uint64), product.astype(np.uint64))
    by_request = 1 + _mixed(rows.request.astype(np.uint64), np.zeros_like(product, np.uint64))
    return np.where(rows.request != MISSING, by_request, np.where(named, by_names, 0))


def _mixed(one: np.ndarray, other: np.ndarray) -> Int64s:
    """(n,) a hash of two numbers (the finaliser of SplitMix64: Steele, Lea and Flood, 2014)."""
    value = one * np.uint64(0x9E3779B97F4A7C15) + other
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (value >> np.uint64(64 - LOOSE_BITS)).astype(np.int64)


def _facts(rows: Columns, pair: Int64s, tag: Tag, key: Int64s, amount: Int64s) -> Facts:
    return facts(
        EntityKind.EVENT_TYPE, pair, rows.time, SPEC.bucket_ms, tag, key=key, amount=amount, offset=rows.offset,
        event_id=rows.event_id,
    )  # fmt: skip
