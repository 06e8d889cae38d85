"""What is remembered of a product: the prices it was sold at, those the warehouse announced, how well it sells."""

import math
from enum import IntEnum
from itertools import accumulate

import msgspec

from models.scenarios.decay import Fading
from models.scenarios.price_strays import Run

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SCALE = 10_000  # price levels are integers, in 1/10,000 of the currency

MOST_LEVELS = 24
MOST_ANNOUNCED = 8
SETTLED_AFTER = 12 * HOUR  # a new level is no history before ...
FIRST_LEVELS = HOUR  # ... unless it is among the first ones of a new product
ODD_FACTOR = math.log2(6)  # a level so many octaves off the reference is taken for a mistake ...
ODD_SETTLED_AFTER = 20 * HOUR  # ... unless it lasts so long, or was one of few sales so long ago; it was reported then
FEW = 2  # sales
ANNOUNCED_WEIGHT = 3  # an announced price counts as so many sales at it
REFRESH = HOUR  # how often the reference is computed anew
SLOW = 7 * DAY
CREEP_ENDS = 3 * DAY
SMALL_STEP = 0.85  # a step down to this part or more of the price is a small one
FEWEST_STEPS = 4


class Tag(IntEnum):
    """Kinds of facts; the entity is always the product and the key the price."""

    ANNOUNCED = 0
    SOLD = 1  # amount: pieces
    LINE = 2  # a changed cart line; amount: pieces of the whole line


class Level(msgspec.Struct, gc=False, array_like=True):
    """One price a product was sold or announced at."""

    weight: int = 0
    first: int = 0  # ms
    last: int = 0
    is_odd: bool = False
    is_first: bool = False

    def is_settled(self, now: int) -> bool:
        """Whether the level is part of the product's history."""
        if self.is_odd:
            return (self.last if self.weight > FEW else now) - self.first >= ODD_SETTLED_AFTER
        return self.weight >= 2 and (self.is_first or now - self.first >= SETTLED_AFTER)


class Reference(msgspec.Struct, gc=False, array_like=True):
    """What a product usually costs, in the currency; -1: not known."""

    usual: float = -1.0  # median over sales
    lowest: float = -1.0
    highest: float = -1.0
    spread: float = 0.0  # mean distance of the sales from `usual`, octaves
    weight: int = 0
    at: int = 0


class Creep(msgspec.Struct, gc=False, array_like=True):
    """A price that falls in small steps."""

    start: int = 0  # level at which the fall began
    now: int = 0
    steps: int = 0
    at: int = 0

    def move(self, level: int, time: int) -> None:
        """The price is `level` from `time` on."""
        if abs(level - self.now) <= 0.002 * self.now:
            return
        if time - self.at >= CREEP_ENDS:
            self.start, self.steps = self.now, 0
        if SMALL_STEP * self.now <= level < self.now:
            self.steps += 1
        else:
            self.start, self.steps = level, 0
        self.now, self.at = level, time

    @property
    def octaves(self) -> float:
        """How far it fell, once it is a row of steps."""
        return math.log2(self.start / self.now) if self.steps >= FEWEST_STEPS and self.now > 0 else 0.0


class Odd(msgspec.Struct, gc=False, array_like=True):
    """Sales off the reference, lately."""

    sales: Fading = msgspec.field(default_factory=Fading)
    since: int = 0
    last: int = 0
    count: int = 0
    pieces: int = 0
    difference: float = 0.0  # pieces x (reference - price), in the currency
    evidence: list[tuple[str, int, str]] = msgspec.field(default_factory=list)  # (source, offset, event id)

    def copy(self) -> "Odd":
        """The same, to be changed."""
        sales = Fading(self.sales.value, self.sales.at)
        return Odd(sales, self.since, self.last, self.count, self.pieces, self.difference, [*self.evidence])


class Days(msgspec.Struct, gc=False, array_like=True):
    """On how many days a product was sold, and on how many of them far off its usual price; today not yet counted."""

    today: int = 0
    sold: int = 0
    odd: int = 0
    is_odd: bool = False  # today

    def note(self, time: int, is_odd: bool) -> None:
        """A sale."""
        if time // DAY > self.today:
            self.sold += self.today > 0
            self.odd += self.is_odd
            self.today, self.is_odd = time // DAY, False
        self.is_odd = self.is_odd or is_odd

    def share(self, time: int) -> float:
        """Share of days with odd sales before today."""
        is_past = time // DAY > self.today > 0
        return (self.odd + (self.is_odd and is_past)) / max(self.sold + is_past, 1)


