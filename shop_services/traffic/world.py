"""An ordinary shop: its market, its people and its demand, from which all ordinary steps follow. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from shop_services.traffic.actions import Actor, Entrance, RemoveAccount, Step
from shop_services.traffic.assortment import draw_assortment
from shop_services.traffic.curve import UNREST, Demand, arrivals
from shop_services.traffic.gates import Gate
from shop_services.traffic.identities import Identities
from shop_services.traffic.market import Market
from shop_services.traffic.population import Population
from shop_services.traffic.shopper import registration, visit
from shop_services.traffic.staff import novelties, restocking, sales
from shop_services.traffic.tampering import Tamper
from shop_services.traffic.wholesale import Wholesaler, draw_wholesalers, trading

PRODUCTS = 300
FIRST_SHOPPERS = 60
SEEDING_SECONDS = 300.0
VISITS_PER_DAY = 2420.0  # gives about 41,700 messages over the six topics
PIECES_PER_DAY = VISITS_PER_DAY * 5.5
NEW_SHOPPERS = 0.15  # of all visits


@dataclass(slots=True)
class World:
    """What everybody in the simulation shares, from `begin` to `end` (shop time, seconds since the epoch)."""

    rng: Random
    begin: float
    end: float
    market: Market
    demand: Demand
    wholesalers: list[Wholesaler] = field(default_factory=list)
    population: Population = field(default_factory=Population)
    gates: list[Gate] = field(default_factory=list)
    tampering: list[Tamper] = field(default_factory=list)
    identities: Identities = field(default_factory=Identities)

    @property
    def opening(self) -> float:
        """When the seeding is over and the first visitor may come."""
        return self.begin + SEEDING_SECONDS


def found(seed: int, begin: float, end: float, growth: float = 0.0, unrest: float = UNREST) -> World:
    """A shop drawn from a seed."""
    rng = Random(seed)
    market = Market(list(draw_assortment(rng, PRODUCTS, PIECES_PER_DAY)))
    world = World(rng, begin, end, market, Demand(begin, VISITS_PER_DAY, growth, unrest))
    world.wholesalers = draw_wholesalers(rng, world.population)
    return world


def fork(world: World) -> Random:
    """A stream of chance of one's own, so that one actor more changes nobody else's behaviour."""
    return Random(world.rng.random())


def seeding(world: World) -> Actor:
    """The first minutes: every product is listed and the first shoppers register."""
    products = list(world.market.products.values())
    for number, product in enumerate(products):
        at = world.begin + number * 0.8 * SEEDING_SECONDS / len(products)
        yield Step(at, world.market.stocking(product, product.level))


def first_shoppers(world: World) -> Actor:
    """The shoppers who are there from the start, one after the other."""
    gap = 0.6 * SEEDING_SECONDS / FIRST_SHOPPERS
    for number in range(FIRST_SHOPPERS):
        shopper = world.population.newcomer()
        at = world.begin + number * gap
        yield Entrance(at, registration(fork(world), shopper, at))
        world.population.leave(shopper)


def founding(world: World) -> list[Actor]:
    """The actors of the first minutes: products are listed, first shoppers register. About 1,100 messages."""
    return [seeding(world), first_shoppers(world)]


def ordinary_life(world: World) -> list[Actor]:
    """The actors of a founded shop in which nothing goes wrong."""
    market, begin, end = world.market, world.opening, world.end
    return [
        _visitors(world, fork(world)),
        restocking(fork(world), market, begin, end),
        novelties(fork(world), market, begin, end, PIECES_PER_DAY),
        sales(fork(world), market, begin, end),
        *(trading(fork(world), market, one, begin, end) for one in world.wholesalers),
    ]


def _visitors(world: World, rng: Random) -> Actor:
    for at in arrivals(world.demand, rng, world.opening, world.end):
        yield Entrance(at, any_visit(world, rng, at))


def any_visit(world: World, rng: Random, at: float, pace: float = 1.0) -> Iterator[Step]:
    """One visit, of somebody new or of a known shopper who is not in the shop right now."""
    known = world.population.visitor(rng) if rng.random() > NEW_SHOPPERS else None
    shopper = known or world.population.newcomer()
    if known is None:
        for step in registration(rng, shopper, at):
            at = step.at
            yield step
    for step in visit(rng, world.market, shopper, at + 5.0, pace=pace):
        yield step
    if not isinstance(step.action, RemoveAccount):
        world.population.leave(shopper)
