"""Situations of `price_exploit`, staged in a recorded log at random size, and the plans of what is staged."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.training.situations_price_innocent import (
    always_cents,
    announced_sale,
    clearance,
    marked_down,
    promotion,
    quantity_price,
    repriced,
    strays,
)
from models.training.situations_price_logs import announced, one_price, varied
from models.training.situations_price_stage import ANNOUNCING, Deed, PriceStage, mark
from models.training.situations_script import HOUR, MINUTE, Int64s, Situation, without

CURRENCIES = (0.0068, 0.012, 0.053, 0.13, 0.25, 0.74, 0.86, 1.17, 1.35, 7.8, 19.0, 83.0, 147.0)
FAR = 8.0  # a factor that no sale explains
LEAST_RISE = 1.32  # a factor on many prices at once that no list of new prices explains


def _wrong(stage: PriceStage, name: str, product: int, begin: int, deed: Deed, sales: int, lasting: float) -> None:
    """One product at a wrong factor from `begin` on."""
    usual, end = stage.usual(product, begin), begin + lasting
    mark(stage, product, begin, end, usual, deed)
    stage.sell(begin + MINUTE, end, product, sales, usual * deed.factor)
    stage.note(name, True, begin, end, [product], deed)


def free(stage: PriceStage) -> None:
    """A product costs nothing; also one that was never sold before."""
    lasting = stage.octaves(5, 120) * MINUTE
    if stage.chance(0.3):
        _free_newcomer(stage, lasting)
        return
    begin, product, _ = stage.dear(lasting)
    _wrong(stage, "free", product, begin, stage.deed(0.0, stage.chance(0.5)), stage.whole(1, 12), lasting)


def _free_newcomer(stage: PriceStage, lasting: float) -> None:
    product, begin = stage.stranger(), stage.moment()
    is_announced = stage.chance(0.5)
    stage.announce(begin - stage.octaves(0.1, 24) * HOUR, product, 0.0 if is_announced else stage.octaves(0.5, 50))
    stage.sell(begin + MINUTE, begin + lasting, product, stage.whole(1, 12), 0.0)
    stage.note("free", True, begin, begin + lasting, [product], stage.deed(0.0, is_announced))


def one_cent(stage: PriceStage) -> None:
    """A product costs one cent."""
    lasting = stage.octaves(5, 120) * MINUTE
    begin, product, usual = stage.dear(lasting, 0.2)
    deed = stage.deed(0.01 / max(usual, 0.01), stage.chance(0.5))
    _wrong(stage, "one_cent", product, begin, deed, stage.whole(1, 12), lasting)


def shifted_decimal(stage: PriceStage) -> None:
    """A price's decimal point slipped."""
    lasting = stage.octaves(5, 120) * MINUTE
    begin, product, _ = stage.dear(lasting, 0.3)
    factor = float(stage.rng.choice((0.1, 0.1, 0.01, 10.0, 100.0)))
    _wrong(stage, "shifted_decimal", product, begin, stage.deed(factor, stage.chance(0.5)), stage.whole(1, 8), lasting)


def too_low(stage: PriceStage) -> None:
    """A price is a third to a half too low, unannounced, and demand is up several times."""
    lasting = stage.octaves(15, 120) * MINUTE
    begin, product, _ = stage.dear(lasting)
    sales = stage.whole(10, 40) + int(stage.rate(product) * lasting / HOUR * stage.uniform(3, 8))
    _wrong(stage, "too_low", product, begin, stage.deed(stage.uniform(0.48, 0.68), False), min(sales, 150), lasting)


def cart_price(stage: PriceStage) -> None:
    """The cart's price is not the warehouse's."""
    lasting = stage.octaves(10, 120) * MINUTE
    begin, product, _ = stage.dear(lasting)
    factor = stage.octaves(0.02, 0.85) if stage.chance(0.6) else stage.octaves(1.2, 12)
    _wrong(stage, "cart_price", product, begin, stage.deed(factor, False), stage.whole(2, 20), lasting)


def pack_price(stage: PriceStage) -> None:
    """A piece is sold at the price of a pack."""
    lasting = stage.octaves(10, 120) * MINUTE
    begin, product, _ = stage.dear(lasting)
    deed = stage.deed(float(stage.rng.choice((6, 6, 8, 10, 12, 24, 50))), stage.chance(0.5))
    _wrong(stage, "pack_price", product, begin, deed, stage.whole(1, 6), lasting)


