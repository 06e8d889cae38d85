"""Logs made in-process."""

import gzip
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shop_services.contracts.topics import SHOP_TOPICS
from shop_services.traffic.casting import chosen
from shop_services.traffic.errors import UnknownScenario
from shop_services.traffic.faults import Faults
from shop_services.traffic.generate import Generation, Wish, beside, line, write_log

START = datetime(2026, 3, 4, tzinfo=UTC)  # a Wednesday, almost an average day
Write = Callable[[Wish, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the log of a wish under a name; gives its path."""

    def write(wish: Wish, name: str) -> Path:
        write_log(Generation.of(wish), tmp_path / name, lambda messages, share: None)
        return tmp_path / name

    return write


@pytest.fixture(scope="module")
def day() -> list[dict[str, Any]]:
    """The lines of an ordinary day."""
    return [msgspec.json.decode(line(delivery)) for delivery in Generation.of(Wish(1.0, 7, START)).deliveries()]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def test_a_day_has_its_forty_thousand_messages_on_all_topics(day: list[dict[str, Any]]) -> None:
    assert 35_000 < len(day) < 50_000
    assert {line["topic"] for line in day} == set(SHOP_TOPICS)


def test_the_peak_has_sixty_to_eighty_messages_a_minute(day: list[dict[str, Any]]) -> None:
    peak = sum(18 <= int(line["value"]["time"][11:13]) < 23 for line in day) / 300

    assert 55 < peak < 85


def test_the_shop_does_not_run_dry_by_itself(day: list[dict[str, Any]]) -> None:
    types = Counter(line["value"]["type"].rpartition(".")[2] for line in day)

    assert types["ProductReservationCreated"] > 0.99 * types["ProductReservationRequested"] > 1000


def test_the_same_seed_gives_the_same_bytes(write: Write) -> None:
    wish = Wish(0.2, 3, START, chosen("all"), per_day=20)

    first, again, other = write(wish, "a.jsonl"), write(wish, "b.jsonl"), write(Wish(0.2, 4, START), "c.jsonl")

    assert first.read_bytes() == again.read_bytes()
    assert beside(first, "truth").read_bytes() == beside(again, "truth").read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_packing_changes_nothing_but_the_size(write: Write) -> None:
    wish = Wish(0.05, 3, START)

    plain, packed = write(wish, "a.jsonl"), write(wish, "a.jsonl.gz")

    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert beside(packed, "truth").name == "a.truth.jsonl"


def test_messages_stand_in_the_order_of_their_arrival(write: Write) -> None:
    faults = Faults(late=0.05, double=0.05, skew=0.2)

    lines = _lines(write(Wish(0.3, 3, START, faults=faults), "faulty.jsonl"))

    arrived = [line.get("arrived", _milliseconds(line["value"]["time"])) for line in lines]
    assert arrived == sorted(arrived)


def test_data_faults_have_the_shares_that_were_asked_for(write: Write) -> None:
    lines = _lines(write(Wish(0.3, 3, START, faults=Faults(late=0.06, double=0.05, skew=0.2)), "faulty.jsonl"))

    ids = Counter(line["value"]["id"] for line in lines)
    delays = [line["arrived"] - _milliseconds(line["value"]["time"]) for line in lines if "arrived" in line]
    ahead = sum(delay < -3_600_000 for delay in delays)
    of_cart = sum(line["value"]["source"] == "/cqshop/cart-service" for line in lines)
    assert sum(count > 1 for count in ids.values()) / len(ids) == pytest.approx(0.05, abs=0.015)
    assert sum(delay > 59_000 for delay in delays) / len(lines) == pytest.approx(0.06, abs=0.015)
    assert ahead / of_cart == pytest.approx(0.2, abs=0.03)


def test_without_faults_no_line_tells_when_it_arrived(write: Write) -> None:
    lines = _lines(write(Wish(0.1, 3, START), "plain.jsonl"))

    assert not any("arrived" in line for line in lines)


def test_twins_are_kept_apart_from_the_truth(write: Write) -> None:
    path = write(Wish(1.0, 5, START, chosen("none", twins=True)), "twins.jsonl")

    assert _lines(beside(path, "truth")) == []
    assert {line["innocent"] for line in _lines(beside(path, "twins"))} == {True}


def test_half_a_log_is_not_left_behind(tmp_path: Path) -> None:
    generation = Generation.of(Wish(days=1.0, seed=7, start=datetime(2026, 3, 4, 18, tzinfo=UTC)))

    def interrupt(_messages: int, _share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_log(generation, tmp_path / "log.jsonl", interrupt)

    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scenario_is_refused_with_what_there_is() -> None:
    with pytest.raises(UnknownScenario, match="stock_exhaustion:giant_add"):
        chosen("stock_exhaustoin")


def test_what_no_shopper_can_cause_is_refused_live() -> None:
    with pytest.raises(UnknownScenario):
        chosen("usage_intensity:type_stops", live=True)


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
