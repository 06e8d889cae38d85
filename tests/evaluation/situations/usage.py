"""Volume that is wrong for the moment, and faults of delivery that are no volume."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from tests.evaluation import faults, information
from tests.evaluation.chains import Chains, announce
from tests.evaluation.information import Budget
from tests.evaluation.messages import Messages, code, kinds
from tests.evaluation.outages import unheard
from tests.evaluation.scene import Judged, NotStageable, Scene, spread
from tests.evaluation.situations import Situation
from tests.evaluation.spans import HOUR, MINUTE
from tests.evaluation.truth import SHOP, Truth
from tests.evaluation.visits import EXPIRED, TAKEN_OUT, Visits, one_visit, shopping

SERVICES = tuple(sorted({kind.service for kind in kinds()}))
SILENT_TYPES = (
    "ProductAddedToCart", "ProductReservationCreated", "CartLineRemoved", "ReservationMaterialized", "OrderCreated",
    "OrderConfirmationSent", "ProductReservationRemoved", "ProductRemovedFromCart", "ActivationLinkSent",
)  # fmt: skip
BULK = (500, 1_101)  # lines
LONGEST = 40  # minutes in which the silence of an event type must be known


def burst_by_day(scene: Scene, moment: int) -> Judged:
    """Ten times the traffic for five minutes."""
    return _burst(scene, moment, moment + 5 * MINUTE, listed=3)


def burst_by_night(scene: Scene, moment: int) -> Judged:
    """Ten times the traffic at 03:00, less than at noon."""
    return _burst(scene, moment, moment + int(scene.rng.uniform(20, 35) * MINUTE), listed=15)


def type_stops(scene: Scene, moment: int) -> Judged:
    """One event type is no longer said, the rest goes on."""
    end = moment + int(scene.rng.uniform(40, 100) * MINUTE)
    fits = [
        name
        for name in SILENT_TYPES
        if information.rate(scene, [code(name)], moment) * LONGEST >= information.MILLION_TO_ONE
    ]
    if not fits:
        raise NotStageable("every event type is too rare for its silence to be known in time")
    name = str(scene.rng.choice(fits))
    scene.changes.append(lambda said: said.take(~(said.of(name) & (said.time >= moment) & (said.time < end))))
    until = information.budget(scene, [code(name)], 0.0, moment, end, 10)
    return told_by((("event_type", name),), moment, until, end, "low")


def without_effect(scene: Scene, moment: int) -> Judged:
    """Commands go on, 70 % of what they should bring does not happen."""
    end = moment + int(scene.rng.uniform(30, 70) * MINUTE)
    rng = np.random.default_rng(int(scene.rng.integers(2**31)))

    def change(said: Messages) -> Messages:
        failing = said.root[(rng.random(len(said)) < 0.7) & (said.cause == 0)]
        events = np.isin(said.kind, information.events()) & (said.visit >= 0)
        return unheard(said, events & np.isin(said.root, failing) & (said.time >= moment) & (said.time < end))

    scene.changes.append(change)
    until = information.budget(scene, information.events(), 0.3, moment, end, 7)
    entities = (SHOP, *(("service", name) for name in ("cart-service", "warehouse-service", "order-service")))
    return told_by(entities, moment, until, end, "low")


def bulk_import(scene: Scene, moment: int) -> Judged:
    """500 to 1,100 new products within a minute."""
    count = int(scene.rng.integers(*BULK))
    times = spread(scene.rng, moment, moment + 55_000, count)
    price = np.round(scene.rng.lognormal(2.5, 1.2, count) + 0.01, 2)
    held, number = scene.rng.integers(5, 200, count), 50_000 + np.arange(count)

    def saying(chains: Chains) -> None:
        announce(chains, "ProductAddedToWarehouse", number, times, held, price)

    scene.sayings.append(saying)
    return _bulk(moment, ("warehouse-service",), ("ProductAddedToWarehouse", "ProductAdditionRequested"))


def bulk_order(scene: Scene, moment: int) -> Judged:
    """One customer's cart is filled with 500 lines or more by a machine, and ordered."""
    there = np.flatnonzero((scene.stock(moment).free >= 3) & (scene.world.products.since < scene.begin))
    if len(there) < BULK[0]:
        raise NotStageable("the catalogue is too small for an order of 500 lines")
    count = min(len(there), int(scene.rng.integers(*BULK)))
    chosen = scene.rng.choice(there, count, replace=False) + 1
    who = int(scene.rng.integers(11, scene.accounts.known))
    gap = (0.2 * 55 / count, 1.8 * 55 / count)
    scene.add(one_visit(who, chosen, np.ones(count), moment, scene.rng, gap=gap, order_after=(1, 3)))
    types = ("ProductAddedToCart", "AddingProductToCartRequested", "ProductReservationCreated", "CartLineRemoved")
    return _bulk(moment, ("cart-service", "warehouse-service"), (*types, "ReservationMaterialized"))