def times_pieces(stage: PriceStage) -> None:
    """The cart gives the line's price as the piece's."""
    lasting = stage.octaves(10, 120) * MINUTE
    begin, product, usual = stage.dear(lasting)
    end = begin + lasting

    def multiplied(old: NDArray[np.float64], pieces: Int64s) -> NDArray[np.float64]:
        return (old if stage.is_varied else np.full(len(old), usual)) * pieces

    stage.reprice(product, begin, end, multiplied)
    stage.sell(begin, end, product, stage.whole(3, 12), usual, is_multiplied=True)
    stage.note("times_pieces", True, begin, end, [product], stage.deed(1.0, False))


def wrong_currency(stage: PriceStage) -> None:
    """A whole supplier's prices came in another currency."""
    lasting, begin = stage.octaves(20, 180) * MINUTE, stage.moment()
    factor = float(stage.rng.choice(CURRENCIES))
    is_announced = stage.chance(0.5) and not 1 / FAR < factor < LEAST_RISE
    deed, products = stage.deed(factor, is_announced), []
    for product in stage.rng.choice(stage.sold, min(stage.whole(8, 40), len(stage.sold) // 4), replace=False).tolist():
        usual = stage.usual(product, begin)
        if usual >= 0.2 and stage.is_free(product, begin, begin + lasting):
            stage.occupy(product, begin, begin + lasting)
            mark(stage, product, begin, begin + lasting, usual, deed)
            stage.sell(begin + MINUTE, begin + lasting, product, stage.whole(0, 3), usual * factor)
            products.append(product)
    stage.note("wrong_currency", True, begin, begin + lasting, products, deed)


def creeping(stage: PriceStage) -> None:
    """A price falls a few per cent every hour or so."""
    steps, keep = stage.whole(14, 50), stage.uniform(0.94, 0.98)
    pause = stage.octaves(0.4, 1.5) * HOUR
    begin, product, usual = stage.dear(steps * pause, 2.0)
    for step in range(steps):
        time, price = begin + step * pause, round(usual * keep ** (step + 1), 2)
        stage.announce(time, product, price)
        stage.set_price(product, time, time + pause, price)
        stage.sell(time + 1_000, time + pause, product, stage.whole(0, 2), price)
    end = begin + steps * pause
    stage.announce(end, product, stage.in_force(product, int(end)))
    stage.note("creeping", True, begin, end, [product], stage.deed(keep, True))


Plan = dict[Callable[[PriceStage], None], int]
MISTAKES: Plan = {free: 16, one_cent: 14, shifted_decimal: 24, pack_price: 14, times_pieces: 14, wrong_currency: 6}
TOLD: Plan = MISTAKES | {
    too_low: 20,
    cart_price: 40,
    creeping: 12,
    announced_sale: 40,
    repriced: 15,
    always_cents: 10,
    marked_down: 15,
}
UNTOLD: Plan = MISTAKES | {
    too_low: 20,
    creeping: 8,
    marked_down: 10,
    clearance: 4,
    promotion: 25,
    always_cents: 10,
    quantity_price: 25,
}


def stage_told(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """A log that announces prices; one that does not is made to."""
    told = columns if columns.is_any(*ANNOUNCING).any() else announced(one_price(columns))
    return _staged(PriceStage(told, rng, since), TOLD)


def stage_untold(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """A log with one price a product at a time that announces nothing."""
    told = columns.is_any(*ANNOUNCING).any()
    base = without(columns, ANNOUNCING) if told else one_price(columns)
    return _staged(PriceStage(base, rng, since, is_told=False), UNTOLD)


def stage_varied(columns: Columns, rng: np.random.Generator, since: int) -> tuple[Columns, list[Situation]]:
    """A log with several prices a product that announces nothing."""
    told = columns.is_any(*ANNOUNCING).any()
    base = varied(without(columns, ANNOUNCING), rng) if told else columns
    return _staged(PriceStage(base, rng, since, is_told=False, is_varied=True), UNTOLD)


def _staged(stage: PriceStage, plan: Plan) -> tuple[Columns, list[Situation]]:
    stage.play(plan)
    strays(stage)
    return stage.result(replace(stage.columns, price=stage.prices)), stage.situations
