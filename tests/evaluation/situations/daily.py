"""Days that lose their shape, and days that are only different."""

from datetime import UTC, datetime

import numpy as np

from tests.evaluation import information
from tests.evaluation.information import Budget
from tests.evaluation.messages import Messages, codes_of
from tests.evaluation.outages import backlogged, silenced, without
from tests.evaluation.scene import Judged, NotStageable, Scene
from tests.evaluation.situations import Situation
from tests.evaluation.situations.usage import SERVICES, more_visits, told_by
from tests.evaluation.spans import DAY, HOUR, MINUTE
from tests.evaluation.truth import SHOP, Truth

CENTRAL = ("cart-service", "warehouse-service")  # without them hardly anything happens


def stopped_5(scene: Scene, moment: int) -> Judged:
    """A service is away for 5 minutes of the evening."""
    return _stopped(scene, moment, moment + 5 * MINUTE, 3, SERVICES)


def stopped_15(scene: Scene, moment: int) -> Judged:
    """A service is away for 15 minutes of the evening."""
    return _stopped(scene, moment, moment + 15 * MINUTE, 3, SERVICES)


def stopped_60(scene: Scene, moment: int) -> Judged:
    """A service is away for an hour of the evening."""
    return _stopped(scene, moment, moment + HOUR, 3, SERVICES)


def stopped_by_day(scene: Scene, moment: int) -> Judged:
    """A service is away by day, off the peak."""
    return _stopped(scene, moment, moment + int(scene.rng.choice([15, 30, 60])) * MINUTE, 6, SERVICES)


def stopped_for_hours(scene: Scene, moment: int) -> Judged:
    """One of the services on which little else depends is away for hours."""
    end = moment + int(scene.rng.uniform(2, 3.5) * HOUR)
    services = tuple(name for name in SERVICES if name not in CENTRAL)
    return _stopped(scene, moment, end, 98, services, others=(SHOP,))


def stopped_as_before(scene: Scene, moment: int) -> Judged:
    """The service that was away in the training days, at the same time of the day."""
    if not scene.world.outages:
        raise NotStageable("its training days had no outage (even seeds have)")
    service, begin, end = scene.world.outages[0]
    again = moment - moment % DAY + begin % DAY
    return _stopped(scene, again, again + min(end - begin, HOUR), 3, (service,))


def half_gone(scene: Scene, moment: int) -> Judged:
    """Half of the traffic is missing for an hour."""
    end = moment + HOUR
    _thin(scene, moment, end, 0.5)
    until = information.budget(scene, information.events(), 0.5, moment, end, 14)
    return told_by((SHOP,), moment, until, end, "low")


def half_as_much_again(scene: Scene, moment: int) -> Judged:
    """1.5 times the demand for three hours."""
    return _demand(scene, moment, moment + 3 * HOUR, 1.5, 20)


def three_times(scene: Scene, moment: int) -> Judged:
    """Three times the demand by day."""
    return _demand(scene, moment, moment + int(scene.rng.uniform(0.7, 1.5) * HOUR), 3.0, 5)


def holiday(scene: Scene, moment: int) -> Judged:
    """A day at -60 % nobody told of."""
    _thin(scene, moment, moment + DAY, 0.6)
    until = information.budget(scene, information.events(), 0.4, moment, moment + DAY, 98)
    return told_by((SHOP,), moment, until, moment + DAY, "low", most=2)


def known_holiday(scene: Scene, moment: int) -> Judged:
    """The same with the day in the calendar."""
    _thin(scene, moment, moment + DAY, 0.6)
    day = datetime.fromtimestamp(moment / 1000, UTC).date().isoformat()
    return lambda _: Truth("silent", (), moment, moment + DAY, moment + DAY, closed_days=(day,))


def growth(scene: Scene, moment: int) -> Judged:
    """2 % more every day."""
    for day in range(3):
        begin = moment + day * DAY
        scene.add(more_visits(scene, begin, min(begin + DAY, scene.end), 1.02 ** (day + 1) - 1))
    return lambda _: Truth("silent", (), moment, moment + 2 * DAY, moment + 2 * DAY)


