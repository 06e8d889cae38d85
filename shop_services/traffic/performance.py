"""One run of the live simulator, from the first product to the summary."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from shop_services.traffic.casting import Cast, placed, staged_plan
from shop_services.traffic.curve import DAY
from shop_services.traffic.gateway import Gateway, client_of
from shop_services.traffic.live import LiveShow
from shop_services.traffic.pace import Pace
from shop_services.traffic.plan import Planned
from shop_services.traffic.script import Stage
from shop_services.traffic.world import SEEDING_SECONDS, World, found

TELL_SECONDS = 10.0
OPEN_END_DAYS = 3650.0


@dataclass(frozen=True, slots=True)
class Billing:
    """What is played: the seed, anomalies at random times, anomalies by a plan, and for how many seconds (None: on and
    on).
    """

    seed: int
    cast: Cast
    plan: Sequence[Planned] = ()
    duration: float | None = None


async def perform(
    url: str, pace: Pace, billing: Billing, truth: Path | None, transport: httpx.AsyncBaseTransport | None = None
) -> str:
    """Seed the shop, then play until the end, SIGTERM or Ctrl-C; gives a summary. Raises GatewayUnreachable."""
    async with client_of(url, transport) as client:
        world = _world(pace, billing)
        gateway = Gateway(client, world.identities, run=f"{pace.clock.wall_start:.0f}")
        await gateway.learn_products()
        show = LiveShow(world, gateway, pace, _stages(world, pace, billing), truth)
        missing = await show.seed()
        print(f"seeded, {missing} actions not taken: {_told(gateway.counts)}", flush=True)
        await _play(show, gateway)
        delay = f"at worst {show.late_seconds:.1f} s late, {show.given_up:,} given up"
        return f"{show.played:,} actions: {_told(gateway.counts)}; {delay}."


def _world(pace: Pace, billing: Billing) -> World:
    """The seeding is over when play begins, so the world's first minutes lie before now."""
    begin = pace.now() - SEEDING_SECONDS
    length = OPEN_END_DAYS * DAY if billing.duration is None else billing.duration * pace.clock.factor
    return found(billing.seed, begin, begin + SEEDING_SECONDS + length)


def _stages(world: World, pace: Pace, billing: Billing) -> list[Stage]:
    """Incidents at random times fall into the first day of an open end."""
    horizon = min(world.end, world.begin + DAY)
    by_chance = placed(world, billing.cast, until=horizon)
    return by_chance + staged_plan(world, billing.plan, pace.clock.shop_start.timestamp())


async def _play(show: LiveShow, gateway: Gateway) -> None:
    playing = asyncio.create_task(show.play())
    telling = asyncio.create_task(_tell(show, gateway))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, playing.cancel)
    try:
        with suppress(asyncio.CancelledError):  # being told to stop is the ordinary end
            await playing
    finally:
        telling.cancel()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _tell(show: LiveShow, gateway: Gateway) -> None:
    while True:
        await asyncio.sleep(TELL_SECONDS)
        print(f"{show.played:,} actions, {_told(gateway.counts)}", flush=True)


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
