"""What goes wrong between a producer and its consumer: doubled, late, wrongly dated and piled up messages."""

import numpy as np

from tests.evaluation.messages import Int64s, Mask, Messages, codes_of, concat
from tests.evaluation.outages import retimed
from tests.evaluation.spans import HOUR, MINUTE, SECOND


def doubled(messages: Messages, begin: int, end: int, share: float, rng: np.random.Generator) -> Messages:
    """A share of the messages of [begin, end) comes twice, the second within a minute."""
    soon = _soon(messages, rng)
    rows = _within(messages, begin, end) & (rng.random(len(messages)) < share)
    again = messages.take(rows)
    again = again.with_columns(arrived=soon[rows] + rng.integers(1, MINUTE, len(again)))
    return concat([messages.with_columns(arrived=soon), again]).sorted()


def late(messages: Messages, begin: int, end: int, rng: np.random.Generator) -> Messages:
    """5 % come minutes late, 1 % hours."""
    luck, arrived = rng.random(len(messages)), _soon(messages, rng)
    during = _within(messages, begin, end)
    minutes = rng.uniform(1, 10, len(messages)) * MINUTE
    hours = rng.uniform(1, 4, len(messages)) * HOUR
    delay = np.where(luck < 0.01, hours, np.where(luck < 0.06, minutes, 0)).astype(np.int64)
    return messages.with_columns(arrived=arrived + np.where(during, delay, 0)).sorted()


def ahead(messages: Messages, service: str, begin: int, end: int, rng: np.random.Generator) -> Messages:
    """One producer's clock runs two hours ahead in [begin, end)."""
    rows = _within(messages, begin, end) & np.isin(messages.kind, list(codes_of(service)))
    wrong = retimed(messages, messages.time + np.where(rows, 2 * HOUR, 0))
    return wrong.with_columns(arrived=_soon(messages, rng)).sorted()


def piled_up(messages: Messages, begin: int, end: int, pace: float, rng: np.random.Generator) -> Messages:
    """The consumer is down in [begin, end), then reads what has piled up, `pace` messages a second."""
    arrived = _soon(messages, rng)
    order = np.argsort(arrived, kind="stable")
    due = arrived[order]
    first = int(np.searchsorted(due, begin))
    read = end + (np.arange(len(due) - first) * SECOND / pace).astype(np.int64)
    due[first:] = np.maximum(due[first:], read)
    arrived[order] = due
    return messages.with_columns(arrived=arrived).sorted()


def untold(messages: Messages) -> Messages:
    """In the same order, but the log does not say when they arrived."""
    return messages.with_columns(arrived=np.zeros(len(messages), np.int64))


def _soon(messages: Messages, rng: np.random.Generator) -> Int64s:
    return messages.time + rng.gamma(2.0, 60.0, len(messages)).astype(np.int64)


def _within(messages: Messages, begin: int, end: int) -> Mask:
    mask: Mask = (messages.time >= begin) & (messages.time < end)
    return mask
