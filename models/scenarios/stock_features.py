"""From what is known of a product or user at one moment to the model's input. Vectorised over all moments of a round.

What is unknown is -1.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1.0
MOST_TIMES = 1e6

FEATURES = (
    "is_user",
    "share_of_stock",  # of what is in the warehouse, held by the user who holds most; of a user: mean of the large holdings
    "share_of_full_stock",
    "share_held_by_all",
    "share_asked",  # of the full stock, asked for by that user within minutes, granted or not
    "times_product_record",  # the pieces over the product's largest order line so far
    "times_user_record",
    "times_share_record",  # the share over the user's largest share of any product
    "times_catalogue",  # the pieces over the far quantile of all order lines
    "share_of_newcomers",  # held by users who had just registered
    "newcomers",  # log2 of 1 + their number
    "minutes_held",  # log2 of 1 + minutes since the first piece still held
    "cycled_share",  # of the full stock: pieces taken within about an hour, put back or not
    "share_ordered",  # of the pieces put into carts within about an hour, by anybody
    "products_held",  # log2 of 1 + products of which the user holds a large share
    "stocks_held",  # sum of those shares
)


class Moment(NamedTuple):
    """A product or a user as things stood at `time`; pieces, shares and event times in ms. -1: unknown or not applicable."""

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
    catalogue: float  # far quantile of order lines
    fresh_pieces: int
    fresh_users: int
    holders: int
    cycled: float
    added: float
    ordered: float
    products: int = 0  # of which a user holds a large share
    stocks: float = 0.0


def values(moments: Sequence[Moment]) -> NDArray[np.float32]:
    """(n, n_features) float32, finite."""
    table = np.array(moments, np.float64)
    of = {name: table[:, index] for index, name in enumerate(Moment._fields)}
    reach = np.maximum(of["pieces"], of["asked"])
    is_user = of["is_user"] > 0
    full = of["full"]
    stock = np.where(of["stock"] < 0, UNKNOWN, np.maximum(of["stock"], of["all_pieces"]))  # what is held must be there
    columns = (
        of["is_user"],
        _share(of["pieces"], stock),
        _share(of["pieces"], full),
        np.where(is_user, UNKNOWN, _share(of["all_pieces"], stock)),
        np.where(is_user, UNKNOWN, _share(of["asked"], full)),
        np.where(is_user, UNKNOWN, _times(reach, of["product_record"])),
        np.where(is_user, UNKNOWN, _times(reach, of["user_record"])),
        np.where(is_user, UNKNOWN, _times(_share(reach, full), of["user_share_record"])),
        np.where(is_user, UNKNOWN, _times(reach, of["catalogue"])),
        np.where(is_user, UNKNOWN, _share(of["fresh_pieces"], stock)),
        np.log2(1 + of["fresh_users"]),
        np.log2(1 + np.maximum(of["time"] - of["since"], 0) / 60_000),
        _share(of["cycled"], full),
        _ordered(of["added"], of["ordered"]),
        np.log2(1 + of["products"]),
        of["stocks"],
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _share(pieces: NDArray[np.float64], stock: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a stock, at most 10; UNKNOWN where the stock is."""
    return np.where(stock < 0, UNKNOWN, np.minimum(pieces / np.maximum(stock, 1), 10.0))


def _times(pieces: NDArray[np.float64], record: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pieces over a record; UNKNOWN where there is no record."""
    return np.where(record > 0, np.minimum(pieces / np.where(record > 0, record, 1), MOST_TIMES), UNKNOWN)


def _ordered(added: NDArray[np.float64], ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(added > 0, np.minimum(ordered / np.maximum(added, 1e-9), 1.0), UNKNOWN)
