"""The live simulator against a gateway without a network."""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import msgspec
import pytest

from shop_services.contracts.envelope import payload
from shop_services.contracts.orders import OrderCreated
from shop_services.traffic.actions import Action, Order, Register, StockProduct
from shop_services.traffic.errors import GatewayUnreachable
from shop_services.traffic.fake_gateway import FakeGateway
from shop_services.traffic.gateway import Gateway, client_of
from shop_services.traffic.identities import Identities
from shop_services.traffic.live import LiveShow
from shop_services.traffic.pace import Pace
from shop_services.traffic.performance import Billing, perform
from shop_services.traffic.plan import DEMO, Planned
from shop_services.traffic.turns import Turns
from shop_services.traffic.world import found

START = datetime(2026, 3, 25, 17, 30, tzinfo=UTC)
SPEED = 3600.0  # an hour a second


def _shop(seed: int = 0) -> tuple[Pace, FakeGateway]:
    pace = Pace.starting_now(SPEED, START)
    return pace, FakeGateway(pace.clock.now, seed)


def test_shoppers_fill_the_shop_at_the_ordinary_rate() -> None:
    pace, shop = _shop()

    asyncio.run(perform("http://shop", pace, Billing(3, [], (), 2.0), None, shop.transport))

    seeding, evening = 1_100, 2 * 60 * 70
    assert seeding + 0.5 * evening < len(shop.log) < seeding + 1.5 * evening
    assert any(isinstance(payload(envelope), OrderCreated) for _, envelope in shop.log)


def test_an_account_is_opened_before_it_is_used() -> None:
    pace, shop = _shop()

    asyncio.run(perform("http://shop", pace, Billing(3, [], (), 1.0), None, shop.transport))

    seen = defaultdict(list)
    for _, envelope in shop.log:
        message = payload(envelope)
        seen[getattr(message, "user_id", None)].append(type(message).__name__)
    assert all(names[0] == "UserAccountCreated" for user, names in seen.items() if user is not None)


def test_planned_incidents_are_told_with_the_shops_ids(tmp_path: Path) -> None:
    pace, shop = _shop()
    truth = tmp_path / "truth.jsonl"
    plan = [Planned(30, "stock_exhaustion", "giant_add", {"minutes": 19, "share": 0.95}), *DEMO[-1:]]

    asyncio.run(perform("http://shop", pace, Billing(3, [], plan, 1.5), truth, shop.transport))

    (line,) = [msgspec.json.decode(line) for line in truth.read_bytes().splitlines()]
    assert (line["scenario"], line["from"]) == ("stock_exhaustion", "2026-03-25T18:00:00.000Z")
    assert any(getattr(payload(one), "product_id", None) == int(line["entity"]["id"]) for _, one in shop.log)
    assert datetime.fromisoformat(line["injected_at"]).tzinfo is not None


def test_a_shop_that_is_not_there_is_said_with_a_remedy() -> None:
    pace, shop = _shop()
    shop.is_down = True

    with pytest.raises(GatewayUnreachable, match="Start the shop first"):
        asyncio.run(perform("http://shop", pace, Billing(3, [], (), 1.0), None, shop.transport))


def test_failures_are_counted_and_the_shopper_goes_on() -> None:
    _, shop = _shop()

    async def scene() -> Gateway:
        async with client_of("http://shop", shop.transport) as client:
            gateway = Gateway(client, Identities(), "1")
            await gateway.carry_out(Order(1))  # nobody knows them yet
            await gateway.carry_out(Register(1))
            shop.is_down = True
            await gateway.carry_out(Order(1))
            shop.is_down = False
            await gateway.carry_out(Order(1))
            await gateway.carry_out(Register(1))  # the name is taken
            return gateway

    counts = asyncio.run(scene()).counts

    assert dict(counts) == {"accepted": 2, "refused": 1, "failed": 1, "skipped": 1}


def test_a_shop_that_fails_for_a_while_does_not_stop_the_show() -> None:
    pace, shop = _shop()
    healthy = shop.transport

    async def flaky(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/orders":
            return httpx.Response(503)
        return await healthy.handle_async_request(request)

    summary = asyncio.run(perform("http://shop", pace, Billing(3, [], (), 1.0), None, httpx.MockTransport(flaky)))

    assert " 0 failed" not in summary
    assert not any(isinstance(payload(envelope), OrderCreated) for _, envelope in shop.log)
    assert len(shop.log) > 2_000


def test_the_pace_follows_the_clock_of_the_services() -> None:
    pace = Pace.of_text("scaled:60:2026-03-25T17:30:00Z:1790000000")

    assert pace.clock.factor == 60
    assert pace.clock.shop_start == START
    with pytest.raises(ValueError, match="scaled"):
        Pace.of_text("fast")


class SlowPace:
    """A shop time at which everything is due long ago."""

    def now(self) -> float:
        return START.timestamp() + 1e6

    async def until(self, at: float) -> float:
        return 60.0


class Doorman:
    """Lets everybody in and remembers them."""

    def __init__(self) -> None:
        self.seen: list[Action | StockProduct] = []

    async def carry_out(self, action: Action | StockProduct) -> bool:
        self.seen.append(action)
        return True


def test_who_would_have_to_wait_too_long_gives_up_but_staff_do_not() -> None:
    world = found(3, START.timestamp(), START.timestamp() + 7200)
    show = LiveShow(world, (doorman := Doorman()), SlowPace(), [])

    asyncio.run(show.play())

    assert show.given_up > 500
    assert {type(action) for action in doorman.seen} <= {StockProduct}


class Grumpy(Doorman):
    """Turns everything away the first time."""

    async def carry_out(self, action: Action | StockProduct) -> bool:
        await super().carry_out(action)
        return self.seen.count(action) > 1


def test_what_a_shop_does_not_take_at_first_is_brought_again() -> None:
    world = found(3, START.timestamp(), START.timestamp() + 7200)
    show = LiveShow(world, (doorman := Grumpy()), SlowPace(), [])

    missing = asyncio.run(show.seed())

    assert missing == 0
    assert {doorman.seen.count(action) for action in doorman.seen} == {2}


def test_turns_are_bounded_and_keep_each_actors_order() -> None:
    begun: list[tuple[int, int]] = []
    most = under_way = 0

    async def work(actor: int, number: int) -> None:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        begun.append((actor, number))
        await asyncio.sleep(0.001 * (actor % 3))
        under_way -= 1

    async def scene() -> None:
        async with Turns(4) as turns:
            for number in range(10):
                for actor in range(5):
                    await turns.take(actor, partial(work, actor, number))

    asyncio.run(scene())

    assert most <= 4
    assert all([n for a, n in begun if a == actor] == list(range(10)) for actor in range(5))
