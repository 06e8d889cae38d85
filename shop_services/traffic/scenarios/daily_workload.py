"""The day loses its shape: a service stops or works by half, traffic is missing, or more comes than the day should
bring.

Who: operations, the network, the market. The message counts of shop and services over a day show it. Normal: the curve
of the day, weekday and weekend, slow growth. What fools a detector: growth, noise, the hour when the clocks change.
"""

from __future__ import annotations

from shop_services.contracts import cart, notifications, orders, users, warehouse
from shop_services.traffic.actions import Actor
from shop_services.traffic.curve import Surge
from shop_services.traffic.gates import Gate
from shop_services.traffic.incidents import SHOP
from shop_services.traffic.script import Stage, Variant
from shop_services.traffic.tampering import Tamper, service_reduced, service_stopped

SERVICES = (cart.SERVICE, notifications.SERVICE, orders.SERVICE, users.SERVICE, warehouse.SERVICE)


def _service_stopped(stage: Stage) -> Actor:
    service = stage.rng.choice(SERVICES)
    stage.happens_to(service)
    stage.world.tampering.append(Tamper(stage.begin, stage.end, service_stopped(service)))
    yield from ()


def _service_reduced(stage: Stage) -> Actor:
    service = stage.rng.choice(SERVICES)
    stage.happens_to(service)
    lost = stage.draw("lost", 0.45, 0.75)
    stage.world.tampering.append(Tamper(stage.begin, stage.end, service_reduced(service, lost, stage.rng)))
    yield from ()


def _shop_stopped(stage: Stage) -> Actor:
    stage.happens_to(SHOP)
    stage.world.gates.append(Gate(stage.begin, stage.end, 0.0))
    yield from ()


def _half_traffic(stage: Stage) -> Actor:
    stage.happens_to(SHOP)
    stage.world.gates.append(Gate(stage.begin, stage.end, stage.draw("keep", 0.4, 0.6)))
    yield from ()


def _more_demand(stage: Stage) -> Actor:
    stage.happens_to(SHOP)
    stage.world.demand.surge(Surge(stage.begin, stage.end, stage.draw("factor", 1.5, 3.0)))
    yield from ()


VARIANTS = (
    Variant("service_stopped", _service_stopped, "service", (5, 60), "One service is stopped.", (8, 22), live=False),
    Variant(
        "service_reduced", _service_reduced, "service", (60, 180), "One service does half of its work.", live=False
    ),
    Variant("shop_stopped", _shop_stopped, "shop", (5, 60), "No request reaches the shop.", (9, 22)),
    Variant("half_traffic", _half_traffic, "shop", (50, 80), "Half of the requests do not reach the shop.", (9, 22)),
    Variant("more_demand", _more_demand, "shop", (120, 240), "Far more demand than this day should bring.", (9, 20)),
)
