"""Every variant of every scenario, whatever discovery finds: it happens in-process, and the truth about it is true."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
import pytest

from shop_services.contracts import cart, orders, warehouse
from shop_services.contracts.envelope import Envelope, payload
from shop_services.traffic.generate import Generation, Wish
from shop_services.traffic.scenarios import all_variants
from shop_services.traffic.script import Stage, Variant
from shop_services.traffic.truth import truth_line
from shop_services.traffic.world import fork

START = datetime(2026, 3, 4, 17, tzinfo=UTC)
BEGIN = START.timestamp() + 5400
AFTER_SECONDS = 1800.0

VARIANTS = all_variants()
IDS = [f"{stem}:{variant}" for stem, variant in VARIANTS]
Key = tuple[str, str]


@dataclass(frozen=True)
class Run:
    """The messages of one run, and the line of truth (with its span as seconds)."""

    messages: list[Envelope]
    truth: dict[str, Any]

    @property
    def span(self) -> tuple[float, float]:
        """The incident's beginning and end."""
        return _seconds(self.truth["from"]), _seconds(self.truth["to"])

    def during(self) -> list[Envelope]:
        """The messages of the incident's time."""
        begin, end = self.span
        return [one for one in self.messages if begin <= _seconds(one.time) <= end]


@cache
def played(key: Key) -> Run:
    """A run of one variant, as short as it can be, an hour and a half after the shop opened."""
    variant = VARIANTS[key]
    generation, stage = _set_up(variant, key[0], BEGIN + 60 * variant.minutes[0] + AFTER_SECONDS)
    generation.stages.append(stage)
    messages = [delivery.envelope for delivery in generation.deliveries()]
    line = truth_line(stage.incident, generation.world.identities)
    assert line is not None, "the incident never came to pass"
    return Run(messages, line)


def undisturbed(end: float) -> list[Envelope]:
    """The messages of the same shop in which nothing happens."""
    stem, name = next(iter(VARIANTS))
    generation, _ = _set_up(VARIANTS[stem, name], stem, end)
    return [delivery.envelope for delivery in generation.deliveries()]


def _set_up(variant: Variant, stem: str, end: float) -> tuple[Generation, Stage]:
    """The same shop every time: whatever the variant, as much chance is used up before the shop opens."""
    generation = Generation.of(Wish((end - START.timestamp()) / 86_400, 5, START))
    chance = fork(generation.world)
    return generation, variant.staged(generation.world, stem, BEGIN, chance, {"minutes": variant.minutes[0]})


def _of(stem: str, innocent: bool = False) -> Any:
    keys = [key for key, variant in VARIANTS.items() if key[0] == stem and variant.innocent == innocent]
    return pytest.mark.parametrize("key", keys, ids=[name for _, name in keys])


@pytest.mark.parametrize("key", list(VARIANTS), ids=IDS)
def test_the_entity_of_the_truth_is_in_the_log(key: Key) -> None:
    run = played(key)

    kind, entity = run.truth["entity"]["kind"], run.truth["entity"]["id"]

    assert any(_speaks_of(one, kind, entity) for one in run.messages)


@pytest.mark.parametrize("key", list(VARIANTS), ids=IDS)
def test_the_first_event_lies_in_the_incident(key: Key) -> None:
    run = played(key)
    begin, end = run.span

    assert begin == BEGIN
    assert begin <= _seconds(run.truth["first_event"]) < end


@_of("stock_exhaustion")
def test_stock_is_taken_and_not_bought(key: Key) -> None:
    run = played(key)
    kind, entity = run.truth["entity"]["kind"], int(run.truth["entity"]["id"])
    asked: Counter[int] = Counter()
    for message in map(payload, run.during()):
        if isinstance(message, warehouse.ProductReservationRequested):
            asked[message.product_id if kind == "product" else message.user_id] += message.quantity

    buyers = {one.order_owner for one in map(payload, run.during()) if isinstance(one, orders.OrderCreated)}

    assert asked[entity] >= 0.5 * (_first_stock(run, entity) if kind == "product" else 1000)
    assert kind == "product" or entity not in buyers


@_of("price_exploit")
def test_wrong_prices_reach_carts_and_are_corrected(key: Key) -> None:
    run = played(key)
    product_ids = {int(member) for member in run.truth.get("members", [run.truth["entity"]["id"]])}
    prices = defaultdict(set)
    usual = _usual_prices(run)
    for envelope in run.messages:
        message = payload(envelope)
        if isinstance(message, cart.ProductAddedToCart) and message.product_id in product_ids:
            prices[_seconds(envelope.time) > run.span[1] + 60].add(message.price / usual[message.product_id])

    assert any(not 0.7 < ratio < 1.5 for ratio in prices[False])
    assert prices[True] <= {1.0}


@_of("usage_intensity")
def test_volume_is_not_what_it_would_have_been(key: Key) -> None:
    assert _strangeness(played(key)) > 1.25


@_of("daily_workload")
def test_the_day_loses_its_shape(key: Key) -> None:
    assert _strangeness(played(key)) > 1.15


@_of("stock_exhaustion", innocent=True)
def test_innocent_twins_buy_what_they_take(key: Key) -> None:
    run = played(key)

    entity, kind = int(run.truth["entity"]["id"]), run.truth["entity"]["kind"]

    taken = [
        message for message in map(payload, run.messages) if isinstance(message, warehouse.ReservationMaterialized)
    ]
    assert run.truth["innocent"]
    assert any(entity == (message.product_id if kind == "product" else message.user_id) for message in taken)


@_of("price_exploit", innocent=True)
def test_innocent_prices_are_announced_first(key: Key) -> None:
    run = played(key)
    entity = int(run.truth["entity"]["id"])
    announced: set[float] = set()
    for message in map(payload, run.messages):
        if isinstance(message, warehouse.ProductAddedToWarehouse | warehouse.ProductUpdatedInWarehouse):
            announced |= {message.price} if message.product_id == entity else set()
        elif isinstance(message, cart.ProductAddedToCart) and message.product_id == entity:
            assert message.price in announced


def _strangeness(run: Run) -> float:
    """How far the number of the entity's messages is from what it would have been, as a factor above 1."""
    entity = run.truth["entity"]
    without = Run(undisturbed(run.span[1]), run.truth)
    actual, expected = (
        sum(_speaks_of(one, entity["kind"], entity["id"]) for one in each.during()) for each in (run, without)
    )
    ratio = (actual + 0.5) / (expected + 0.5)
    return max(ratio, 1 / ratio)


def _speaks_of(envelope: Envelope, kind: str, entity: str) -> bool:
    if kind == "shop":
        return True
    if kind == "service":
        return envelope.source.endswith(f"/{entity}")
    if kind == "event_type":
        return envelope.type.endswith(f".{entity}")
    data = msgspec.json.decode(envelope.data)
    return data.get("productId" if kind == "product" else "userId") == int(entity)


def _usual_prices(run: Run) -> dict[int, float]:
    """The price each product was listed at first."""
    added = (payload(one) for one in run.messages if one.type.endswith("ProductAddedToWarehouse"))
    return {one.product_id: one.price for one in added if isinstance(one, warehouse.ProductAddedToWarehouse)}


def _first_stock(run: Run, product_id: int) -> int:
    """The stock a product was listed with first."""
    added = (payload(one) for one in run.messages if one.type.endswith("ProductAddedToWarehouse"))
    return next(
        one.quantity
        for one in added
        if isinstance(one, warehouse.ProductAddedToWarehouse) and one.product_id == product_id
    )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
