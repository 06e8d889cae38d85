"""What is usual for one pair: how long it takes, which share goes without an answer; and the minutes not yet learnt."""

from math import lgamma, log, log1p

import msgspec

from models.conformance import durations
from models.conformance.durations import BUCKETS, Sketch

SPAN = 60  # minutes kept one by one
FLOOR_MS, PATIENT_MS, CAP_MS = 30_000, 300_000, 900_000  # shortest allowance; while little is known; longest
ENOUGH = 50  # answers from which on what is usual is known
TIMES = 3.0  # of what all but one of a thousand take
FADE = 20_000.0  # commands remembered for the share; beyond, old ones fade
PRIOR = (0.5, 50.0)  # unanswered of asked, before anything is known
MATERIAL = (2.0, 0.01)  # a share matters from twice the usual and a hundredth more


class Minute(msgspec.Struct, array_like=True):
    """What was asked within one minute, once all of it is settled."""

    asked: int = 0
    unanswered: int = 0
    durations: list[int] = msgspec.field(default_factory=list)  # buckets of the answers
    records: list[tuple[str, int, str]] = msgspec.field(default_factory=list)  # of unanswered commands, a few


class Usual(msgspec.Struct, array_like=True):
    """Learnt of one pair. `minutes` are by number (event time // 60 s)."""

    sketch: Sketch = msgspec.field(default_factory=lambda: [0.0] * BUCKETS)
    asked: float = 0.0
    unanswered: float = 0.0
    answers: int = 0  # ever learnt
    minutes: dict[int, Minute] = msgspec.field(default_factory=dict)
    judged: int = 0  # number of the next minute to be judged
    overdue: int = 0  # commands given up, in all, since answers are known to be seen
    late: int = 0  # of those, answered after all
    ambiguous: int = 0  # answers that could have been another command's
    lost: int = 0  # unanswered in the minutes kept
    allowance: int = PATIENT_MS  # so long a command may take, ms

    @property
    def share(self) -> float:
        """Of commands that usually go without an answer."""
        return (self.unanswered + PRIOR[0]) / (self.asked + PRIOR[1])

    @property
    def is_known(self) -> bool:
        """Whether answers are seen at all: a producer may link them to nothing."""
        return self.answers >= ENOUGH and self.share < 0.5

    def minute(self, number: int) -> Minute | None:
        """To count in; None for a minute long past, which is learnt already."""
        if number < self.judged - SPAN:
            return None
        return self.minutes.setdefault(number, Minute())

    def windows(self, last: int, lengths: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """Unanswered and asked of the minutes up to `last`, of a shorter and a longer window."""
        short, long = (last - length for length in lengths)
        lost = asked = lost_lately = asked_lately = 0
        for number, minute in self.minutes.items():
            if long < number <= last:
                lost, asked = lost + minute.unanswered, asked + minute.asked
                if number > short:
                    lost_lately, asked_lately = lost_lately + minute.unanswered, asked_lately + minute.asked
        return (lost_lately, asked_lately), (lost, asked)

    def learn(self, before: int, *, strange: bool) -> None:
        """Minutes before number `before` become part of what is usual, unless something was wrong with them."""
        old = [number for number in self.minutes if number < before]
        for number in sorted(old) if old else ():
            minute = self.minutes.pop(number)
            self.lost -= minute.unanswered
            durations.add(self.sketch, minute.durations)
            self.answers += len(minute.durations)
            if minute.durations and self.answers >= ENOUGH:
                self.allowance = int(min(max(TIMES * durations.quantile(self.sketch, 0.999), FLOOR_MS), CAP_MS))
            if not strange:
                self.asked += minute.asked
                self.unanswered += minute.unanswered
        if self.asked > FADE:
            self.asked, self.unanswered = FADE, self.unanswered * FADE / self.asked

    def material(self, tolerated: float) -> float:
        """From which share of unanswered commands on it matters."""
        return max(min(MATERIAL[0] * self.share + MATERIAL[1], 0.99), tolerated)

    def surprise(self, unanswered: int, asked: int, tolerated: float) -> float:
        """-log10 of the odds of so many at the share that matters; 0 where that share is not even reached."""
        share = self.material(tolerated)
        if not unanswered or unanswered <= share * asked:
            return 0.0
        return -log_tail(unanswered, asked, share) / log(10)


def log_tail(least: int, of: int, share: float) -> float:
    """Natural logarithm of the binomial probability of `least` or more.

    >>> from math import exp
    >>> round(exp(log_tail(2, 2, 0.1)), 6), round(exp(log_tail(1, 3, 0.5)), 6)
    (0.01, 0.875)
    """
    first = (
        lgamma(of + 1) - lgamma(least + 1) - lgamma(of - least + 1) + least * log(share) + (of - least) * log1p(-share)
    )
    odds, term, total = share / (1 - share), 1.0, 1.0
    for k in range(least, of):  # each term from the one before it
        term *= (of - k) / (k + 1) * odds
        total += term
        if term < total * 1e-12:
            break
    return first + log(total)
