"""A sale of `price_exploit` as a sentence a person can act on, with figures, impact and evidence."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.finding import Finding, Impact
from models.scenarios.contributions import contributions
from models.scenarios.price_book import expected_price
from models.scenarios.price_features import FEATURES, Sale
from models.scenarios.price_state import MINUTE, Odd, octaves
from models.scenarios.stock_words import evidence
from models.spec import Scoring

# What the features usually are, where the training log does not say otherwise.
TYPICAL = (0.0, 1.0, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.05, 0.0, 0.0, 0.0, 0.0)
NAMED = 5  # products of a lot that the sentence names


def finding(
    sale: Sale,
    members: Sequence[int],
    odd: Odd,
    row: NDArray[np.float32],
    model: Scoring | None,
    typical: Sequence[float] | None,
) -> Finding:
    """The sale in words and figures; `members` are the products wrong by the same factor."""
    expected = expected_price(sale)
    lower, upper = _band(sale, expected)
    return Finding(
        summary=_sentence(sale, members, odd, expected),
        direction="high" if sale.price > expected else "low",
        expected=expected,
        actual=sale.price,
        lower=lower,
        upper=upper,
        contributions=contributions(FEATURES, row, typical or TYPICAL, model),
        impact=_impact(sale, odd, expected),
        evidence=tuple(evidence(*record) for record in odd.evidence),
    )


def _band(sale: Sale, expected: float) -> tuple[float, float]:
    """The prices it could ordinarily have had: those of the past, as far as they lie on this side of the wrong one."""
    known = (expected, *(price for price in (sale.lowest, sale.highest) if price > 0))
    if sale.price < expected:
        known = tuple(price for price in known if price > sale.price)
    elif sale.price > expected:
        known = tuple(price for price in known if price < sale.price)
    return min(known), max(known)


def _impact(sale: Sale, odd: Odd, expected: float) -> Impact:
    difference = odd.difference if odd.count else (expected - sale.price) * sale.pieces
    kind = "revenue_below_reference" if difference >= 0 else "charged_above_reference"
    return Impact(kind, round(abs(difference), 2), "currency")


def _sentence(sale: Sale, members: Sequence[int], odd: Odd, expected: float) -> str:
    times = f"{odd.count:,} sales, {odd.pieces:,} pieces" if odd.count > 1 else f"1 sale, {sale.pieces:,.0f} pieces"
    minutes = max(sale.time - odd.since, 0) // MINUTE if odd.since else 0
    span = f" within {minutes} min" if minutes else ""
    what = f"Product {sale.product} is sold at {_money(sale.price)}, {_compared(sale, expected)}"
    return f"{what} ({times}{span}).{_others(members)}"


def _compared(sale: Sale, expected: float) -> str:
    if expected <= 0:
        return "and nothing is known of its price"
    whose = "the warehouse's price" if expected == sale.catalogue else "its usual price"
    return f"{_distance(sale.price, expected)} {whose} of {_money(expected)}{_remark(sale, expected)}"


def _distance(price: float, expected: float) -> str:
    if price <= 0:
        return "for nothing instead of"
    off = octaves(price, expected)
    if abs(off) > 1:
        return f"{2 ** abs(off):,.1f} times {'above' if off > 0 else 'below'}"
    return f"{abs(price / expected - 1):.0%} {'above' if off > 0 else 'below'}"


def _remark(sale: Sale, expected: float) -> str:
    if sale.creep >= 0.7:
        return ", down step by step"
    if sale.pieces >= 2 and abs(octaves(sale.price, expected * sale.pieces)) < 0.01:
        return f", which is the price of {sale.pieces:,.0f} pieces"
    if expected == sale.usual and sale.catalogue == sale.price:
        return ", though the warehouse announced it"
    return ""


def _others(members: Sequence[int]) -> str:
    if len(members) < 2:
        return ""
    named = ", ".join(str(product) for product in members[:NAMED])
    more = f" and {len(members) - NAMED} more" if len(members) > NAMED else ""
    return f" {len(members)} products are wrong by one factor: {named}{more}; look at what their prices have in common."


def _money(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 0.1 or amount == 0 else f"{amount:,.4f}"
