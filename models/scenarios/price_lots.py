"""Lots: products that are wrong by the very same factor at the same time are one mistake and get one anomaly.

A supplier's list in the wrong currency hits dozens of products; whoever acts on it wants one message. The first
product stands for the lot. A price of nothing and a slipped decimal point happen twice by chance: such products are
told one by one until they are many.
"""

import math

import msgspec

HOUR = 3_600_000  # ms
LASTS_MS = 3 * HOUR
SAME_FACTOR = 0.03  # octaves
ROUNDING = 0.01  # a small price cannot show its factor more exactly
NOTHING = -15.0  # octaves from which a price counts as nothing
FEWEST_COMMON = 3


class Lot(msgspec.Struct):
    """Products off by one factor."""

    factor: float  # octaves
    leader: int
    last: int  # event time, ms
    members: dict[int, int] = msgspec.field(default_factory=dict)  # product to the product that stands for it


class Lots(msgspec.Struct):
    """The lots of the last hours."""

    open: list[Lot] = msgspec.field(default_factory=list)

    def join(self, product: int, factor: float, price: float, time: int) -> Lot:
        """The lot of a wrongly priced product, itself its first member if there is none."""
        self.open = [lot for lot in self.open if time - lot.last < LASTS_MS]
        lot = self._of(product) or self._like(factor, price)
        if lot is None:
            lot = Lot(factor, product, time)
            self.open.append(lot)
        lot.last = max(lot.last, time)
        lot.members.setdefault(product, self._stands_for(lot, product))
        return lot

    def fellows(self, product: int) -> list[int]:
        """The products that the same one stands for; the product alone when it is in no lot."""
        lot = self._of(product)
        if lot is None:
            return [product]
        return [member for member, leader in lot.members.items() if leader == lot.members[product]]

    def _of(self, product: int) -> Lot | None:
        return next((lot for lot in self.open if product in lot.members), None)

    def _like(self, factor: float, price: float) -> Lot | None:
        tolerance = SAME_FACTOR + math.log2(1 + ROUNDING / max(price, ROUNDING))
        return next((lot for lot in self.open if _same(lot.factor, factor, tolerance)), None)

    def _stands_for(self, lot: Lot, product: int) -> int:
        is_common = lot.factor <= NOTHING or _is_decimal(lot.factor)
        return product if is_common and len(lot.members) < FEWEST_COMMON else lot.leader


def _is_decimal(factor: float) -> bool:
    """Whether a factor (octaves) is a power of ten."""
    shift = factor / math.log2(10)
    return round(shift) != 0 and abs(shift - round(shift)) * math.log2(10) < SAME_FACTOR


def _same(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) < tolerance or (one <= NOTHING and other <= NOTHING)
