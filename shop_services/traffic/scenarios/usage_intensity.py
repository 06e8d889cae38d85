"""The volume of events is far too high or too low for this moment.

Who: a crowd, a crawler, an import, or a service that stopped saying one thing. The number of messages a minute shows
it, over all and by type. Normal: the curve of the day with its unrest. What fools a detector: events that come twice or
late, a producer with a wrong clock, a consumer that catches up; those are options of `generate`.
"""

from __future__ import annotations

from dataclasses import replace

from shop_services.traffic.actions import Actor, Entrance
from shop_services.traffic.cast import enter, somebody
from shop_services.traffic.curve import arrivals
from shop_services.traffic.incidents import SHOP
from shop_services.traffic.script import Stage, Variant
from shop_services.traffic.shopper import order, put
from shop_services.traffic.tampering import Tamper, effects_lost, type_silenced
from shop_services.traffic.world import any_visit

HURRY = 0.08
TYPES = (
    "OrderConfirmationSent",
    "OrderCreated",
    "ProductAddedToCart",
    "ProductReservationCreated",
    "ReservationMaterialized",
    "CartLineRemoved",
)


def _burst(stage: Stage) -> Actor:
    """Hurried visits on top of the ordinary ones, so that the burst ends when it ends."""
    stage.incident.subject = SHOP
    factor = stage.draw("factor", 3, 10)
    demand = stage.world.demand
    extra = replace(demand, visits_per_day=demand.visits_per_day * (factor - 1))
    for at in arrivals(extra, stage.rng, stage.begin, stage.end):
        yield Entrance(at, any_visit(stage.world, stage.rng, at, pace=HURRY))


def _type_stops(stage: Stage) -> Actor:
    name = stage.rng.choice(TYPES)
    stage.happens_to(name)
    stage.world.tampering.append(Tamper(stage.begin, stage.end, type_silenced(name)))
    yield from ()


def _no_effect(stage: Stage) -> Actor:
    stage.happens_to(SHOP)
    lost = stage.draw("lost", 0.65, 0.75)
    stage.world.tampering.append(Tamper(stage.begin, stage.end, effects_lost(lost, stage.rng)))
    yield from ()


def _bulk_import(stage: Stage) -> Actor:
    stage.incident.subject = SHOP
    shopper, is_new = somebody(stage, fresh=1.0)
    yield from enter(stage, shopper, is_new, stage.begin)
    products = list(stage.market.products.values())
    for at in stage.moments(stage.rng.randint(500, 1100), stage.end - 120, stage.end - 65):
        yield put(shopper, stage.rng.choice(products), 1, at)
    yield order(stage.market, shopper, stage.end - 30)


VARIANTS = (
    Variant("burst_day", _burst, "shop", (4, 8), "Three to ten times the requests for some minutes.", (9, 22)),
    Variant("burst_night", _burst, "shop", (5, 20), "Many times the requests of a night for some minutes.", (1, 5)),
    Variant(
        "type_stops", _type_stops, "event_type", (20, 60), "One event type stops while the rest goes on.", live=False
    ),
    Variant("no_effect", _no_effect, "shop", (15, 45), "Requests go on but most have no effect.", live=False),
    Variant(
        "bulk_import", _bulk_import, "shop", (6, 7), "Hundreds of cart lines are imported within a minute.", (7, 22)
    ),
)
