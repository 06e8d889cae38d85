"""How large order lines are in this shop: a histogram over quarter octaves and its far quantile.

A shop that sells single books and one that sells screws by the thousand differ in what "a giant order" is. The far
quantile of all lines ordered so far says it for products and customers without a history of their own.
"""

import math

import msgspec

FAR = 0.001  # the upper share of lines that lies beyond the far quantile
ENOUGH = 2_000  # lines; before that the largest of them say little
PRIOR_LINES = 4_000  # what was learnt in training counts as so many lines at most, so the shop's own life outweighs it
STEPS = 4  # buckets an octave
BUCKETS = 160
FEWEST_LARGEST = 3.0  # so many lines make a size known; a single one may be a mistake
REFRESH = 100  # lines after which the quantile is computed anew


class LineSizes(msgspec.Struct):
    """Lines by size."""

    counts: list[float] = msgspec.field(default_factory=lambda: [0.0] * BUCKETS)
    total: float = 0.0
    due: float = 0.0
    far: float = -1.0  # pieces, -1 while unknown
    largest: float = -1.0  # as large as the largest few lines

    def add(self, pieces: float) -> None:
        """Count one line."""
        if pieces < 1:
            return
        self.counts[min(round(STEPS * math.log2(pieces)), BUCKETS - 1)] += 1
        self.total += 1
        if self.total >= self.due:
            self.refresh()

    def refresh(self) -> None:
        """Compute the far quantile."""
        self.due = self.total + REFRESH
        if self.total >= ENOUGH:
            self.far = self._reached(max(FAR * self.total, 1.0))
            self.largest = self._reached(FEWEST_LARGEST)

    def _reached(self, lines: float) -> float:
        """Pieces that so many lines reach."""
        beyond = 0.0
        for index in range(BUCKETS - 1, -1, -1):
            beyond += self.counts[index]
            if beyond >= lines:
                return float(2.0 ** (index / STEPS))
        return 1.0


def from_prior(counts: list[float]) -> LineSizes:
    """Line sizes learnt in training, with a bounded weight; empty when there are none."""
    total = sum(counts)
    if len(counts) != BUCKETS or total <= 0:
        return LineSizes()
    scale = min(1.0, PRIOR_LINES / total)
    sizes = LineSizes(counts=[count * scale for count in counts], total=total * scale)
    sizes.refresh()
    return sizes
