"""Situations of `stock_exhaustion`, staged in a recorded log at random size, and the plans of what is staged."""

from collections.abc import Callable

import numpy as np

from models.columns import Columns
from models.training.situations_script import HOUR, MINUTE, Situation, without
from models.training.situations_stock_innocent import (
    blind_bulk,
    forgotten_cart,
    known_wholesaler,
    large_line,
    last_pieces,
    launch,
    new_wholesaler,
)
from models.training.situations_stock_stage import RESERVING, STOCK_NAMES, StockStage, tells_stock, with_stock


def giant_add(stage: StockStage) -> None:
    """One user puts most of a product's stock, or more than there is, into the cart."""
    lasting = stage.octaves(5, 120) * MINUTE
    begin, product, stock = stage.enough(lasting)
    user, pieces = stage.customer(0.5), round(stock * stage.uniform(0.8, 1.3))
    stage.add(begin, product, user, max(pieces, 1), is_granted=pieces <= stock)
    stage.remove(begin + lasting, product, user)
    stage.situations.append(
        Situation("giant_add", True, begin, int(begin + lasting), frozenset({product}), user, pieces)
    )


def held_back(stage: StockStage) -> None:
    """One user puts a good part of a product's stock into the cart and neither orders nor lets go."""
    lasting = stage.octaves(1, 4) * HOUR
    begin, product, stock = stage.enough(lasting)
    user, pieces = stage.customer(0.5), round(stock * stage.uniform(0.4, 0.8))
    stage.add(begin, product, user, pieces)
    stage.remove(begin + lasting, product, user)
    stage.situations.append(
        Situation("held_back", True, begin, int(begin + lasting), frozenset({product}), user, pieces)
    )


def slow_drip(stage: StockStage) -> None:
    """One user takes a product's stock piece by piece."""
    lasting = stage.octaves(1.5, 8) * HOUR
    begin, product, stock = stage.enough(lasting, 30)
    user, adds = stage.customer(0.5), min(stage.whole(12, 60), stock)
    times = np.sort(stage.rng.uniform(begin, begin + lasting, adds)).tolist()
    for time in times:
        stage.add(time, product, user, max(round(stock * stage.uniform(0.85, 1.0) / adds), 1))
    stage.remove(begin + lasting, product, user)
    stage.situations.append(
        Situation("slow_drip", True, begin, int(begin + lasting), frozenset({product}), user, stock)
    )


def many_accounts(stage: StockStage) -> None:
    """Many fresh accounts take a few pieces each."""
    lasting = stage.octaves(10, 40) * MINUTE
    begin, product, stock = stage.enough(2 * lasting, 24)
    left = min(round(stock * stage.uniform(0.85, 1.0)), 600)
    while left > 0:
        user, pieces = stage.stranger(), min(stage.whole(1, 3), left)
        time = begin + stage.uniform(0, lasting)
        stage.register(time - stage.uniform(1, 20) * MINUTE, user)
        stage.add(time, product, user, pieces)
        stage.remove(begin + 2 * lasting, product, user)
        left -= pieces
    stage.situations.append(
        Situation("many_accounts", True, begin, int(begin + 2 * lasting), frozenset({product}), size=stock)
    )


def cycles(stage: StockStage) -> None:
    """One user removes and re-adds most of a product's stock again and again."""
    period, rounds = stage.uniform(5, 15) * MINUTE, stage.whole(3, 8)
    begin, product, stock = stage.enough(period * rounds, 15, 60 if stage.chance(0.5) else 10**9)
    user, pieces = stage.customer(0.5), max(round(stock * stage.uniform(0.55, 0.97)), 1)
    for time in np.arange(rounds) * period + begin:
        stage.add(time, product, user, pieces)
        stage.remove(time + period * stage.uniform(0.3, 0.9), product, user)
    end = int(begin + period * rounds)
    stage.situations.append(Situation("cycles", True, begin, end, frozenset({product}), user, pieces))


def hoarder(stage: StockStage) -> None:
    """One user takes a quarter to a third of each of dozens of products."""
    count = min(stage.whole(25, 60), len(stage.warehouse.stocked) // 2)
    begin, user, taken = stage.moment(), stage.customer(0.5), []
    end = begin + stage.octaves(6, 120) * MINUTE
    for time in np.sort(stage.rng.uniform(begin, end, count)).tolist():
        product = int(stage.rng.choice(stage.warehouse.stocked))
        stock = stage.warehouse.at(product, int(time))
        if stock >= 12 and stage.is_free(product, begin, end):
            stage.occupy(product, begin, end)
            stage.add(time, product, user, round(stock * stage.uniform(0.24, 0.34)))
            stage.remove(end, product, user)
            taken.append(product)
    stage.situations.append(Situation("hoarder", True, begin, int(end), frozenset(taken), user))


def blind_giant(stage: StockStage) -> None:
    """An add far beyond every line of the log, where no stock is known; also of a product never sold before."""
    begin, product = stage.place(HOUR)
    product = stage.stranger() if stage.chance(0.4) else product
    user, pieces = stage.customer(0.5), round(stage.largest_line(begin) * stage.octaves(3, 60))
    stage.add(begin, product, user, pieces)
    stage.situations.append(Situation("blind_giant", True, begin, begin + HOUR, frozenset({product}), user, pieces))


SIGHTED: dict[Callable[[StockStage], None], int] = {
    hoarder: 14, giant_add: 40, held_back: 20, large_line: 40, slow_drip: 25, many_accounts: 16, cycles: 30,
    known_wholesaler: 25, new_wholesaler: 25, launch: 8, last_pieces: 25, forgotten_cart: 30,
}  # fmt: skip
BLIND: dict[Callable[[StockStage], None], int] = {blind_giant: 30, blind_bulk: 30}


def stage_sighted(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """A log with stock levels, its own or made up, with every situation in it."""
    told = columns if tells_stock(columns) else with_stock(columns, rng)
    return _staged(StockStage(told, rng, since), SIGHTED)


def stage_blind(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """The log of a producer that tells neither stock nor reservations."""
    return _staged(StockStage(without(columns, (*STOCK_NAMES, *RESERVING)), rng, since), BLIND)


def _staged(stage: StockStage, plan: dict[Callable[[StockStage], None], int]) -> tuple[Columns, list[Situation]]:
    stage.play(plan)
    return stage.result(), stage.situations
