"""Strays: single sales at odd prices between ordinary ones, as a shop with hand-written prices or discounts has them.

A wrong price stays wrong sale after sale until somebody corrects it. A sale that is off and followed by an ordinary one
tells how much prices differ in this shop, and how often. A price is strange only where its like is rare.
"""

import msgspec

STEPS = 8  # buckets an octave
BUCKETS = 160
NEAR = 0.06  # octaves; a stray nearer to the ordinary price by less is as far off
FEWEST = 3  # so many strays make a distance known; fewer may have been mistakes
SINGLE = 2  # sales in a row that are still strays
MOST_SALES = 200_000  # beyond, the past is halved, so that a shop may change its ways
SAME_RUN = 0.3  # octaves between two sales of one run


class Run(msgspec.Struct, gc=False, array_like=True):
    """The latest sales of a product as far as all of them were off to the same side by about as much."""

    off: float = 0.0  # octaves, below 0 for too cheap
    count: int = 0

    def is_like(self, off: float) -> bool:
        """Whether a sale off by so much goes on with the run."""
        return self.count > 0 and off * self.off > 0 and abs(off - self.off) < SAME_RUN


class Strays(msgspec.Struct, gc=False):
    """How many strays there were, by distance and side."""

    below: list[float] = msgspec.field(default_factory=lambda: [0.0] * BUCKETS)
    above: list[float] = msgspec.field(default_factory=lambda: [0.0] * BUCKETS)
    sales: float = 0.0

    def take(self, run: Run, off: float, n: int) -> Run:
        """Count `n` sales of a product that are off by so many octaves (0: ordinary); its run from here on."""
        self.sales += n
        if self.sales > MOST_SALES:
            self._halve()
        if not off and not run.count:
            return run
        if run.is_like(off):
            run.count += n
            return run
        if 0 < run.count <= SINGLE:
            counts = self.below if run.off < 0 else self.above
            counts[_bucket(run.off)] += 1
        return Run(off, n) if off else Run()

    def known(self, off: float) -> float:
        """Strays at least about so far off; 0 where they are too few to say."""
        if not off:
            return 0.0
        counts = self.below if off < 0 else self.above
        beyond = sum(counts[_bucket(max(abs(off) - NEAR, 0.0)) :])
        return beyond if beyond >= FEWEST else 0.0

    def _halve(self) -> None:
        self.below = [count / 2 for count in self.below]
        self.above = [count / 2 for count in self.above]
        self.sales /= 2


def _bucket(off: float) -> int:
    return min(int(STEPS * abs(off)), BUCKETS - 1)
