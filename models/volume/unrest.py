"""How unrestful the shop's visits are: on other days, as it was learnt, and on this one, as its hours so far show."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.volume.surprise import Dispersion

Floats = NDArray[np.float64]
SHORT = 5  # minutes in which it is looked how far demand swings: long enough to expect visits, short enough to be many
LONGEST = 30  # minutes for which that tells
SWINGS = np.array([1.0, 1.5, 2.0, 3.0, 4.0])  # times the usual variance of demand that a day may have ...
SELDOM = 3.0  # ... the more, the seldomer: in proportion to their power of minus so much
TAIL = 40.0  # degrees of freedom of their deviations by Student's distribution, in which a single burst decides nothing


class Swing(NamedTuple):
    """Of visits in a span: the variance of their root deviance is `base + slope * expected`."""

    base: float
    slope: float

    @classmethod
    def of(cls, dispersion: Dispersion, span: int, column: int) -> Self:
        """Of one span of a dispersion; of its two sides the more unrestful."""
        base, slope = (
            max(low[span, column], high[span, column])
            for low, high in zip(dispersion.low, dispersion.high, strict=True)
        )
        return cls(float(base), float(slope))

    def variance(self, expected: Floats, times: Floats | float = 1.0) -> Floats:
        """Of the root deviance, where demand swings so many times as much."""
        return np.asarray(self.base + self.slope * times * expected)


class VisitUnrest(NamedTuple):
    """Of the shop's visits on other days."""

    quarter: Swing  # of a quarter hour
    short: Swing  # of `SHORT` minutes

    @classmethod
    def of(cls, dispersion: Dispersion, spans: tuple[int, ...], quarter: int, column: int) -> Self:
        """By the column of the shop's visits; `quarter` is the span in minutes that stands for a quarter hour."""
        return cls(*(Swing.of(dispersion, spans.index(span), column) for span in (quarter, SHORT)))


def times_as_much(seen: Floats, expected: Floats, usual: Swing) -> float:
    """How many times as much demand swings as on other days, in variance: the mean of what is likely after these
    spans (n,). How visits fall by chance tells nothing of it.
    """
    half, due = deviance(seen, expected)
    variance = usual.variance(due[:, None], SWINGS)
    likely = -(TAIL + 1) / 2 * np.log1p(2 * half[:, None] / (TAIL * variance)) - np.log(variance) / 2
    log = likely.sum(axis=0) - SELDOM * np.log(SWINGS)
    weight = np.exp(log - log.max())
    return float(SWINGS @ weight / weight.sum())


def by_span(times: float, spans: tuple[int, ...]) -> Floats:
    """(n_spans, 1): how many times as much demand swings over spans of minutes, where it does so within `SHORT` ones;
    that tells nothing of hours.
    """
    return np.where(np.array(spans) <= LONGEST, times, 1.0)[:, None]


def deviance(seen: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """(n,) nats of spans as if visits came by chance alone, and what was due at their own level."""
    due = np.maximum(expected * (seen.sum() + 1) / (expected.sum() + 1), 0.1)
    return np.asarray(seen * np.log(np.maximum(seen, 0.1) / due) - (seen - due)), due
