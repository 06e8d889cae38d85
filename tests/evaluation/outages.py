"""Parts of the shop that fall silent: what they would have said is lost, with all that would have followed."""

import numpy as np

from tests.evaluation.messages import Int64s, Mask, Messages, code, codes_of


def silenced(messages: Messages, service: str, begin: int, end: int) -> Messages:
    """Without what a stopped service would have said in [begin, end), and what that would have caused."""
    own = np.isin(messages.kind, list(codes_of(service)))
    return without(messages, own & (messages.time >= begin) & (messages.time < end))


def backlogged(messages: Messages, service: str, begin: int, end: int, pace: float = 25.0) -> Messages:
    """What a stopped service would have said in [begin, end) is said when it is back, `pace` messages a second."""
    rows = np.isin(messages.kind, list(codes_of(service))) & (messages.time >= begin) & (messages.time < end)
    time = messages.time.copy()
    time[rows] = end + 1_000 + (np.arange(np.count_nonzero(rows)) * 1_000 / pace).astype(np.int64)
    return retimed(messages, time).sorted()


def retimed(messages: Messages, time: Int64s) -> Messages:
    """The same messages at other times."""
    place = _place_of_cause(messages)
    return messages.with_columns(time=time, cause_time=np.where(place >= 0, time[place], messages.cause_time))


def unheard(messages: Messages, lost: Mask) -> Messages:
    """Without the rows and all they would have caused; shoppers go on as if nothing were."""
    lost = _with_ends(messages, _with_effects(messages, lost))
    return messages.take(~lost)


def without(messages: Messages, lost: Mask) -> Messages:
    """Without the rows of the mask and everything that could not happen then."""
    lost = _with_ends(messages, _with_effects(messages, lost))
    return messages.take(~_with_effects(messages, lost | _empty_orders(messages, lost)))


def _with_ends(messages: Messages, lost: Mask) -> Mask:
    """And what would have become of lines that never were."""
    carted = messages.of("ProductAddedToCart", "CartLineUpdated", "ProductReservationCreated")
    gone = np.unique(messages.reservation[lost & carted])
    ends = messages.of(
        "CartLineRemoved", "ReservationMaterialized", "ProductRemovedFromCart", "ProductReservationRemoved",
        "ProductRemovalFromCartRequested",
    )  # fmt: skip
    return _with_effects(messages, lost | (ends & np.isin(messages.reservation, gone)))


def _empty_orders(messages: Messages, lost: Mask) -> Mask:
    """Orders of visits that have nothing in the cart any more."""
    carted = messages.of("ProductAddedToCart", "CartLineUpdated")
    hit = np.unique(messages.visit[lost & carted])
    full = np.unique(messages.visit[carted & ~lost])
    empty = np.setdiff1d(hit, full)
    mask: Mask = (messages.kind == code("OrderCreationRequested")) & np.isin(messages.visit, empty[empty >= 0])
    return mask


def _with_effects(messages: Messages, lost: Mask) -> Mask:
    """(n,) bool: the rows of the mask and all that they caused."""
    places = _place_of_cause(messages)
    caused = places >= 0
    while True:
        wider = lost.copy()
        wider[caused] |= lost[places[caused]]
        if np.array_equal(wider, lost):
            return wider
        lost = wider


def _place_of_cause(messages: Messages) -> Int64s:
    """(n,) row of each message's cause, -1: none here."""
    order = np.argsort(messages.uid)
    found = np.searchsorted(messages.uid[order], messages.cause)
    found = np.minimum(found, len(order) - 1)
    places = order[found]
    return np.where((messages.cause > 0) & (messages.uid[places] == messages.cause), places, -1)
