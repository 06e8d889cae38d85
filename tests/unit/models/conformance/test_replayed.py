"""Hours of the simulated shop with answers that are lost, late, double or stamped by a wrong clock."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models.conformance import ConformanceMemory, judge
from models.conformance.pairs import pairs
from models.conformance.usual import Usual
from models.recording import Recording
from models.replay import Replay
from tests.builders.logs import shop_lines, write

HOURS = 5  # from 17:00 on
LOST = (datetime(2026, 3, 25, 20, tzinfo=UTC), datetime(2026, 3, 25, 21, tzinfo=UTC))
ORDER = "OrderCreationRequested"


class Told:
    """What a replay of the lines says, and what it knows afterwards."""

    def __init__(self, folder: Path, lines: Sequence[bytes]) -> None:
        replay = Replay([judge()])
        events = replay.events(Recording([write(folder / "log.jsonl", lines)]))
        self.anomalies = [msgspec.json.decode(event.data) for event in events]
        memory = replay.lanes[0].detector.memory
        assert isinstance(memory, ConformanceMemory)
        self.memory = memory

    def opened(self) -> list[dict[str, Any]]:
        return [anomaly for anomaly in self.anomalies if anomaly["status"] == "opened"]

    def of(self, command: str) -> Usual:
        (code,) = [code for code, pair in enumerate(pairs()) if pair.command == command]
        return self.memory.usual[code]


@pytest.fixture
def told(tmp_path: Path) -> Callable[[Sequence[bytes]], Told]:
    return lambda lines: Told(tmp_path, lines)


def clean() -> Sequence[bytes]:
    return shop_lines(HOURS / 24, 5, 0.0, 0.0, 0.0)


def is_order_created(value: dict[str, Any]) -> bool:
    at = datetime.fromisoformat(value["time"])
    return value["type"].endswith(".OrderCreated") and LOST[0] <= at < LOST[1]


def without_orders(lines: Sequence[bytes], most: int) -> list[bytes]:
    """The lines without the first so many `OrderCreated` of an hour."""
    kept, lost = [], 0
    for raw in lines:
        is_lost = lost < most and is_order_created(json.loads(raw)["value"])
        lost += is_lost
        kept += [] if is_lost else [raw]
    return kept


def unlinked(lines: Sequence[bytes]) -> list[bytes]:
    """The lines as a producer would write them that knows neither causes nor requests."""
    read = [json.loads(raw) for raw in lines]
    bare = [{n: v for n, v in line["value"].items() if n not in ("causationid", "correlationid")} for line in read]
    return [json.dumps({**line, "value": value}).encode() + b"\n" for line, value in zip(read, bare, strict=True)]


def test_an_ordinary_evening_is_silent(told: Callable[[Sequence[bytes]], Told]) -> None:
    result = told(clean())

    assert result.opened() == []
    assert result.of(ORDER).overdue == 0
    assert result.of(ORDER).is_known


@pytest.mark.parametrize("lines", [clean, lambda: unlinked(clean())], ids=["linked by ids", "by keys and time"])
def test_orders_that_are_not_created_are_detected_and_named(
    told: Callable[[Sequence[bytes]], Told], lines: Callable[[], Sequence[bytes]]
) -> None:
    result = told(without_orders(lines(), 10**6))

    (anomaly,) = result.opened()
    assert anomaly["scenario"] == "conformance"
    assert anomaly["entity"] == {"kind": "event_type", "id": ORDER}
    assert "OrderCreated" in anomaly["summary"]
    assert anomaly["window"]["end"] < "2026-03-25T20:15:00.000Z"
    assert anomaly["evidence"][0]["topic"] == "application-command-topic"
    assert result.of(ORDER).overdue > 20


def test_a_single_lost_order_is_counted_and_no_anomaly(told: Callable[[Sequence[bytes]], Told]) -> None:
    result = told(without_orders(clean(), 1))

    assert result.opened() == []
    assert result.of(ORDER).overdue == 1


def test_late_double_and_wrongly_stamped_answers_are_silent(told: Callable[[Sequence[bytes]], Told]) -> None:
    result = told(shop_lines(HOURS / 24, 5, 0.03, 0.05, 0.01))

    assert result.opened() == []
    assert result.of(ORDER).is_known
    assert result.of(ORDER).share < 0.02


def test_answers_that_nothing_ties_to_their_commands_are_not_missed(told: Callable[[Sequence[bytes]], Told]) -> None:
    """A user name is nothing the monitor reads, so without ids nobody can say which account was asked for."""
    result = told(unlinked(clean()))

    assert result.opened() == []
    assert not result.of("AccountDetailsProvided").is_known
    assert result.of("AccountDetailsProvided").overdue == 0
