"""A whole run: so many payloads for every target, counted by outcome, stopped by the first failure."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests.fuzz import brain, console, intake, recorder
from tests.fuzz.mutations import any_payload
from tests.fuzz.shrinking import Payloads, smallest

Check = Callable[[Payloads, int], Counter[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where payloads go: `share` of the count, in batches of these sizes. For the console they only say how many."""

    name: str
    check: Check
    share: float
    sizes: tuple[int, ...]


TARGETS = (
    Target("intake", intake.check, 1.0, (1, 2, 10, 60)),
    Target("recorder", recorder.check, 0.2, (1, 10, 60)),
    Target("brain", brain.check, 0.1, (100, 400)),
    Target("console", console.check, 0.1, (200,)),
)


class FoundError(Exception):
    """A batch was treated wrongly; with the smallest payloads that are."""

    def __init__(self, target: Target, seed: int, payloads: list[bytes | None], cause: Exception) -> None:
        super().__init__(f"{target.name}, seed {seed}, {len(payloads)} payloads: {cause!r}"[:2_000])
        self.target, self.seed, self.payloads = target, seed, payloads


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a target has come."""

    target: str
    done: int
    outcomes: Counter[str]
    seconds: float


def run(count: int, seed: int) -> Iterator[Progress]:
    """All targets, batch by batch; FoundError ends it."""
    random = Random(seed)
    for target in TARGETS:
        began, done, outcomes = time.monotonic(), 0, Counter[str]()
        while done < int(count * target.share):
            payloads = [any_payload(random) for _ in range(random.choice(target.sizes))]
            outcomes += checked(target, payloads, random.randrange(2**32))
            done += len(payloads)
            yield Progress(target.name, done, outcomes, time.monotonic() - began)


def checked(target: Target, payloads: Payloads, seed: int) -> Counter[str]:
    """What became of one batch; FoundError with the smallest part of it that still fails in the same way."""
    try:
        return target.check(payloads, seed)
    except Exception as error:  # whatever it is, it is what is looked for
        raise FoundError(target, seed, smallest(payloads, _fails(target, seed, type(error))), error) from error


def _fails(target: Target, seed: int, kind: type[Exception]) -> Callable[[Payloads], bool]:
    def fails(payloads: Payloads) -> bool:
        try:
            target.check(payloads, seed)
        except Exception as error:  # noqa: BLE001 — any other fault than the one that is made small says no
            return type(error) is kind
        return False

    return fails
