"""From what is known of a product or user at one moment to the model's input, for all moments of a round at once.

What is unknown or does not apply is -1. Shares are of the stock in the warehouse, or of a third of the full stock when
less is left: who takes the last piece takes little.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1.0
MOST_TIMES = 1e6
MOST_PIECES = 64  # from so many on it no longer matters how many they are
MOST_FAR = 2.0  # nor how far they are beyond the far quantile
MOST_SHARES = 1.2
MOST_RECORDS = 4.0
FAMILIAR = 1.3  # times what the user ordered before: to take so much is nothing new, to keep it is
PATIENCE_MS = 35 * 60_000  # ordinary customers have ordered by then, and reservations of half an hour have run out
FEWEST_NEWCOMERS = 4  # that make a crowd

FEATURES = (
    "share_taken",  # by the user who holds most, or tried to; 0 for one who ordered about as much before
    "share_kept",  # the same, of pieces kept for more than 35 minutes without ordering
    "share_returned",  # pieces that user took and put back within about an hour
    "share_of_crowd",  # held by users who had just registered, less the part that is ordered anyway
    "times_record",  # the pieces over that user's largest order line, or the share over the largest share, the lesser
    "times_far",  # the pieces over the far quantile of all order lines
    "pieces",  # log2 of 1 + the pieces, of 64 at most
    "times_largest",  # where no stock is known: the pieces over the largest order line of the shop
    "products_held",  # of a user: log2 of 1 + products of which a large share is held; 0 when that is usual
    "stocks_held",  # of a user: sum of those shares
    "times_basket",  # of a user: those products over the most of which an order of the user took a large share
)


class Moment(NamedTuple):
    """A product or a user as things stood at `time`: pieces, shares, event times in ms. -1: unknown, not applicable."""

    time: int
    is_user: int
    entity: int
    user: int  # who holds most (of a user: the user)
    since: int  # when that user's holding began
    pieces: int  # held by that user
    asked: int
    all_pieces: int
    stock: int
    full: int
    product_record: int
    user_record: int
    user_share_record: float
    far: float  # far quantile of order lines
    largest: float  # the largest of them
    fresh_pieces: int
    fresh_users: int
    holders: int
    cycled: float
    added: float
    ordered: float
    products: int = 0  # of which a user holds a large share
    stocks: float = 0.0
    products_record: int = 0  # the most products of which an order of the user took such a share
    crowd_since: int = 0  # of newcomers who hold more than that user: when the first of them took some

    @property
    def begun(self) -> int:
        """When it began, whoever of a crowd holds most at the moment."""
        return min(self.since or self.time, self.crowd_since or self.time, self.time)


def values(moments: Sequence[Moment]) -> NDArray[np.float32]:
    """(n, n_features) float32, finite."""
    flat = np.fromiter(chain.from_iterable(moments), np.float64, len(moments) * len(Moment._fields))
    table = flat.reshape(len(moments), -1)
    of = {name: table[:, index] for index, name in enumerate(Moment._fields)}
    reach = np.maximum(of["pieces"], of["asked"])
    stock = _stock(of)
    is_product, is_blind = of["is_user"] == 0, of["full"] < 0
    record = np.where(is_product & ~is_blind, np.minimum(_times_record(of, reach), MOST_RECORDS), UNKNOWN)
    basket = np.where(is_product, UNKNOWN, np.minimum(_times(of["products"], of["products_record"]), MOST_RECORDS))
    is_familiar, is_usual = (record > 0) & (record <= FAMILIAR), (basket > 0) & (basket <= FAMILIAR)
    columns = (
        np.where(is_product, np.minimum(_share(reach, stock), MOST_SHARES) * ~is_familiar, UNKNOWN),
        np.where(is_product, _share(np.where(of["time"] - of["since"] > PATIENCE_MS, of["pieces"], 0), stock), UNKNOWN),
        np.where(is_product, _share(np.maximum(of["cycled"] - of["pieces"], 0), stock), UNKNOWN),
        np.where(is_product, _share(_crowd(of), stock), UNKNOWN),
        record,
        np.where(is_product & ~is_blind, np.minimum(_times(reach, of["far"]), MOST_FAR), UNKNOWN),
        np.where(is_product & ~is_blind, np.log2(1 + np.minimum(reach, MOST_PIECES)), UNKNOWN),
        np.where(is_product & is_blind, _times(reach, of["largest"]), UNKNOWN),
        np.log2(1 + of["products"] * ~is_usual),
        of["stocks"] * ~is_usual,
        basket,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _stock(of: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """What shares are of; what is held must be there, whatever was told."""
    there = np.maximum(np.maximum(of["stock"], of["all_pieces"]), of["full"] / 3)
    return np.where(of["full"] < 0, UNKNOWN, there)


def _crowd(of: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Pieces newcomers hold, less the share of cart pieces that is ordered within the hour."""
    ordered = np.minimum(of["ordered"] / np.maximum(of["added"], 1e-9), 1.0)
    return np.where(of["fresh_users"] >= FEWEST_NEWCOMERS, of["fresh_pieces"] * (1 - ordered), 0.0)


def _times_record(of: dict[str, NDArray[np.float64]], reach: NDArray[np.float64]) -> NDArray[np.float64]:
    by_pieces = _times(reach, of["user_record"])
    by_share = _times(_share(reach, of["full"]), of["user_share_record"])
    return np.where(of["user_share_record"] > 0, np.minimum(by_pieces, by_share), by_pieces)


def _share(pieces: NDArray[np.float64], stock: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a stock, at most 10; UNKNOWN where the stock is."""
    return np.where(stock < 0, UNKNOWN, np.minimum(pieces / np.maximum(stock, 1), 10.0))


def _times(pieces: NDArray[np.float64], record: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pieces over a record; UNKNOWN where there is no record."""
    return np.where(record > 0, np.minimum(pieces / np.where(record > 0, record, 1), MOST_TIMES), UNKNOWN)
