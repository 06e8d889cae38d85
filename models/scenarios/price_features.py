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
    "below_catalogue",  # octaves below the announced price
    "above_catalogue",
    "catalogue_trust",  # share of the shop's sales at exactly the announced price
    "below_usual",  # octaves below the median of the product's own sales
    "above_usual",
    "below_lowest",  # octaves below the lowest price of its history
    "above_highest",
    "history",  # log2 of 1 + sales the history rests on
    "spread",  # of the product's prices, octaves
    "shop_spread",  # of the shop's sales around their products' usual prices, octaves
    "times_pieces",  # the price is the usual one times the pieces of the line
    "demand",  # log2 of (1 + sales within the hour) over (1 + those expected)
    "odd_sales",  # log2 of 1 + sales off the usual price lately
    "breadth",  # share of other products sold lately that went cheaply
    "lot",  # log2 of 1 + other products off by the very same factor lately
    "creep",  # octaves fallen in small steps
)

# +1: a higher value is never less suspicious, -1: the reverse, 0: free. Keeps a tree sane beyond what it has seen.
DIRECTIONS = (1, 1, 1, 1, 1, 1, 1, 1, 0, -1, -1, 1, 1, 1, -1, 0, 1)


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
    creep: float


def values(sales: Sequence[Sale]) -> NDArray[np.float32]:
    """(n, n_features) float32, finite."""
    table = np.array(sales, np.float64)
    of = {name: table[:, index] for index, name in enumerate(Sale._fields)}
    price = of["price"]
    from_catalogue = _octaves(price, of["catalogue"])
    from_usual = _octaves(price, of["usual"])
    columns = (
        price <= 0,
        _side(-from_catalogue, of["catalogue"]),
        _side(from_catalogue, of["catalogue"]),
        of["trust"],
        _side(-from_usual, of["usual"]),
        _side(from_usual, of["usual"]),
        _side(-_octaves(price, of["lowest"]), of["lowest"]),
        _side(_octaves(price, of["highest"]), of["highest"]),
        np.log2(1 + of["weight"]),
        of["spread"],
        of["shop_spread"],
        _times_pieces(of),
        np.log2((1 + of["sold"]) / (1 + of["expected"])),
        np.log2(1 + of["odd_sales"]),
        of["breadth"],
        np.log2(1 + of["lot"]),
        of["creep"],
    )
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1).astype(np.float32)


def _octaves(price: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = np.maximum(price, 0) / np.where(reference > 0, reference, 1)
    return np.clip(np.log2(np.maximum(ratio, 2.0**-MOST_OCTAVES)), -MOST_OCTAVES, MOST_OCTAVES)


def _side(octaves: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Only what lies on the asked side; the same price is 0."""
    return np.where(reference > 0, np.where(octaves > SAME, octaves, 0.0), UNKNOWN)


def _times_pieces(of: dict[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    base = np.where(of["catalogue"] > 0, of["catalogue"], of["usual"])
    product = np.where(base > 0, base, 1) * of["pieces"]
    near = np.abs(_octaves(of["price"], product)) < SAME
    return near & (of["pieces"] >= 2) & (base > 0)
