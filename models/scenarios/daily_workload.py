"""Does the day keep its shape? A service that stopped or works by half, missing traffic, far more demand than today
should bring.

Who: operations, the network, the market. Why it is bad: the shop earns nothing, or breaks down, while every single
message still looks ordinary. What shows it: the domain events of the shop and of each service, and the visits that
begin, against a forecast of today made from the last days (an LSTM). More demand is more visits that last for minutes;
more messages than usual are a matter of `usage_intensity`. Normal: the curve of the day, weekdays, slow growth,
unrest. What fools a detector: growth, noise, a wholesaler, an outage in the days it learnt from, closed nights and
Saturdays, one stopped service that starves the others.

The evidence is a sequential test (`daily_evidence`), so a stop at the peak takes minutes and half the traffic of a
quiet hour takes as long as the counts need to tell it from chance.
"""

from typing import Any, cast

import numpy as np

from models.columns import Columns
from models.facts import Facts
from models.scenarios.daily_evidence import SPANS, columns
from models.scenarios.daily_forecast import Blended, Forecasting
from models.scenarios.daily_memory import FEATURES, DailyMemory
from models.spec import Memory, Policy, Scoring, Spec
from models.volume.counts import per_minute
from models.volume.families import groups
from models.volume.packed_days import unpack_days
from models.volume.past import Past
from models.volume.surprise import Dispersion
from models.volume.today import PERIOD
from models.windows import MINUTE

SPEC = Spec(
    stem="daily_workload",
    algorithm="lstm",
    bucket_ms=MINUTE,
    features=FEATURES,
    unit="events",
    forget_ms=360 * MINUTE,
    names_records=False,
    policy=Policy(
        open_m=1,
        open_n=1,
        resolve_below=0.6,
        resolve_after_ms=5 * MINUTE,
        pause_ms=360 * MINUTE,  # as far as windows reach back
        pause_lasts=True,
        update_growth=2.0,
        critical_at=2.0,
    ),
)


def accumulate(columns: Columns) -> Facts:
    """One row an event: its kind in its minute."""
    return per_minute(columns)


def new_memory(model: Scoring | None, extras: dict[str, Any]) -> Memory:
    """An empty memory with the bundle's past and dispersion, if it holds any. A model that cannot forecast leaves the
    ordinary week. ValueError when the extras are of other windows than those of now.
    """
    names = [groups()[index].name for index in columns()]
    dispersion = Dispersion.restored(extras.get("dispersion", {}), names, len(SPANS))
    share = float(extras.get("forecast_share", 1.0))
    forecaster = Blended(cast(Forecasting, model), share) if hasattr(model, "forecast") and share else None
    trust = np.array(extras.get("trust", np.ones((2, len(SPANS) - 1)))).reshape(2, len(SPANS) - 1)
    past = Past(unpack_days(extras.get("past")), settled=PERIOD)
    return DailyMemory(past, dispersion, forecaster, trust)
