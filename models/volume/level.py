"""How busy days are on the whole: the slow rise and fall of weeks, and where it stands now."""

import numpy as np
from numpy.typing import NDArray

from models.volume.garrote import SURELY, believed, variance

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
CLOSED = 0.2  # of an ordinary day
AROUND = 3  # days before and after one that tell how busy its week was
MEMORY = 0.8  # what a day still tells of the level a day later
NEWEST = 5  # days that show about where the level is ...
STRAY = 0.2  # ... of which none counts as farther off than this, in log
TREND = 14  # days whose growth goes on
LARGEST = float(np.log(2.0))


def slow_levels(totals: Floats, days: Days) -> Floats:
    """(n_days,): how busy the week around each day was, 1 on the whole; so that growth is not taken for a day of the
    week. What a day of the week usually brings is taken out first, so that a weekend is no calm time.
    """
    if len(totals) < 7:
        return np.ones(len(totals))
    is_open = totals > CLOSED * np.median(totals)
    if not is_open.any():
        return np.ones(len(totals))
    even = totals / _usual(totals, days, is_open)
    level = np.array([_around(even, is_open, at) for at in range(len(even))])
    return np.asarray(level / np.median(level))


def newest_level(seen: Floats, expected: Floats, days: Days) -> float:
    """How much busier than expected the day after the newest will be, of days in order (n_days,); at most twice, at
    least half. The newer a day, the more it tells; growth goes on.
    """
    ordinary = expected > CLOSED * expected.max()  # closed days tell nothing
    if not ordinary.any():
        return 1.0
    log_ratio = np.log((seen[ordinary] + 1) / (expected[ordinary] + 1))
    ahead = days[-1] + 1 - days[ordinary]
    grown = log_ratio + _growth(log_ratio[-TREND:], ahead[-TREND:]) * ahead
    about = np.median(grown[-NEWEST:])
    level = np.average(np.clip(grown, about - STRAY, about + STRAY), weights=MEMORY**ahead)
    return float(np.exp(np.clip(level, -LARGEST, LARGEST)))


def _growth(log_ratio: Floats, ahead: Days) -> float:
    """Of a day, as far as it is no chance: the median slope of Theil and Sen. Fewer days than `TREND` tell of none."""
    if len(log_ratio) < TREND:
        return 0.0
    one, other = np.triu_indices(len(log_ratio), 1)
    growth = float(np.median((log_ratio[other] - log_ratio[one]) / (ahead[one] - ahead[other])))
    rest = log_ratio + growth * ahead
    chance = variance(rest) / float(len(ahead) * np.var(ahead))
    return float(believed(growth, SURELY * chance))


def _usual(totals: Floats, days: Days, is_open: NDArray[np.bool_]) -> Floats:
    """(n_days,): what open days of the same day of the week bring, 1 on the whole. The ordinary day has a vote too."""
    ordinary = max(float(np.median(totals[is_open])), 1e-9)
    usual = np.ones(len(totals))
    for weekday in range(7):
        same = totals[is_open & (days % 7 == weekday)]
        if len(same):
            usual[days % 7 == weekday] = np.median([*same, ordinary] if len(same) > 1 else same) / ordinary
    return usual


def _around(even: Floats, is_open: NDArray[np.bool_], at: int) -> float:
    near = slice(max(at - AROUND, 0), at + AROUND + 1)
    return float(np.median(even[near][is_open[near]])) if is_open[near].any() else float(np.median(even[is_open]))
