"""A made-up month of message counts: the author's daily curve, over-dispersed, effects following their causes."""

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns, kind_code, kinds
from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.volume.families import CAUSE

FIRST_DAY = 20_513  # 2026-03-01
RATES = {  # requests a minute in the mean of a day
    "AddingProductToCartRequested": 6.0,
    "OrderCreationRequested": 2.0,
    "AccountDetailsProvided": 0.8,
    "ActivationLinkClicked": 0.7,
    "ProductRemovalFromCartRequested": 1.5,
    "ProductAdditionRequested": 0.03,
}
RARE = frozenset({"CartLineUpdated", "ProductAddedToWarehouse"})


def minute_log(days: int, seed: int = 0, *, closed_weekday: int | None = None, growth: float = 0.0) -> MinuteLog:
    """So many whole days from 2026-03-01 on; one day of the week (0: Thursday) may be closed, and demand may grow a
    day.
    """
    rng = np.random.default_rng(seed)
    minute = np.arange(days * DAY)
    demand = _curve(minute) * (1 + growth) ** (minute / DAY) * _unrest(len(minute), rng)
    if closed_weekday is not None:
        demand = np.where((FIRST_DAY + minute // DAY) % 7 == closed_weekday, 0.0, demand)
    counts = np.zeros((len(minute), len(kinds())), np.int32)
    for name, rate in RATES.items():
        counts[:, kind_code(name)] = rng.poisson(rate * demand)
    for effect in CAUSE:
        _follow(counts, effect, rng)
    return MinuteLog(FIRST_DAY * DAY, np.concatenate([counts, _visits(counts)], axis=1))


def _visits(counts: NDArray[np.int32]) -> NDArray[np.int32]:
    """(n_minutes, 1): every one ends in an order."""
    return counts[:, [kind_code("OrderCreationRequested")]]


def columns_of(log: MinuteLog) -> Columns:
    """The log's events one by one, in order of time; every order is of another user."""
    counts = log.counts[:, : len(kinds())]
    minute, kind = np.nonzero(counts)
    repeated = np.repeat(np.arange(len(minute)), counts[minute, kind])
    n = len(repeated)
    none = np.full(n, -1, np.int64)
    orders = kind[repeated] == kind_code("OrderCreationRequested")
    return Columns(
        kind=kind[repeated].astype(np.int16),
        time=(log.first + minute[repeated]) * 60_000 + np.arange(n) % 60_000,
        offset=np.arange(n),
        product=none,
        user=np.where(orders, np.arange(n), none),
        cart=none,
        quantity=np.zeros(n, np.int64),
        price=np.full(n, np.nan),
        event_id=np.array([f"e{row}" for row in range(n)], object),
        cause=none,
        request=none,
    )


def _curve(minute: NDArray[np.int64]) -> NDArray[np.float64]:
    hour = minute % DAY / 60
    evening = np.exp(-(((hour - 20.5) / 2.2) ** 2))
    return 0.08 + 0.9 * np.exp(-(((hour - 13) / 4) ** 2)) + 2.3 * evening


def _unrest(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return np.repeat(rng.gamma(40.0, 1 / 40.0, -(-n // 5)), 5)[:n]


def _follow(counts: NDArray[np.int32], effect: str, rng: np.random.Generator) -> None:
    if effect in RARE:
        return
    cause = CAUSE[effect]
    if cause in CAUSE and not counts[:, kind_code(cause)].any():
        _follow(counts, cause, rng)
    counts[:, kind_code(effect)] = rng.binomial(counts[:, kind_code(cause)], 0.97)
