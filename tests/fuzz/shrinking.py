"""The smallest payloads that still fail: fewer first, then shorter."""

from collections.abc import Callable, Sequence
from typing import TypeVar

TRIES = 600

Payloads = Sequence[bytes | None]
Fails = Callable[[Payloads], bool]
Part = TypeVar("Part", list[bytes | None], bytes)


def smallest(payloads: Payloads, fails: Fails) -> list[bytes | None]:
    """The payloads with everything left out that can be; `fails` is asked at most some hundred times."""
    tries = iter(range(TRIES))

    def still_fails(candidate: Payloads) -> bool:
        return next(tries, None) is not None and bool(candidate) and fails(candidate)

    held = _shrunk(list(payloads), still_fails)
    for row, value in enumerate(held):
        if value:
            held[row] = _shrunk(value, lambda part, row=row: still_fails([*held[:row], part, *held[row + 1 :]]))
    return held


def _shrunk(whole: Part, still_fails: Callable[[Part], bool]) -> Part:
    """The sequence without every stretch that is not needed, long ones first."""
    size = max(len(whole) // 2, 1)
    while size:
        at = 0
        while at < len(whole):
            shorter = whole[:at] + whole[at + size :]
            if still_fails(shorter):
                whole = shorter
            else:
                at += size
        size //= 2
    return whole
