"""Carries out the steps in a shop without a network, on a virtual clock: months in minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Protocol

from shop_services.contracts.envelope import payload
from shop_services.contracts.message import Command
from shop_services.contracts.times import rfc3339
from shop_services.contracts.users import UserAccountCreated
from shop_services.contracts.warehouse import ProductAddedToWarehouse
from shop_services.traffic.actions import Register, Step, StockProduct
from shop_services.traffic.commands import request_of
from shop_services.traffic.faults import Delivery, Faults
from shop_services.traffic.gates import passing
from shop_services.traffic.tampering import Sent
from shop_services.traffic.timeline import Timeline
from shop_services.traffic.world import World

EXPIRY_SECONDS = 60.0


class Shop(Protocol):
    """What the driver needs of a shop; `InProcessShop` is one."""

    def request(self, service: str, command: Command, at: datetime) -> list[Sent]:
        """Handle a command and all that follows; the messages for the shop's topics, in causal order."""

    def expire_reservations(self, at: datetime) -> list[Sent]:
        """Let old reservations go."""


@dataclass(slots=True)
class InProcessDriver:
    """Plays a world's steps in a shop and hands over what the shop's topics would bring, in order of arrival."""

    world: World
    shop: Shop
    faults: Faults = field(default_factory=Faults)
    rng: Random = field(default_factory=lambda: Random(0))
    skipped: int = 0
    _flying: list[Delivery] = field(default_factory=list)
    _sent: Iterator[int] = field(default_factory=count)
    _next_expiry: float = 0.0

    def deliveries(self, timeline: Timeline) -> Iterator[Delivery]:
        """Every message until the world's end."""
        for step in passing(_until(timeline, self.world.end), self.world.gates):
            yield from self._arrived_before(step.at)
            self._expire(step.at)
            self._carry_out(step)
        yield from self._arrived_before(float("inf"))

    def _carry_out(self, step: Step) -> None:
        request = request_of(step.action, self.world.identities)
        if request is None:
            self.skipped += 1
            return
        service, command = request
        sent = self.shop.request(service, command, _moment(step.at))
        self._learn(step, sent)
        self._send(step.at, sent)
        if step.incident and step.incident.first_seen is None and sent:
            step.incident.first_seen = step.at

    def _learn(self, step: Step, sent: list[Sent]) -> None:
        """Take note of the id that the shop gave to a new shopper or product."""
        if isinstance(step.action, Register):
            self._learn_user(step.action.shopper, sent)
        elif isinstance(step.action, StockProduct) and step.action.code not in self.world.identities.products:
            self._learn_product(step.action.code, sent)

    def _learn_user(self, shopper: int, sent: list[Sent]) -> None:
        for _, envelope in sent:
            if isinstance(created := payload(envelope), UserAccountCreated):
                self.world.identities.users[shopper] = created.user_id

    def _learn_product(self, code: str, sent: list[Sent]) -> None:
        for _, envelope in sent:
            if isinstance(added := payload(envelope), ProductAddedToWarehouse):
                self.world.identities.products[code] = added.product_id

    def _send(self, at: float, sent: list[Sent]) -> None:
        for tamper in self.world.tampering:
            sent = tamper.applied(at, sent)
        for topic, envelope in sent:
            for delivery in self.faults.deliveries(topic, envelope, next(self._sent), self.rng):
                heappush(self._flying, delivery)

    def _expire(self, at: float) -> None:
        if at >= self._next_expiry:
            self._next_expiry = at + EXPIRY_SECONDS
            self._send(at, self.shop.expire_reservations(_moment(at)))

    def _arrived_before(self, at: float) -> Iterator[Delivery]:
        until = rfc3339(_moment(at)) if at < float("inf") else "~"
        while self._flying and self._flying[0].arrived < until:
            yield heappop(self._flying)


def _until(steps: Iterable[Step], end: float) -> Iterator[Step]:
    for step in steps:
        if step.at >= end:
            return
        yield step


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
