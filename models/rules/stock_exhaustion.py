"""Most of a product's stock in one hand, or much of it with a crowd of new accounts."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FEATURES = (
    "share_taken", "share_kept", "share_of_crowd", "times_far", "pieces", "times_largest", "stocks_held",
)  # fmt: skip
TAKEN = 0.8  # share of the stock, by one user
KEPT = 0.5  # share kept without ordering
CROWD = 0.5  # share held by newcomers
FEWEST_PIECES = 20.0  # where nobody knows how large order lines are
TIMES_LARGEST = 3.0  # where no stock is known
STOCKS = 3.0  # whole stocks of several products, held by one user


def strangeness(of: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """(n,) 1.0 at the boundary; a large share of few pieces is nothing."""
    by_count = of["pieces"] / np.log2(1 + FEWEST_PIECES)
    is_large = np.where(of["times_far"] >= 0, of["times_far"], by_count) >= 1.0
    alone = np.maximum(of["share_taken"] / TAKEN, of["share_kept"] / KEPT) * is_large
    others = [of["share_of_crowd"] / CROWD, of["times_largest"] / TIMES_LARGEST, of["stocks_held"] / STOCKS]
    return np.maximum.reduce([alone, *others])
