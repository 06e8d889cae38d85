"""What only looks like `stock_exhaustion`, staged in a recorded log: bulk orders, launches, last pieces."""

import numpy as np

from models.training.situations_script import DAY, HOUR, MINUTE, Situation
from models.training.situations_stock_stage import STOCK_NAMES, StockStage

MOST_PRODUCTS = 17  # that a wholesaler usually takes a large share of
PATIENCE = (2 * MINUTE, 20 * MINUTE)  # what a wholesaler takes until the order


def _bulk(stage: StockStage, user: int, begin: float, share: float, count: int) -> list[int]:
    """An order of up to `share` of the stock of each of some products, placed within minutes; the products."""
    lines, time = [], begin
    for product in stage.rng.choice(stage.warehouse.stocked, count, replace=False).tolist():
        pieces = round(stage.warehouse.at(product, int(begin)) * share * stage.uniform(0.5, 1.0))
        if pieces and stage.is_free(product, begin, begin + HOUR):
            time += stage.octaves(3, 60) * 1_000
            stage.add(time, product, user, pieces)
            lines.append((product, pieces))
    stage.order(time + stage.uniform(*PATIENCE), user, lines)
    return [product for product, _ in lines]


def known_wholesaler(stage: StockStage) -> None:
    """A customer who orders in bulk orders up to 1.3 times the largest order so far."""
    user, share, begin = stage.stranger(), stage.octaves(0.05, 0.4), stage.moment()
    usual = int(stage.octaves(2, min(max(len(stage.warehouse.stocked) / 3, 4), MOST_PRODUCTS)))
    for days in range(1, stage.whole(2, 5)):
        _bulk(stage, user, begin - days * DAY, share, usual)
    products = _bulk(
        stage, user, begin, share * stage.uniform(0.7, 1.3), max(round(usual * stage.uniform(0.3, 1.3)), 1)
    )
    for product in products:
        stage.occupy(product, begin, begin + HOUR)
    stage.situations.append(Situation("known_wholesaler", False, begin, begin + HOUR, frozenset(products), user, share))


def new_wholesaler(stage: StockStage) -> None:
    """A new customer orders a fifth, now and then over half, of the stock of some products."""
    user, begin = stage.stranger(), stage.moment()
    share = stage.uniform(0.08, 0.26) if stage.chance(0.6) else stage.uniform(0.3, 0.8)
    stage.register(begin - stage.uniform(1, 60) * MINUTE, user)
    products = _bulk(stage, user, begin, share, stage.whole(1, 12))
    for product in products:
        stage.occupy(product, begin, begin + HOUR)
    stage.situations.append(Situation("new_wholesaler", False, begin, begin + HOUR, frozenset(products), user, share))


def launch(stage: StockStage) -> None:
    """A new product sells out to hundreds, of whom most order within minutes."""
    begin, product, level = stage.moment(), stage.stranger(), stage.whole(60, 500)
    stage.script.say(STOCK_NAMES[0], begin, product, pieces=level)
    lasting, left = stage.octaves(20, 180) * MINUTE, level
    ordering, fresh = stage.uniform(0.45, 0.95), stage.uniform(0, 0.5)
    for time in np.sort(begin + lasting * stage.rng.beta(1, 2, level)).tolist():
        user, pieces = stage.customer(fresh), stage.whole(1, 3)
        left -= pieces
        if left < 0:
            break
        stage.register(time - 5 * MINUTE, user)
        stage.add(time, product, user, pieces)
        if stage.chance(ordering):
            stage.order(time + stage.octaves(0.5, 10) * MINUTE, user, [(product, pieces)])
    stage.situations.append(
        Situation("launch", False, begin, int(begin + 1.5 * lasting), frozenset({product}), size=level)
    )


def last_pieces(stage: StockStage) -> None:
    """The last pieces, or all pieces of something rare, go to one user, who may not order them."""
    begin, product = stage.place(3 * HOUR, stage.warehouse.stocked)
    pieces, user = stage.whole(1, 4), stage.customer(0.3)
    if stage.chance(0.3):
        product = stage.stranger()
    stage.script.say(STOCK_NAMES[1], begin, product, pieces=pieces)
    stage.add(begin + MINUTE, product, user, pieces)
    if stage.chance(0.6):
        stage.order(begin + stage.octaves(2, 30) * MINUTE, user, [(product, pieces)])
    stage.remove(begin + 3 * HOUR, product, user)
    stage.situations.append(
        Situation("last_pieces", False, begin, begin + 3 * HOUR, frozenset({product}), user, pieces)
    )


def large_line(stage: StockStage) -> None:
    """A customer takes a good part of a small stock, and orders within minutes."""
    begin, product, stock = stage.enough(HOUR)
    user, pieces = stage.customer(0.3), min(round(stock * stage.uniform(0.25, 0.75)), stage.whole(10, 50))
    stage.add(begin, product, user, pieces)
    stage.order(begin + stage.uniform(*PATIENCE), user, [(product, pieces)])
    stage.situations.append(Situation("large_line", False, begin, begin + HOUR, frozenset({product}), user, pieces))


def forgotten_cart(stage: StockStage) -> None:
    """A cart with a good deal of a product is left alone for hours."""
    begin, product, stock = stage.enough(5 * HOUR)
    user = stage.customer(0.3)
    stage.add(begin, product, user, max(round(stock * stage.octaves(0.02, 0.2)), 1))
    stage.remove(begin + 5 * HOUR, product, user)
    stage.situations.append(Situation("forgotten_cart", False, begin, begin + 5 * HOUR, frozenset({product}), user))


def blind_bulk(stage: StockStage) -> None:
    """An order of up to 1.3 times the largest line so far, where no stock is known."""
    begin, product = stage.place(HOUR)
    product = stage.stranger() if stage.chance(0.3) else product
    user, pieces = stage.customer(0.5), round(stage.largest_line(begin) * stage.octaves(0.2, 1.3))
    stage.add(begin, product, user, max(pieces, 1))
    stage.order(begin + stage.octaves(2, 30) * MINUTE, user, [(product, pieces)])
    stage.situations.append(Situation("blind_bulk", False, begin, begin + HOUR, frozenset({product}), user, pieces))
