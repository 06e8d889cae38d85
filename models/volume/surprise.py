"""How surprising a count is, given what was expected: in standard deviations of an over-dispersed Poisson count.

The signed root of the deviance is close to normal even for small counts (McCullagh and Nelder, "Generalized Linear
Models", 1989, section 2.4.3), so silence of what is rare anyway never looks strange: for an expected 2 it is at most
2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NEAR_NOTHING = 2.0  # below a half of what was expected it begins to look like silence
LEAST_EXPECTED = 0.2  # events in a span; below, a single event would be a sensation
CAUTIOUS = (4.0, 0.05, 4.0, 0.05, 5.0, 4.0)  # the figures of a group nothing is known of


def root_deviance(seen: Floats, expected: Floats, least: Floats | float = LEAST_EXPECTED) -> Floats:
    """Signed root of the Poisson deviance, any shape; `least` is what counts as expected at least when more is seen.

    >>> root_deviance(np.array([0.0, 8.0]), np.array([8.0, 8.0])).tolist()
    [-4.0, 0.0]
    """
    mean = np.maximum(expected, np.minimum(least, np.maximum(seen, LEAST_EXPECTED)))
    ratio = np.where(seen > 0, seen / mean, 1.0)
    half = np.maximum(seen * np.log(ratio) - (seen - mean), 0.0)
    return np.asarray(np.sign(seen - mean) * np.sqrt(2 * half))


class Side(NamedTuple):
    """Variance of the root deviance on one side of what was expected: `base + slope * expected`; same shape."""

    base: Floats
    slope: Floats

    def variance(self, expected: Floats) -> Floats:
        """Of the root deviance; the Poisson count's own is 1."""
        return np.asarray(self.base + self.slope * expected)


@dataclass(frozen=True, slots=True)
class Dispersion:
    """What is ordinary of every span and group, arrays (n_spans, n_groups): too few is one thing, a crowd another."""

    low: Side
    high: Side
    least: Floats  # the count that a busy moment of an ordinary day brings anyway, of what is rare
    silence: Floats  # events that one independent cause brings, judged by how often nothing at all was seen

    def standardised(self, seen: Floats, expected: Floats, unrest: Floats | float = 1.0) -> Floats:
        """Standard deviations from what was expected; the last axes are those of the arrays. `unrest` is how many
        times as much demand swings as it does on other days.
        """
        high = root_deviance(seen, expected, self.least) / np.sqrt(self.high.variance(unrest * expected))
        return np.asarray(np.where(high < 0, -self._shortfall(seen, expected, unrest), high))

    def _shortfall(self, seen: Floats, expected: Floats, unrest: Floats | float) -> Floats:
        """How far too few: unrest that multiplies the rate never brings it to nothing, so silence weighs more than
        the variance says. Root of the negative binomial deviance with that variance; the nearer to nothing, the more
        it is the number of causes that counts, not how much each of them brings.
        """
        mean = np.maximum(expected, LEAST_EXPECTED)
        cluster = self.silence + (self.low.base - self.silence) * np.minimum(NEAR_NOTHING * seen / mean, 1.0)
        due, come = mean / cluster, seen / cluster
        shape = 1.0 / np.maximum(self.low.slope * unrest, 1e-6)
        half = np.where(seen > 0, come * np.log(np.maximum(come, 1e-9) / due), 0.0)
        return np.asarray(np.sqrt(2 * np.maximum(half - (come + shape) * np.log((come + shape) / (due + shape)), 0.0)))

    def band(self, expected: float, span: int, group: int, deviations: float) -> tuple[float, float]:
        """Lowest and highest ordinary counts of one span and group, so many standard deviations around the expected."""
        mean = max(expected, LEAST_EXPECTED)
        below, above = (side.base[span, group] + side.slope[span, group] * expected for side in (self.low, self.high))
        lowest = max(expected - deviations * float(np.sqrt(mean * below)), 0.0)
        return lowest, max(expected + deviations * float(np.sqrt(mean * above)), float(self.least[span, group]))

    def save(self, names: Sequence[str]) -> dict[str, list[list[float]]]:
        """JSON-able: six figures for every span of every column by its name."""
        parts = (*self.low, *self.high, self.least, self.silence)
        table = np.stack([part.T for part in parts], axis=1).round(5)  # (n_columns, 6, n_spans)
        return dict(zip(names, table.tolist(), strict=True))

    @classmethod
    def restored(cls, saved: Mapping[str, list[list[float]]], names: Sequence[str], spans: int) -> Self:
        """What `save` gave, (n_spans, n_columns) in the order of the names; a name not held gets the cautious
        default. ValueError when it was fitted for other spans.
        """
        unknown = [[figure] * spans for figure in CAUTIOUS]
        figures = np.array([saved.get(name, unknown) for name in names])
        if figures.shape != (len(names), len(CAUTIOUS), spans):
            raise ValueError(f"its dispersion is of other spans than the {spans} of now")
        return cls.of(figures.transpose(1, 2, 0))

    @classmethod
    def of(cls, figures: Floats) -> Self:
        """From (6, n_spans, n_groups): base and slope below, base and slope above, least, silence."""
        return cls(Side(figures[0], figures[1]), Side(figures[2], figures[3]), figures[4], figures[5])
