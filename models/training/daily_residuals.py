"""Every day of a log against what all its other days say of the week, at the level of the days before it.

A detector that serves knows weeks, not the few days that came before an early day of the log: what is left over then
is how unrestful the days are, not how little was known of them.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.scenarios.daily_forecast import Forecasting, level_factors
from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.volume.past import Past
from models.volume.profile import Rates, Sums, expected_rates
from models.volume.stretch import Stretch
from models.volume.today import PERIOD, corrected, so_far
from models.volume.unrest import VisitUnrest
from models.windows import MINUTE

Judged = tuple[Stretch, NDArray[np.float64]]  # with the day's forecast, (STEPS, n_entities)


@dataclass(slots=True)
class OtherDays(Past):
    """A past that knows all days but the one that is judged."""

    days: Sums = field(default_factory=dict)

    def days_before(self, day: int) -> Sums:
        """All others; the name is the past's."""
        return {at: sums for at, sums in self.days.items() if at != day}

    def rates(self, day: int) -> Rates:
        """At the level of the days before."""
        if self._rates is None or self._rates[0] != day:
            self._rates = day, expected_rates(self.days_before(day), before=day)
        return self._rates[1]


def residual_days(log: MinuteLog, look_back: int, forecaster: Forecasting | None) -> tuple[OtherDays, list[Judged]]:
    """Every day from the second on with its forecast, and the past that expectations came from."""
    past, found = OtherDays(days=log.days(), settled=PERIOD), []
    for day in range(log.first // DAY, -(-log.last // DAY)):
        past.absorb(log.facts(day * DAY, (day + 1) * DAY))
        stretches = list(past.stretches(min((day + 1) * DAY, log.last) * MINUTE, look_back))
        factors = level_factors(past, day, forecaster) if stretches else None
        found += [(stretch, factors) for stretch in stretches if factors is not None]
    return past, found


def as_served(past: OtherDays, days: list[Judged], unrest: VisitUnrest) -> list[Judged]:
    """The same with what the hours before say of each day, and without the doubt about its clock: the budget is to be
    kept without its benefit.
    """

    def served(stretch: Stretch) -> Stretch:
        today = so_far(past, stretch.first, unrest).without_doubt()
        return corrected(stretch, today, past.rates(stretch.first // DAY))

    return [(served(stretch), factors) for stretch, factors in days]
