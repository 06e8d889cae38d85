"""Catching up in steps: what happened over hours is judged as it would have been while it happened.

Whoever follows single users and products judges them as they stand when they are looked at. A reader that was away is
told of hours at once; looked at only then, what began and ended meanwhile would never have been.
"""

from collections.abc import Sequence

import numpy as np

from models.facts import Facts, Int64s
from models.rounds import News, Rounds

STEP_MS = 10_000  # of event time between two looks, as in a replay
MOST_MS = 14 * 86_400_000  # looked at so, half a second at most; what is older is taken in by the first look


def seen_since(before: int, parts: Sequence[tuple[str, Facts]]) -> int:
    """Since when there is something to see: since the watermark before, or since the first fact of all; 0: nothing."""
    return before or min((int(facts.first.min()) for _, facts in parts if len(facts)), default=0)


def is_far(before: int, now: int) -> bool:
    """Whether more time has passed than one look is for; 0: nothing was there to see."""
    return 0 < before < now - 2 * STEP_MS


def in_steps(before: int, now: int, lateness_ms: int, parts: Sequence[tuple[str, Facts]]) -> Rounds:
    """The looks between two watermarks, the last one at `now`, and what each of them learns of; all in ms."""
    first = max(before, now - MOST_MS) // STEP_MS * STEP_MS + STEP_MS
    watermarks = np.append(np.arange(first, now, STEP_MS, dtype=np.int64), now)
    return Rounds(watermarks, [_news(source, facts, watermarks + lateness_ms) for source, facts in parts])


def _news(source: str, facts: Facts, known_until: Int64s) -> News:
    number = np.minimum(np.searchsorted(known_until, facts.first), len(known_until) - 1)
    order = np.argsort(number, kind="stable")
    return News(source, facts.take(order), number[order])
