"""A moment of `stock_exhaustion` as a sentence a person can act on, with figures, impact and evidence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.finding import Evidence, Finding, Impact
from models.scenarios.contributions import contributions
from models.scenarios.stock_features import FEATURES, Moment
from models.spec import Scoring

MINUTE = 60_000
# What the features usually are, where the training log does not say otherwise.
TYPICAL = (0.02, 0.0, 0.0, 0.0, 0.5, 0.1, 1.5, 0.01, 0.0, 0.0, 1.0)


def finding(
    moment: Moment,
    row: NDArray[np.float32],
    records: Sequence[tuple[str, int, str]],
    model: Scoring | None,
    typical: Sequence[float] | None,
) -> Finding:
    """The moment in words and figures; `records` are (source, offset, event id)."""
    usual = max(moment.product_record, 0) or max(moment.far, 0)
    reach = float(_pieces(moment))
    return Finding(
        summary=_sentence(moment),
        direction="high",
        expected=float(usual),
        actual=reach,
        lower=0.0,
        upper=float(max(usual, moment.user_record, 0)),
        contributions=contributions(FEATURES, row, typical or TYPICAL, model),
        impact=Impact("stock_held", reach, "pieces"),
        evidence=tuple(evidence(*record) for record in records),
    )


def evidence(source: str, offset: int, event_id: str) -> Evidence:
    """A record by its source partition ("cart-events/3")."""
    topic, _, partition = source.rpartition("/")
    return Evidence(topic or source, int(partition) if partition.isdigit() else 0, offset, event_id)


def _pieces(moment: Moment) -> int:
    return moment.all_pieces if _by_many(moment) else max(moment.pieces, moment.asked)


def _by_many(moment: Moment) -> bool:
    """Whether it is the crowd that holds the stock and not one user."""
    return not moment.is_user and moment.all_pieces >= 2 * max(moment.pieces, moment.asked)


def _sentence(moment: Moment) -> str:
    if moment.is_user:
        return _of_user(moment)
    if _by_many(moment):
        return _of_crowd(moment)
    return _of_holder(moment)


def _of_user(moment: Moment) -> str:
    share = moment.stocks / max(moment.products, 1)
    return (
        f"User {moment.user} holds large parts of the stock of {moment.products} products, {share:.0%} of each on "
        f"average ({moment.pieces:,} pieces), {_for(moment)} without ordering; ordinary users hold a few pieces."
    )


def _of_crowd(moment: Moment) -> str:
    fresh = f", {moment.fresh_users:,} of them just registered," if moment.fresh_users else ""
    return (
        f"{moment.holders:,} users{fresh} hold {_of_stock(moment, moment.all_pieces)} of product {moment.entity} and "
        f"hardly anybody orders it; {_usual(moment)}."
    )


def _of_holder(moment: Moment) -> str:
    if moment.asked > moment.pieces:
        what = (
            f"User {moment.user} asked for {_of_stock(moment, moment.asked)} of product {moment.entity} within minutes"
        )
    else:
        held = _of_stock(moment, moment.pieces)
        what = f"User {moment.user} holds {held} of product {moment.entity} {_for(moment)} without ordering"
    return f"{what}; {_usual(moment)}."


def _for(moment: Moment) -> str:
    minutes = max(moment.time - moment.since, 0) // MINUTE
    if minutes < 1:
        return "since less than a minute"
    return f"for {minutes} min" if minutes < 120 else f"for {minutes // 60} h"


def _of_stock(moment: Moment, pieces: int) -> str:
    stock = max(moment.stock, moment.all_pieces)
    if moment.stock < 0:
        return f"{pieces:,} pieces"
    return f"{pieces:,} of {stock:,} pieces ({pieces / max(stock, 1):.0%})"


def _usual(moment: Moment) -> str:
    if moment.product_record > 0:
        return f"the largest order of it so far was {moment.product_record:,}"
    if moment.far > 0:
        return (
            f"it was never ordered before, and 999 of 1,000 order lines of this shop are below {moment.far:,.0f} pieces"
        )
    return "it was never ordered before"
