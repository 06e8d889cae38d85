"""From one sale and what is known of its product to the model's input. Vectorised over all sales of a round.

What is unknown is -1. Distances are log2 (octaves) and at least 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1.0
MOST_OCTAVES = 20.0
SAME = 0.01  # octaves; prices nearer than this are the same ...
CENT = 0.0101  # ... and those that rounding may have made of one another

FEATURES = (
    "is_free",  # the price is nothing
    "is_announced",  # 1: the warehouse announced this price, 0: it announced another
    "unannounced",  # octaves from the announced price, below or above, in a shop that keeps to what it announces
    "far_below",  # octaves below the lowest price of the product's history
    "far_above",  # octaves above the highest
    "variety",  # how much prices differ from sale to sale, of the product or in the shop, octaves
    "erratic",  # share of earlier days on which the product was sold far off its usual price
    "times_pieces",  # the price is the usual one times the pieces of the line
    "breadth",  # share of other products sold lately that went cheaply
    "creep",  # octaves fallen in small steps
    "run",  # sales in a row off by about as much, this one included; 0 for an ordinary price
    "demand",  # where nothing is announced and it was never so cheap: sales within the hour over the usual, octaves
    "lot",  # other products off by the very same factor lately, log2 of 1 + their number
)
MOST_RUN = 20
ENOUGH_IN_A_ROW = 3  # sales off by as much; fewer are nothing new in a shop that had single ones so far off before
FEWEST_SALES = 8  # that a history must rest on, where nothing is announced
TRUSTED = 0.8  # share of sales at the announced price from which a shop keeps to what it announces


class Sale(NamedTuple):
    """One sale as things stood before it; prices in the currency, times in ms. -1: not known."""

    time: int
    product: int
    price: float
    pieces: float  # of the line
    catalogue: float
    trust: float
    usual: float
    lowest: float
    highest: float
    weight: float
    spread: float
    shop_spread: float
    sold: float
    expected: float
    odd_sales: float
    breadth: float
    lot: float
    erratic: float
    creep: float
    strays: float
    run: float
    is_given: float  # it has been given away for nothing for long
    is_line: float  # a changed line of a cart, which keeps the price it was added at


def values(sales: Sequence[Sale]) -> NDArray[np.float32]:
    """(n, n_features) float32, finite."""
    table = np.array(sales, np.float64)
    of = {name: table[:, index] for index, name in enumerate(Sale._fields)}
    price, catalogue = of["price"], of["catalogue"]
    off = np.where(np.abs(price - catalogue) <= CENT, 0.0, np.abs(_octaves(price, catalogue)))
    is_known = (of["usual"] > 0) & ((of["weight"] >= FEWEST_SALES) | (catalogue > 0))
    is_stray = _is_stray(of)
    is_cheap = is_known & (catalogue < 0) & (price < of["lowest"])
    columns = (
        (price <= 0) & (of["is_given"] == 0),
        np.where(catalogue < 0, UNKNOWN, off <= SAME),
        np.where(catalogue < 0, UNKNOWN, np.where((off > SAME) & (of["trust"] >= TRUSTED) & ~is_stray, off, 0.0)),
        np.where(is_known, np.maximum(-_octaves(price, of["lowest"]), 0) * ~is_stray, UNKNOWN),
        np.where(is_known, np.maximum(_octaves(price, of["highest"]), 0) * ~is_stray, UNKNOWN),
        np.maximum(of["spread"], of["shop_spread"]),
        of["erratic"],
        _times_pieces(of) & is_known & ~is_stray,
        of["breadth"],
        of["creep"],
        np.minimum(of["run"], MOST_RUN),
        np.where(is_cheap, np.log2((of["sold"] + 1) / (of["expected"] + 1)), 0.0),
        np.log2(1 + of["lot"]),
    )
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1).astype(np.float32)


def _is_stray(of: dict[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Whether the shop had such a price before, and it was none of its mistakes. A price of nothing always is one,
    unless the product is given away."""
    is_known = (of["strays"] > 0) & (of["run"] < ENOUGH_IN_A_ROW)
    return np.where(of["price"] > 0, is_known, of["is_given"] > 0)


def _octaves(price: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = np.maximum(price, 0) / np.where(reference > 0, reference, 1)
    return np.clip(np.log2(np.maximum(ratio, 2.0**-MOST_OCTAVES)), -MOST_OCTAVES, MOST_OCTAVES)


def _times_pieces(of: dict[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    base = np.where(of["catalogue"] > 0, of["catalogue"], of["usual"])
    product = np.where(base > 0, base, 1) * of["pieces"]
    near = np.abs(_octaves(of["price"], product)) < SAME
    return near & (of["pieces"] >= 2) & (base > 0)