def delivered_twice(scene: Scene, moment: int) -> Judged:
    """3 to 8 % come twice."""
    end, share = moment + int(scene.rng.uniform(2, 4) * HOUR), scene.rng.uniform(0.03, 0.08)
    return _fault(scene, moment, end, lambda said, rng: faults.doubled(said, moment, end, share, rng))


def delivered_late(scene: Scene, moment: int) -> Judged:
    """5 % come minutes late, 1 % hours."""
    end = moment + int(scene.rng.uniform(2, 4) * HOUR)
    return _fault(scene, moment, end, lambda said, rng: faults.late(said, moment, end, rng))


def clock_ahead(scene: Scene, moment: int) -> Judged:
    """One producer's clock runs two hours ahead."""
    end, service = moment + int(scene.rng.uniform(1.5, 4) * HOUR), str(scene.rng.choice(SERVICES))
    return _fault(scene, moment, end, lambda said, rng: faults.ahead(said, service, moment, end, rng))


def consumer_down(scene: Scene, moment: int) -> Judged:
    """The monitor reads nothing for twenty minutes, then catches up."""
    end, pace = moment + 20 * MINUTE, float(scene.rng.uniform(60, 2_000))
    judged = _fault(scene, moment, end, lambda said, rng: faults.piled_up(said, moment, end, pace, rng), told=True)
    return lambda said: replace(judged(said), deadline=end + 90 * MINUTE)


def more_visits(scene: Scene, begin: int, end: int, factor: float, *, pace: float = 1.0) -> Visits:
    """As many further visits as there are ordinary ones, times the factor."""
    count = scene.rng.poisson(information.visits(scene, begin, end) * factor)
    return shopping(scene.world, spread(scene.rng, begin, end, count), scene.accounts, scene.rng, pace=pace)


def told_by(
    entities: tuple[tuple[str, str], ...], begin: int, until: Budget, end: int, direction: str, most: int = 0
) -> Judged:
    """To be detected within the budget."""
    return lambda _: Truth("detect", entities, begin, until.fair, end, direction, most, listed=until.listed)


def _burst(scene: Scene, begin: int, end: int, listed: float) -> Judged:
    """Nine times as many more, in a hurry; carts that are not ordered are emptied at once."""
    visits = more_visits(scene, begin, end, 9.0, pace=0.08)
    emptied = visits.how == EXPIRED
    soon = visits.added + scene.rng.integers(5_000, 40_000, len(visits.added))
    how = np.where(emptied, TAKEN_OUT, visits.how)
    scene.add(replace(visits, ended=np.where(emptied, soon, visits.ended), how=how))
    until = information.budget(scene, information.events(), 10.0, begin, end, listed)
    return told_by((SHOP,), begin, until, end, "high")


def _bulk(moment: int, services: Iterable[str], types: Iterable[str]) -> Judged:
    entities = (SHOP, *(("service", name) for name in services), *(("event_type", name) for name in types))
    soon = moment + 5 * MINUTE
    return told_by(entities, moment, Budget(soon, soon), moment + MINUTE, "high", most=2)


def _fault(
    scene: Scene,
    begin: int,
    end: int,
    fault: Callable[[Messages, np.random.Generator], Messages],
    *,
    told: bool = False,
) -> Judged:
    """A fault of delivery; half of the logs do not say when a message arrived unless it must be `told`."""
    rng = np.random.default_rng(int(scene.rng.integers(2**31)))
    scene.changes.append(lambda said: fault(said, rng))
    if not told and not scene.world.habits.tells_arrival and scene.rng.random() < 0.5:
        scene.changes.append(faults.untold)
    return lambda _: Truth("silent", (), begin, end + 45 * MINUTE, end, is_everybodys=True)


SITUATIONS = (
    Situation("ten times for 5 min by day", burst_by_day, (9, 17), 10 * MINUTE),
    Situation("ten times at 03:00", burst_by_night, (2.6, 3.6), 40 * MINUTE, days=(1, 2)),
    Situation("an event type stops", type_stops, (10, 20), 2 * HOUR),
    Situation("requests without effect", without_effect, (10, 20), 2 * HOUR),
    Situation("bulk import of products", bulk_import, (8, 20), HOUR),
    Situation("bulk order", bulk_order, (8, 20), HOUR),
    Situation("delivered twice", delivered_twice, (8, 18), 5 * HOUR),
    Situation("delivered late", delivered_late, (8, 18), 5 * HOUR),
    Situation("a clock two hours ahead", clock_ahead, (8, 18), 5 * HOUR),
    Situation("consumer down 20 min", consumer_down, (8, 21), 2 * HOUR),
)
