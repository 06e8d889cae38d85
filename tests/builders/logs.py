"""Builders of recorded logs: a few lines by hand, or hours of the simulated shop."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec

from shop_services.traffic.faults import Faults
from shop_services.traffic.generate import Generation, Wish, line

START = datetime(2026, 3, 25, 17, tzinfo=UTC)  # before the peak, behind what the shipped models have learnt


def record(topic: str, raw: bytes, arrived: int | None) -> bytes:
    """A line of a log; `arrived` in ms since the epoch, None when the log does not say."""
    fields = {"topic": topic, "key": "1", "value": msgspec.Raw(raw)} | ({} if arrived is None else {"arrived": arrived})
    return msgspec.json.encode(fields) + b"\n"


def write(path: Path, lines: Sequence[bytes]) -> Path:
    """The lines as a file."""
    path.write_bytes(b"".join(lines))
    return path


@cache
def shop_lines(days: float, seed: int, late: float, double: float, skew: float) -> tuple[bytes, ...]:
    """The simulated shop from `START` on, with shares of late and double messages, and clocks that are wrong.

    What is still on its way at the end is left out: the rest of the log would be silence.
    """
    end = (START + timedelta(days=days)).isoformat()
    faults = Faults(late=late, double=double, skew=skew)
    generation = Generation.of(Wish(days, seed, START, faults=faults))
    return tuple(line(delivery) for delivery in generation.deliveries() if delivery.arrived < end)


def without(lines: Sequence[bytes], topics: Sequence[str], start: datetime, end: datetime) -> list[bytes]:
    """The lines without those of the topics whose event time lies in [start, end): a stopped service."""

    def is_gone(raw: bytes) -> bool:
        value = json.loads(raw)
        return value["topic"] in topics and start <= datetime.fromisoformat(value["value"]["time"]) < end

    return [raw for raw in lines if not is_gone(raw)]
