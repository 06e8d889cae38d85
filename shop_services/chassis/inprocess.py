"""The whole shop in one process, on a virtual clock: the services' own handlers and pipeline, without a network."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

import msgspec

from shop_services.chassis.inboxes import inbox_of
from shop_services.chassis.memory import MemoryDatabase
from shop_services.chassis.mint import Mint
from shop_services.chassis.pipeline import Arrival, Published, arrival_of_request, pass_time, process
from shop_services.chassis.service import Service, services
from shop_services.contracts.envelope import Envelope
from shop_services.contracts.message import Command, Message
from shop_services.contracts.topics import SHOP_TOPICS
from shop_services.contracts.users import ActivationLinkClicked

# A message reaches the next service after 3 ms at least, usually some tens, now and then a few hundred.
_FASTEST_MS, _TYPICAL_MS, _SLOWEST_MS = 3.0, 30.0, 400.0

_Due = tuple[datetime, int, "RunningService", Arrival]


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service and its memory; `store` may be read, and changed to play tricks on the service."""

    service: Service
    store: Any


@dataclass(slots=True)
class _Chain:
    """Everything that one request sets off: what is still to arrive, and what was published so far."""

    due: list[_Due] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)


class InProcessShop:
    """Five services wired over memory. The same seed and the same requests give the same messages, ids included.

    `services` is keyed by package name (`cart`); requests may use that or the public name (`cart-service`).
    A wrong price of the cart's own: `shop.services["cart"].store.set_price(product_id, price)`.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._rng = Random(seed)  # noqa: S311 - a simulation: nothing is secret
        self._mint = Mint("in-process", self._rng.getrandbits)
        self._order = count()
        self.services = {each.name: RunningService(each, each.store(MemoryDatabase())) for each in services()}
        self._named = self.services | {running.service.service: running for running in self.services.values()}
        self._inboxes = {inbox_of(running.service.service): running for running in self.services.values()}
        self._audience = _audience(self.services.values())

    def request(self, service: str, command: Command, at: datetime) -> list[tuple[str, Envelope]]:
        """Handle a command and every reaction it sets off; what the shop's topics get, in order of time.

        Each step between services takes a few to a few hundred virtual milliseconds. Raises KeyError when the service
        does not handle such a command. A click on an activation link without a digest is taken to bring the right code.
        """
        if isinstance(command, ActivationLinkClicked) and command.activation_code_digest is None:
            command = self._with_code(command)
        chain = _Chain()
        self._arrive(self._named[service], arrival_of_request(command, at, self._mint), at, chain)
        return self._follow(chain)

    def expire_reservations(self, at: datetime) -> list[tuple[str, Envelope]]:
        """Let go of what was reserved too long ago, and all that follows."""
        chain = _Chain()
        for running in self.services.values():
            for chore in running.service.chores:
                published = pass_time(running.service, running.store, chore, at, self._mint).published
                self._spread(published, at, chain)
        return self._follow(chain)

    def _with_code(self, click: ActivationLinkClicked) -> ActivationLinkClicked:
        account = self.services["users"].store.find_account(click.user_id)
        digest = self._mint.digest(account.activation_code) if account else None
        return msgspec.structs.replace(click, activation_code_digest=digest)

    def _follow(self, chain: _Chain) -> list[tuple[str, Envelope]]:
        while chain.due:
            at, _, running, arrival = heappop(chain.due)
            self._arrive(running, arrival, at, chain)
        return [(topic, envelope) for topic, envelope, _ in chain.published if topic in SHOP_TOPICS]

    def _arrive(self, running: RunningService, arrival: Arrival, at: datetime, chain: _Chain) -> None:
        self._spread(process(running.service, running.store, arrival, at, self._mint).published, at, chain)

    def _spread(self, published: list[Published], at: datetime, chain: _Chain) -> None:
        """Send messages on their way; what one step published reaches a service in that order."""
        chain.published += published
        delays: dict[str, datetime] = {}
        for topic, envelope, message in published:
            arrival = None
            for running in self._receivers(topic, message):
                arrival = arrival or _arrival(envelope, message)
                name = running.service.name
                if name not in delays:
                    delays[name] = at + self._delay()
                heappush(chain.due, (delays[name], next(self._order), running, arrival))

    def _receivers(self, topic: str, message: Message) -> list[RunningService]:
        if (inbox := self._inboxes.get(topic)) is not None:
            return [inbox]
        return self._audience.get(type(message), [])

    def _delay(self) -> timedelta:
        waited = _FASTEST_MS + self._rng.expovariate(1 / _TYPICAL_MS)
        return timedelta(milliseconds=min(waited, _SLOWEST_MS))


def _audience(running: Iterable[RunningService]) -> dict[type[Message], list[RunningService]]:
    """Who reacts to which event."""
    audience: dict[type[Message], list[RunningService]] = {}
    for each in running:
        for event in each.service.reactions:
            audience.setdefault(event, []).append(each)
    return audience


def _arrival(envelope: Envelope, message: Message) -> Arrival:
    correlation = envelope.correlationid or envelope.id
    return Arrival(message, envelope.id, envelope.subject or "", correlation, envelope.causationid)
