"""The same log as other shops would have written it: prices announced or not, one price a product or many."""

from dataclasses import replace

import numpy as np

from models.columns import Columns
from models.training.situations_price_stage import ANNOUNCING, SELLING
from models.training.situations_script import Script, in_order


def one_price(columns: Columns) -> Columns:
    """Every product at the median of its prices."""
    rows = np.flatnonzero(columns.is_any(*SELLING))
    _, row = np.unique(columns.product[rows], return_inverse=True)
    order = np.argsort(row, kind="stable")
    parts = np.split(columns.price[rows][order], np.cumsum(np.bincount(row))[:-1])
    median = np.array([np.median(part) for part in parts]).round(2)
    price = columns.price.copy()
    price[rows] = median[row]
    return replace(columns, price=price)


def announced(columns: Columns) -> Columns:
    """Every product announced at the price of its first sale, before everything else."""
    lines = columns.of(*SELLING)
    script = Script()
    products, first = np.unique(lines.product, return_index=True)
    for product, price in zip(products.tolist(), lines.price[first].tolist(), strict=True):
        script.say(ANNOUNCING[0], int(columns.time[0]), product, pieces=1_000, price=price)
    return in_order([script.columns(), columns])


def varied(columns: Columns, rng: np.random.Generator) -> Columns:
    """Prices as in wholesale: one list for most, one dearer for some customers, a discount for many pieces."""
    rows = columns.is_any(*SELLING)
    dear = rng.uniform(1.3, 2.5)
    cheap = rng.uniform(0.7, 0.95)
    hashed = (columns.user * 7_919 + columns.product * 104_729) % 100
    factor = np.where(hashed < 12, dear, np.where((hashed > 70) | (columns.quantity >= 4), cheap, 1.0))
    return replace(columns, price=np.where(rows, np.round(columns.price * factor, 2), columns.price))
