"""The numbers to hold: one contestant against another in the same run, with the floor and the aim of each."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.benchmarks.order import Result


class Wanted(NamedTuple):
    """`name` is to be so many times as fast as `other`: at least `floor`, better `aim`; or it is only told."""

    name: str
    other: str
    floor: float | None = None
    aim: float | None = None


class Ratio(NamedTuple):
    """What came of it: of the median rates, of single runs, and of the processor's time an event takes."""

    wanted: Wanted
    value: float
    lowest: float
    highest: float
    by_cpu: float

    @property
    def verdict(self) -> str:
        """In two words."""
        if self.wanted.floor is None or self.wanted.aim is None:
            return ""
        if self.value >= self.wanted.aim:
            return "aim met"
        return "floor met" if self.value >= self.wanted.floor else "below floor"


WANTED = (
    Wanted("worker", "stock_brain", 60, 150),
    Wanted("worker", "stock_take"),
    Wanted("worker", "raw", 0.4, 0.8),
    Wanted("batch_job", "bytewax_job", 1.5, 3),
    Wanted("batch_memory_job", "bytewax_job", 1.5, 3),  # like for like
    Wanted("batch_job", "quix_job", 5, 12),
    Wanted("batch_job", "stock_job"),
    Wanted("batch_nothing", "stock_nothing"),
    Wanted("batch_decode", "stock_decode"),
    Wanted("worker", "stock_nothing"),
)


def ratios(results: Mapping[str, Sequence[Result]]) -> Iterator[Ratio]:
    """Those whose both sides ran."""
    for wanted in WANTED:
        ours, others = results.get(wanted.name), results.get(wanted.other)
        if ours and others:
            each = [one.rate / other.rate for one, other in zip(ours, others, strict=False)]
            by_cpu = median_cpu(others) / max(median_cpu(ours), 1e-9)
            yield Ratio(wanted, median_rate(ours) / median_rate(others), min(each), max(each), by_cpu)


def median_rate(results: Sequence[Result]) -> float:
    """Events per second."""
    return statistics.median(result.rate for result in results)


def median_cpu(results: Sequence[Result]) -> float:
    """Microseconds of the processor an event takes."""
    return statistics.median(result.cpu_us for result in results)