class PriceItem(msgspec.Struct, gc=False, array_like=True):
    """One product."""

    levels: dict[int, Level] = msgspec.field(default_factory=dict)
    announced: list[tuple[int, int]] = msgspec.field(default_factory=list)  # (time, level), in order of time
    reference: Reference = msgspec.field(default_factory=Reference)
    sold: Fading = msgspec.field(default_factory=Fading)  # sales within about an hour
    sold_slowly: Fading = msgspec.field(default_factory=Fading)  # within about a week
    creep: Creep = msgspec.field(default_factory=Creep)
    odd: Odd = msgspec.field(default_factory=Odd)
    days: Days = msgspec.field(default_factory=Days)
    run: Run = msgspec.field(default_factory=Run)
    first_seen: int = 0
    last_seen: int = 0

    def announce(self, level: int, time: int) -> None:
        """The warehouse tells a price."""
        self.announced.append((time, level))
        self.announced.sort()
        del self.announced[:-MOST_ANNOUNCED]
        if self.announced[-1] == (time, level):
            if len(self.announced) > 1 and self.announced[-2][1] != level:
                self.run = Run()  # corrected, or what was odd is the price now
            self.creep.move(level, time)
            self.note(level, ANNOUNCED_WEIGHT, time)

    def catalogue(self, level: int, time: int, grace_ms: int) -> int:
        """The announced level nearest to `level` among those in force within the grace before `time`; -1: none told."""
        in_force = -1
        best = -1
        for at, announced in self.announced:
            if at > time + grace_ms:
                break
            if at <= time - grace_ms:
                in_force = announced
                best = -1
            elif best < 0 or abs(announced - level) < abs(best - level):
                best = announced
        if in_force >= 0 and (best < 0 or abs(in_force - level) < abs(best - level)):
            best = in_force
        return best

    def note(self, level: int, weight: int, time: int) -> None:
        """Count sales at a level."""
        held = self.levels.get(level)
        if held is None:
            is_first = time - self.first_seen < FIRST_LEVELS and len(self.levels) < 2
            held = self.levels[level] = Level(first=time, is_odd=self._is_odd(level), is_first=is_first)
            if len(self.levels) > MOST_LEVELS:
                del self.levels[
                    min(
                        self.levels,
                        key=lambda known: (known != level) and self.levels[known].last,
                    )
                ]
        held.weight += weight
        held.last = max(held.last, time)

    def is_always_free(self) -> bool:
        """Whether it was given away for nothing for long; that was reported when it began."""
        nothing = self.levels.get(0)
        if nothing is None or nothing.last - nothing.first < ODD_SETTLED_AFTER:
            return False
        return 2 * nothing.weight >= sum(level.weight for level in self.levels.values())

    def _is_odd(self, level: int) -> bool:
        usual = self.reference.usual
        return usual > 0 and abs(octaves(level / SCALE, usual)) >= ODD_FACTOR

    def refer(self, now: int) -> Reference:
        """The reference, computed anew when it is old."""
        if self.reference.usual < 0 or now - self.reference.at >= REFRESH:
            self.reference = _reference(self.levels, now)
        return self.reference

    def expected_sales(self, now: int) -> float:
        """Sales an hour, by the last week."""
        age = max(now - self.first_seen, DAY)
        return self.sold_slowly.read(now, SLOW) / (SLOW / HOUR * (1 - math.exp(-age / SLOW)))


def octaves(price: float, reference: float) -> float:
    """log2 of the price over a positive reference, a price of nothing taken as a millionth of it."""
    return math.log2(max(price / reference, 1e-6))


def _reference(levels: dict[int, Level], now: int) -> Reference:
    settled = sorted((level, held.weight) for level, held in levels.items() if held.is_settled(now) and level > 0)
    if not settled:
        return Reference(at=now)
    total = sum(weight for _, weight in settled)
    reached = accumulate(weight for _, weight in settled)
    usual = next(level for (level, _), seen in zip(settled, reached, strict=True) if 2 * seen >= total) / SCALE
    spread = sum(weight * abs(octaves(one / SCALE, usual)) for one, weight in settled) / total
    return Reference(usual, settled[0][0] / SCALE, settled[-1][0] / SCALE, spread, total, now)
