"""What only looks like `price_exploit`, staged in a recorded log: sales, new prices, goods that cost cents."""

import numpy as np

from models.training.situations_price_stage import PriceStage, mark
from models.training.situations_script import DAY, HOUR, MINUTE


def marked_down(stage: PriceStage) -> None:
    """A price is lowered in a few small steps, by a third at most."""
    steps, keep = stage.whole(3, 9), stage.uniform(0.94, 0.98)
    pause = stage.octaves(1, 8) * HOUR
    begin, product, usual = stage.dear(steps * pause)
    for step in range(steps):
        time, price = begin + step * pause, round(usual * keep ** (step + 1), 2)
        stage.announce(time, product, price)
        stage.set_price(product, time, time + pause, price)
        stage.sell(time + 1_000, time + pause, product, stage.whole(1, 3), price)
    end = begin + steps * pause
    stage.announce(end, product, stage.in_force(product, int(end)))
    stage.note("marked_down", False, begin, end, [product], stage.deed(keep, True))


def announced_sale(stage: PriceStage) -> None:
    """20 to 80 % off some products, announced first; the old prices come back in the end."""
    lasting, begin = stage.octaves(2, 72) * HOUR, stage.moment()
    factor = stage.uniform(0.18, 0.25) if stage.chance(0.25) else stage.octaves(0.19, 0.85)
    crowd = stage.uniform(0.5, 6)
    count = min(int(stage.rng.choice((1, 1, 2, 6, 25))), len(stage.sold) // 4)
    _sale(stage, "announced_sale", begin, lasting, [factor] * count, crowd, is_announced=True)


def clearance(stage: PriceStage) -> None:
    """Where nothing is announced: many products go cheaply at once."""
    lasting, begin = stage.octaves(4, 96) * HOUR, stage.moment()
    count = int(len(stage.sold) * stage.uniform(0.12, 0.5))
    same = stage.chance(0.4)
    factors = np.full(count, stage.octaves(0.2, 0.8)) if same else stage.rng.uniform(0.2, 0.85, count)
    _sale(stage, "clearance", begin, lasting, factors.tolist(), stage.uniform(0, 2), is_announced=False)


def _sale(
    stage: PriceStage, name: str, begin: int, lasting: float, factors: list[float], crowd: float, *, is_announced: bool
) -> None:
    products, end = [], begin + lasting
    for product, factor in zip(
        stage.rng.choice(stage.sold, len(factors), replace=False).tolist(), factors, strict=True
    ):
        usual = stage.usual(product, begin)
        if stage.is_free(product, begin, end) and (not is_announced or stage.in_force(product, begin) >= 0.98 * usual):
            stage.occupy(product, begin, end)
            mark(stage, product, begin, end, usual, stage.deed(factor, is_announced))
            price = max(round(usual * factor, 2), 0.01) if is_announced else usual * factor
            extra = min(int(stage.rate(product) * lasting / HOUR * crowd), 60)
            stage.sell(begin + MINUTE, end, product, extra, price)
            products.append(product)
    stage.note(name, False, begin, end, products, stage.deed(factors[0], is_announced))


def repriced(stage: PriceStage) -> None:
    """A new price for good, announced."""
    begin, product, usual = stage.dear(5 * DAY)
    deed = stage.deed(stage.octaves(0.25, 3), True)
    mark(stage, product, begin, begin + 5 * DAY, usual, deed)
    stage.note("repriced", False, begin, begin + 5 * DAY, [product], deed)


def always_cents(stage: PriceStage) -> None:
    """Goods that have always cost cents, or little more, sell well; new ones too."""
    product, price, begin = stage.stranger(), round(stage.octaves(0.01, 0.09), 2), stage.moment()
    stage.announce(begin, product, price)
    stage.sell(begin + MINUTE, begin + 3 * DAY, product, stage.whole(5, 40), price)
    at = begin + 2 * DAY
    stage.sell(at, at + HOUR, product, stage.whole(5, 30), price)
    stage.note("always_cents", False, begin, begin + 3 * DAY, [product], stage.deed(1.0, True))


def quantity_price(stage: PriceStage) -> None:
    """A large customer of a shop with many prices gets one that nobody had before."""
    begin, product, usual = stage.dear(HOUR)
    factor = stage.octaves(0.4, 0.95)
    user = stage.stranger()
    for time in stage.rng.uniform(begin, begin + HOUR, stage.whole(1, 3)).tolist():
        stage.script.say("ProductAddedToCart", time, product, user, stage.whole(24, 400), round(usual * factor, 2))
    stage.note("quantity_price", False, begin, begin + HOUR, [product], stage.deed(factor, False))


def promotion(stage: PriceStage) -> None:
    """Where nothing is announced: one product goes a little more cheaply, or gets dearer, and sells better."""
    lasting = stage.octaves(2, 72) * HOUR
    begin, product, usual = stage.dear(lasting)
    deed = stage.deed(stage.uniform(0.78, 0.95) if stage.chance(0.6) else stage.octaves(1.05, 3), False)
    mark(stage, product, begin, begin + lasting, usual, deed)
    stage.sell(begin + MINUTE, begin + lasting, product, stage.whole(5, 40), usual * deed.factor)
    stage.note("promotion", False, begin, begin + lasting, [product], deed)


def strays(stage: PriceStage) -> None:
    """In the later half of the log single sales have odd prices: discounts where prices are announced, prices written
    by hand where they are not. What was rare before is ordinary from then on."""
    begin, end = stage.span
    share = stage.octaves(0.003, 0.03) if stage.is_told else stage.octaves(0.003, 0.015)
    for row in stage.sales_between((begin + end) / 2, end).tolist():
        product, time = int(stage.columns.product[row]), int(stage.columns.time[row])
        if stage.chance(share) and stage.is_free(product, time, time):
            factor = (
                stage.uniform(0.65, 0.97) if stage.is_told else stage.octaves(2, 40) ** stage.rng.choice((-1, 1, 1))
            )
            stage.prices[row] *= factor
            stage.note("stray", False, time, time, [product], stage.deed(float(factor), False))
