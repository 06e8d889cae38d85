"""What the audit log keeps: who, when, what, on which object, with which outcome. Never a secret."""

from typing import Literal, NamedTuple

Outcome = Literal["done", "refused", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("done", "refused", "failed")
LONGEST = 200  # characters of each text


class Entry(NamedTuple):
    """One act or one refused attempt; `at` is wall time in ms."""

    at: int
    who: str
    action: str
    target: str
    outcome: Outcome


def entry(at: int, who: str, action: str, target: str, outcome: Outcome) -> Entry:
    """An entry whose texts are short and printable: a name in a request may be anything."""
    return Entry(at, _printable(who), _printable(action), _printable(target), outcome)


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text[:LONGEST])
