"""What a contestant is told, and what it answers: one line of JSON each way."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec


class Order(msgspec.Struct, frozen=True):
    """A task: read `records` records of `topics` once, for `seconds` at most."""

    bootstrap: str
    topics: tuple[str, ...]
    partitions: int
    records: int
    seconds: float
    folder: Path  # of this run of this contestant alone
    run: str  # a name that no other run has: group, application
    hits: str  # the topic for what the same job finds
    model: Path  # the tree of the same job, and the probability from which a row is a hit
    threshold: float


class Result(msgspec.Struct, frozen=True):
    """What a contestant measured of itself, from its first record to its last."""

    records: int
    seconds: float
    cpu_seconds: float  # of all threads
    is_complete: bool  # all records were read, not only those for which there was time
    checks: dict[str, Any] = {}  # what every contestant at the same job must find alike

    @property
    def rate(self) -> float:
        """Records per second."""
        return self.records / max(self.seconds, 1e-9)

    @property
    def cpu_us(self) -> float:
        """Microseconds of the processor a record takes."""
        return 1e6 * self.cpu_seconds / max(self.records, 1)


def written(order: Order) -> str:
    """The order as an argument of a command."""
    return msgspec.json.encode(order, enc_hook=str).decode()


def received() -> Order:
    """The order this process was started with."""
    return msgspec.json.decode(sys.argv[1], type=Order, dec_hook=lambda kind, text: kind(text))


def answer(result: Result) -> None:
    """Tell the result, on a line of its own."""
    print("\n" + msgspec.json.encode(result).decode(), flush=True)


def parse(stdout: str) -> Result:
    """The result in what a contestant printed; msgspec.MsgspecError or IndexError without one."""
    answers = [text for text in stdout.splitlines() if text.startswith("{")]  # Faust says something too
    return msgspec.json.decode(answers[-1], type=Result)


def as_json(result: Result) -> Mapping[str, Any]:
    """For the file of figures."""
    held: dict[str, Any] = msgspec.to_builtins(result)
    return held | {"rate": round(result.rate, 1), "cpu_us": round(result.cpu_us, 3)}