def noise(scene: Scene, moment: int) -> Judged:
    """Twice the unrest, for a day."""
    return lambda _: Truth("silent", (), moment, moment + DAY, moment + DAY)


def clocks_change(scene: Scene, moment: int) -> Judged:
    """The day's curve lies an hour earlier or later in UTC from one day to the next."""
    return lambda _: Truth("silent", (), moment, moment + 3 * DAY, moment + 3 * DAY, a_day=1)


def _stopped(
    scene: Scene,
    begin: int,
    end: int,
    listed: float,
    services: tuple[str, ...],
    others: tuple[tuple[str, str], ...] = (),
) -> Judged:
    """One of the services whose silence can be known in time; its backlog is lost or, of the postman, made up for."""
    service, until = _knowable(scene, begin, end, listed, services)
    catches_up = service == "notification-service" and scene.rng.random() < 0.5

    def change(said: Messages) -> Messages:
        return backlogged(said, service, begin, end) if catches_up else silenced(said, service, begin, end)

    scene.changes.append(change)
    others = (SHOP,) if service in CENTRAL else others
    return told_by((("service", service), *others), begin, until, end, "low")


def _knowable(scene: Scene, begin: int, end: int, listed: float, services: tuple[str, ...]) -> tuple[str, Budget]:
    """A service drawn among those whose silence tells in the span, and by when it does."""
    events = set(information.events())
    for service in scene.rng.permutation(np.array(services)).tolist():
        try:
            return service, information.budget(scene, codes_of(service) & events, 0.0, begin, end, listed)
        except NotStageable:
            continue
    raise NotStageable("every service is too quiet for its silence to be known before it is over")


def _thin(scene: Scene, begin: int, end: int, share: float) -> None:
    """This share of shoppers does nothing in [begin, end)."""
    rng = np.random.default_rng(int(scene.rng.integers(2**31)))

    def change(said: Messages) -> Messages:
        gone = rng.random(int(said.visit.max()) + 1) < share
        roots = (said.cause == 0) & (said.visit >= 0) & (said.time >= begin) & (said.time < end)
        return without(said, roots & gone[np.maximum(said.visit, 0)])

    scene.changes.append(change)


def _demand(scene: Scene, begin: int, end: int, factor: float, listed: float) -> Judged:
    scene.add(more_visits(scene, begin, end, factor - 1))
    until = information.budget(scene, information.events(), factor, begin, end, listed)
    return told_by((SHOP,), begin, until, end, "high")


SITUATIONS = (
    Situation("a service stops 5 min at the peak", stopped_5, (0, 0), 10 * MINUTE, at_peak=True),
    Situation("a service stops 15 min at the peak", stopped_15, (0, 0), 20 * MINUTE, at_peak=True),
    Situation("a service stops 60 min at the peak", stopped_60, (0, 0), 65 * MINUTE, at_peak=True),
    Situation("a service stops by day", stopped_by_day, (9.5, 16), 65 * MINUTE),
    Situation("a service stops for hours", stopped_for_hours, (9, 18), 4 * HOUR),
    Situation("an outage as in the training days", stopped_as_before, (17.6, 17.7), 5 * HOUR),
    Situation("half the traffic gone at the peak", half_gone, (0, 0), 70 * MINUTE, at_peak=True),
    Situation("1.5 times the demand at the peak", half_as_much_again, (0, 0), 3 * HOUR, at_peak=True),
    Situation("three times the demand by day", three_times, (9.5, 16), 2 * HOUR),
    Situation("a holiday nobody told of", holiday, (0, 0), DAY, days=(1, 2)),
    Situation("a holiday in the calendar", known_holiday, (0, 0), DAY, days=(1, 2)),
    Situation("growth of 2 % a day", growth, (0, 0), 2 * DAY, days=(0,)),
    Situation("doubled noise", noise, (0, 0), DAY, days=(0, 1, 2), unrest=2.0),
    Situation("the clocks change", clocks_change, (1, 1), 3 * DAY, days=(0, 1), shifts=True),
)
