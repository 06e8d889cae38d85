"""Wrong prices, and right ones that look wrong."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.messages import Int64s, Messages
from tests.evaluation.scene import Judged, NotStageable, Scene, chosen, first_times, spread
from tests.evaluation.situations import Situation
from tests.evaluation.spans import HOUR, MINUTE, SECOND
from tests.evaluation.truth import GRACE, SHOP, Truth, product
from tests.evaluation.visits import Visits
from tests.evaluation.world import on_sale

CURRENCIES = (0.0068, 0.026, 0.041, 0.092, 0.134, 7.46, 10.9, 24.3, 147.0)  # one unit counted as another
Change = Callable[[NDArray[np.float64], Int64s], NDArray[np.float64]]  # wrong price from the right one and the time


def zero(scene: Scene, moment: int) -> Judged:
    """Given away."""
    return _mistyped(scene, moment, lambda right, _: right * 0)


def one_cent(scene: Scene, moment: int) -> Judged:
    """Sold for 0.01."""
    return _mistyped(scene, moment, lambda right, _: right * 0 + 0.01)


def shifted_decimal(scene: Scene, moment: int) -> Judged:
    """A tenth, a hundredth, now and then ten times the price."""
    factor = float(scene.rng.choice([0.1, 0.1, 0.01, 10.0]))
    return _mistyped(scene, moment, lambda right, _: np.maximum(np.round(right * factor, 2), 0.01))


def third_too_low(scene: Scene, moment: int) -> Judged:
    """35 to 45 % too low; the word spreads."""
    factor, end = 1 - scene.rng.uniform(0.35, 0.45), moment + int(scene.rng.uniform(2, 4) * HOUR)
    number = _product(scene, moment, least=60) + 1
    _sell(scene, number, moment, end, _usual_lines(scene, number, end - moment) * scene.rng.uniform(3, 7) + 25)
    _reprice(scene, [number], moment, end, lambda right, _: np.round(right * factor, 2))
    return _judged([number], moment, end, sales=10, direction="low")


def wrong_currency(scene: Scene, moment: int) -> Judged:
    """All products of one supplier at once."""
    supplier, end = scene.world.products.supplier, moment + int(scene.rng.uniform(1, 3) * HOUR)
    known = scene.history.sold(scene.begin) >= 5
    numbers = np.flatnonzero((supplier == chosen_supplier(scene, known)) & known) + 1
    factor = float(scene.rng.choice(CURRENCIES))
    for number in scene.rng.choice(numbers, 20).tolist():
        _sell(scene, number, moment, end, 2, after=int(scene.rng.random() < 0.4))
    _reprice(scene, numbers.tolist(), moment, end, lambda right, _: np.maximum(np.round(right * factor, 2), 0.01))
    direction = "low" if factor < 1 else "high"
    return _judged(numbers.tolist(), moment, end, sales=10, direction=direction, most=2)


def cart_differs(scene: Scene, moment: int) -> Judged:
    """The warehouse has announced another price than the cart asks."""
    factor, end = float(scene.rng.choice([0.6, 0.75, 1.3, 1.6])), moment + 2 * HOUR
    index = _product(scene, moment, least=30)
    old = scene.prices.at(np.array([index]), np.array([moment]))
    scene.prices = scene.prices.changed(np.array([index]), np.array([moment - MINUTE]), np.round(old / factor, 2))
    _sell(scene, index + 1, moment, end, 12)
    _reprice(scene, [index + 1], moment - MINUTE, end, lambda right, _: right * 0 + old[0])
    return _judged([index + 1], moment - MINUTE, end, sales=1)


def creeping(scene: Scene, moment: int) -> Judged:
    """3 % down every hour."""
    end, index = scene.end - HOUR, _product(scene, moment, least=60)
    number, half = index + 1, moment + 23 * HOUR
    _sell(scene, number, moment, end, 60)
    _reprice(scene, [number], moment, end, lambda right, time: _creep(right, (time - moment) // HOUR))

    def judged(messages: Messages) -> Truth:
        rows = _sales(messages, [number], half, end)
        (first,) = first_times(messages, rows, [1])
        return _truth([number], moment, first + GRACE, end, direction="low")

    return judged


def times_quantity(scene: Scene, moment: int) -> Judged:
    """The unit price holds the price of all pieces together."""
    number, end = _product(scene, moment, least=60) + 1, moment + HOUR
    _sell(scene, number, moment, end, 3)
    scene.add(scene.buyers(number, spread(scene.rng, moment, end, 4), quantity=int(scene.rng.integers(3, 9))))

    def pricing(visits: Visits, asked: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = (visits.product == number) & (visits.added >= moment) & (visits.added < end)
        return np.where(rows & (visits.quantity > 2), np.round(asked * visits.quantity, 2), asked)

    scene.pricings.append(pricing)
    return _judged([number], moment, end, sales=1, direction="high", least_quantity=3)


def announced_sale(scene: Scene, moment: int) -> Judged:
    """20 to 80 % off, told beforehand, and demand follows."""
    known = np.flatnonzero((scene.history.sold(scene.begin) >= 5) & (scene.world.products.price > 1))
    count = int(scene.rng.choice([1, 3, 10, 40]))
    indices = scene.rng.choice(known, min(count, len(known)), replace=False)
    end = moment + int(scene.rng.uniform(3, 6) * HOUR)
    scene.prices = on_sale(scene.prices, indices, moment, end, 1 - scene.rng.uniform(0.2, 0.8))
    for index in indices[:8].tolist():
        _sell(scene, index + 1, moment + MINUTE, end, _usual_lines(scene, index + 1, end - moment) * 3 + 6)
    return _silent((indices + 1).tolist(), moment, end + 30 * MINUTE)


def always_cents(scene: Scene, moment: int) -> Judged:
    """Goods that have always cost cents sell well today."""
    cheap = (scene.world.products.price < 0.35) & (scene.history.sold(scene.begin) >= 5)
    number, end = chosen(scene.rng, cheap, "goods that cost cents") + 1, moment + 2 * HOUR
    _sell(scene, number, moment, end, 25)
    return _silent([number], moment, end)


def chosen_supplier(scene: Scene, known: NDArray[np.bool_]) -> int:
    """A supplier of many products that sell."""
    counts = np.bincount(scene.world.products.supplier[known])
    return int(scene.rng.choice(np.flatnonzero(counts >= min(12, counts.max()))))


def _creep(right: NDArray[np.float64], hours: Int64s) -> NDArray[np.float64]:
    return np.asarray(np.round(right * 0.97**hours, 2), np.float64)


def _mistyped(scene: Scene, moment: int, change: Change) -> Judged:
    """One product; the warehouse tells the wrong price too in a third of the cases."""
    index, end = _product(scene, moment, least=25), moment + int(scene.rng.uniform(0.7, 3) * HOUR)
    right = scene.prices.at(np.array([index]), np.array([moment]))
    wrong = change(right, np.array([moment]))
    if scene.rng.random() < 0.35:
        place, times = np.array([index, index]), np.array([moment, end])
        scene.prices = scene.prices.changed(place, times, np.concatenate([wrong, right]))
    _sell(scene, index + 1, moment + SECOND, end, float(scene.rng.integers(4, 25)))
    _reprice(scene, [index + 1], moment, end, lambda asked, _: asked * 0 + wrong[0])
    direction = "low" if wrong[0] < right[0] else "high"
    return _judged([index + 1], moment, end, sales=1, direction=direction)


def _product(scene: Scene, moment: int, *, least: int) -> int:
    """Index of a product with a history, some price and enough pieces."""
    free = scene.stock(moment).free
    known = scene.history.sold(scene.begin) >= 8
    price = scene.prices.at(np.arange(len(free)), np.full(len(free), moment))
    return chosen(scene.rng, known & (free >= least) & (price >= 1.5), "product with a history and enough pieces")


def _usual_lines(scene: Scene, number: int, span: int) -> float:
    """Lines of the product in a span of that length, on average."""
    return float(scene.history.sold(scene.begin)[number - 1]) * span / (scene.begin - scene.world.start)


def _sell(scene: Scene, number: int, begin: int, end: int, count: float, *, after: int = 3) -> None:
    """The product to ordinary customers, as many as there are pieces for, and some more soon after `end`."""
    free = int(scene.stock(begin).free[number - 1])
    scene.add(scene.buyers(number, spread(scene.rng, end, end + 20 * MINUTE, after)))
    scene.add(scene.buyers(number, spread(scene.rng, begin, end, max(1, min(int(count), free // 3)))))


def _reprice(scene: Scene, numbers: Sequence[int], begin: int, end: int, change: Change) -> None:
    """The cart asks something else for these products in [begin, end)."""

    def pricing(visits: Visits, asked: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = np.isin(visits.product, numbers) & (visits.added >= begin) & (visits.added < end)
        return np.where(rows, change(asked, visits.added), asked)

    scene.pricings.append(pricing)


def _sales(messages: Messages, numbers: Sequence[int], begin: int, end: int, least: int = 1) -> NDArray[np.bool_]:
    rows = messages.of("ProductAddedToCart", "CartLineUpdated") & np.isin(messages.product, numbers)
    return rows & (messages.time >= begin) & (messages.time < end) & (messages.quantity >= least)


def _judged(
    numbers: Sequence[int], begin: int, end: int, *, sales: int, direction: str = "none", most: int = 0,
    least_quantity: int = 1,
) -> Judged:  # fmt: skip
    def judged(messages: Messages) -> Truth:
        rows = _sales(messages, numbers, begin, end + MINUTE, least_quantity)
        if not rows.any():
            raise NotStageable("nothing was sold at the wrong price")
        (last,) = first_times(messages, rows, [sales])
        return _truth(numbers, begin, last + GRACE, end, direction=direction, most=most)

    return judged


def _truth(numbers: Sequence[int], begin: int, deadline: int, end: int, *, direction: str, most: int = 0) -> Truth:
    several = (SHOP,) if len(numbers) > 1 else ()
    entities = (*several, *(product(number) for number in numbers))
    return Truth("detect", entities, begin, deadline, end, direction, most)


def _silent(numbers: Sequence[int], begin: int, end: int) -> Judged:
    entities = (SHOP, *(product(number) for number in numbers))
    return lambda _: Truth("silent", entities, begin, end, end)


SITUATIONS = (
    Situation("zero price", zero, (8, 21), 4 * HOUR),
    Situation("one cent", one_cent, (8, 21), 4 * HOUR),
    Situation("shifted decimal", shifted_decimal, (8, 21), 4 * HOUR),
    Situation("a third too low, demand up", third_too_low, (9, 19), 5 * HOUR),
    Situation("supplier in wrong currency", wrong_currency, (9, 20), 4 * HOUR),
    Situation("cart differs from warehouse", cart_differs, (8, 20), 3 * HOUR),
    Situation("creeps down 3 % an hour", creeping, (7, 20), 30 * HOUR),
    Situation("price times quantity", times_quantity, (8, 20), 2 * HOUR),
    Situation("announced sale", announced_sale, (7, 16), 8 * HOUR),
    Situation("always cost cents", always_cents, (9, 20), 3 * HOUR),
)
