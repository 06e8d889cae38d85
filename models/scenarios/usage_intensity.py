"""Is the volume of events extremely low or high for this moment?

Who: a crowd, a crawler or an import (too much); a service that no longer says one thing, or requests without effect
(too little). Why it is bad: the shop breaks down, or sells nothing without anybody noticing. What shows it: the
number of messages of each kind, and of visits that begin, in the last 1 to 60 minutes against the same time of day and
of the week. Normal: the curve of the day with its unrest, which is learnt as a dispersion for each group and span, and
what a single visit brings. What fools a detector: 03:00 seen with noon's eyes, rare kinds whose silence means nothing,
one incident that moves thirty counts, doubled and late messages, a consumer that catches up.

Judged are the shop, its services and single message kinds; a deviation is the entity's whose own it is
(`volume.attribution`).
"""

from typing import Any

from models.columns import Columns
from models.facts import Facts
from models.scenarios.usage_features import EFFECT_SPANS, FEATURES, SPANS, Unrest
from models.scenarios.usage_memory import UsageMemory
from models.spec import Memory, Policy, Scoring, Spec
from models.volume.counts import per_minute
from models.volume.families import belong_together, groups
from models.volume.packed_days import unpack_days
from models.volume.past import Past
from models.volume.surprise import Dispersion
from models.volume.today import PERIOD
from models.windows import MINUTE

OVERWHELMING = 1.2  # score from which one minute is enough

SPEC = Spec(
    stem="usage_intensity",
    algorithm="one_class_svm",
    bucket_ms=MINUTE,
    features=FEATURES,
    unit="events",
    forget_ms=360 * MINUTE,
    names_records=False,
    policy=Policy(
        open_m=2,
        open_n=3,
        open_at_once=OVERWHELMING,
        resolve_below=0.6,
        resolve_after_ms=5 * MINUTE,
        pause_ms=720 * MINUTE,  # of a day that is calmer throughout only the first hours are news
        pause_lasts=True,  # a long incident fades and comes back
        update_growth=2.0,
        critical_at=2.0,
        together_ms=20 * MINUTE,
        same_incident=belong_together,
    ),
)


def accumulate(columns: Columns) -> Facts:
    """One row an event: its kind in its minute."""
    return per_minute(columns)


def new_memory(model: Scoring | None, extras: dict[str, Any]) -> Memory:
    """An empty memory with the bundle's past and dispersion, if it holds any."""
    names = [group.name for group in groups()]
    counts = Dispersion.restored(extras.get("dispersion", {}), names, len(SPANS))
    effects = Dispersion.restored(extras.get("effect_dispersion", {}), names, len(EFFECT_SPANS))
    return UsageMemory(Past(unpack_days(extras.get("past")), settled=PERIOD), Unrest(counts, effects), model)
