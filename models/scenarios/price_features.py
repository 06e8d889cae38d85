"""From one sale and what is known of its product to the model's input. Vectorised over all sales of a round.

What is unknown is -1. Distances are log2 (octaves) and at least 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1.0
MOST_OCTAVES = 20.0
SAME = 0.01  # octaves; prices nearer than this are the same

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
)
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


def values(sales: Sequence[Sale]) -> NDArray[np.float32]:
    """(n, n_features) float32, finite."""
    table = np.array(sales, np.float64)
    of = {name: table[:, index] for index, name in enumerate(Sale._fields)}
    price, catalogue = of["price"], of["catalogue"]
    off = np.abs(_octaves(price, catalogue))
    is_known = (of["usual"] > 0) & ((of["weight"] >= FEWEST_SALES) | (catalogue > 0))
    columns = (
        price <= 0,
        np.where(catalogue < 0, UNKNOWN, off <= SAME),
        np.where(catalogue < 0, UNKNOWN, np.where((off > SAME) & (of["trust"] >= TRUSTED), off, 0.0)),
        np.where(is_known, np.maximum(-_octaves(price, of["lowest"]), 0), UNKNOWN),
        np.where(is_known, np.maximum(_octaves(price, of["highest"]), 0), UNKNOWN),
        np.maximum(of["spread"], of["shop_spread"]),
        of["erratic"],
        _times_pieces(of) & is_known,
        of["breadth"],
        of["creep"],
    )
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1).astype(np.float32)


def _octaves(price: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = np.maximum(price, 0) / np.where(reference > 0, reference, 1)
    return np.clip(np.log2(np.maximum(ratio, 2.0**-MOST_OCTAVES)), -MOST_OCTAVES, MOST_OCTAVES)


def _times_pieces(of: dict[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    base = np.where(of["catalogue"] > 0, of["catalogue"], of["usual"])
    product = np.where(base > 0, base, 1) * of["pieces"]
    near = np.abs(_octaves(of["price"], product)) < SAME
    return near & (of["pieces"] >= 2) & (base > 0)
