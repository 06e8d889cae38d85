"""Shelves emptied without buying, and big buyers who do buy."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.messages import Int64s, Messages
from tests.evaluation.scene import Judged, NotStageable, Scene, chosen, spread
from tests.evaluation.situations import Situation
from tests.evaluation.spans import HOUR, MINUTE
from tests.evaluation.stockroom import Delivery
from tests.evaluation.truth import GRACE, Truth, product, user
from tests.evaluation.visits import ORDERED, TAKEN_OUT, Visits, one_visit

OUTSIDE = 45 * MINUTE  # a silent case is watched so much longer than it lasts


def giant_add(scene: Scene, moment: int) -> Judged:
    """90 to 120 % of the stock into one cart."""
    return _giant(scene, moment, _product(scene, moment, least=25))


def giant_add_unsold(scene: Scene, moment: int) -> Judged:
    """The same with a product nobody has ever bought."""
    never = (scene.history.sold(scene.begin) == 0) & (scene.world.products.since < scene.begin - HOUR)
    announced = scene.history.announced(scene.begin)
    return _giant(scene, moment, chosen(scene.rng, never & announced, "announced product without a sale"))


def slow_drip(scene: Scene, moment: int) -> Judged:
    """One user takes a few pieces every few minutes, for hours."""
    index = _product(scene, moment, least=30, most=400)
    stock, who = scene.stock(moment), _somebody(scene)
    hours, share = scene.rng.uniform(2, 5), scene.rng.uniform(0.86, 0.97)
    steps = int(scene.rng.integers(18, 45))
    pieces = np.maximum(np.round(stock.held[index] * share / steps * scene.rng.uniform(0.5, 1.5, steps)), 1)
    gaps = (hours * 3600 / steps * 0.6, hours * 3600 / steps * 1.4)
    scene.add(one_visit(who, np.full(steps, index + 1), pieces, moment, scene.rng, gap=gaps, order_after=None))
    return _until_held(scene, index, 0.8, moment, (product(index + 1), user(who)), [who])


def many_accounts(scene: Scene, moment: int) -> Judged:
    """Fresh accounts, 1 to 3 pieces each, within half an hour."""
    index = _product(scene, moment, least=35, most=260)
    held = int(scene.stock(moment).held[index])
    pieces = scene.rng.integers(1, 4, held)
    pieces = pieces[: int(np.searchsorted(np.cumsum(pieces), held * 0.99))]
    begins = spread(scene.rng, moment, moment + int(scene.rng.uniform(12, 27) * MINUTE), len(pieces))
    users = scene.accounts.new(len(pieces))
    for who, quantity, begin in zip(users.tolist(), pieces.tolist(), begins.tolist(), strict=True):
        visit = one_visit(
            who, np.array([index + 1]), np.array([quantity]), begin, scene.rng,
            gap=(45, 120), order_after=None, expires_after=scene.rng.uniform(35, 40) * 60,
        )  # fmt: skip
        scene.add(replace(visit, fresh=np.ones(1, bool)))
    return _until_held(scene, index, 0.9, moment, (product(index + 1),), users.tolist())


def cycling(scene: Scene, moment: int) -> Judged:
    """Most of the stock taken, put back and taken again every ten minutes."""
    index = _product(scene, moment, least=25)
    who, cycles = _somebody(scene), int(scene.rng.integers(5, 8))
    pieces = max(1, int(scene.stock(moment).free[index] * scene.rng.uniform(0.65, 0.95)))
    added = moment + np.arange(cycles) * 10 * MINUTE + scene.rng.integers(0, 20_000, cycles)
    ended = added + (scene.rng.uniform(8, 9.4, cycles) * MINUTE).astype(np.int64)
    visit = one_visit(who, np.full(cycles, index + 1), np.full(cycles, pieces), moment, scene.rng, gap=(1, 2),
                      order_after=None)  # fmt: skip
    scene.add(replace(visit, added=added, ended=ended, how=np.full(cycles, TAKEN_OUT)))
    entities = (product(index + 1), user(who))
    return _detect(entities, moment, int(ended[2]), int(ended[-1]))


def collector(scene: Scene, moment: int) -> Judged:
    """A user who takes a quarter to a third of each of dozens of products."""
    who, stock = _somebody(scene), scene.stock(moment)
    candidates = np.flatnonzero(_known(scene) & (stock.free >= np.maximum(stock.held * 0.4, 10)))
    if len(candidates) < 36:
        raise NotStageable("this shop has too few products with announced stock")
    indices = scene.rng.choice(candidates, min(len(candidates), int(scene.rng.integers(36, 60))), replace=False)
    pieces = np.ceil(stock.held[indices] * scene.rng.uniform(0.25, 0.33, len(indices)))
    gap = float(scene.rng.uniform(8, 45))
    visit = one_visit(who, indices + 1, pieces, moment, scene.rng, gap=(gap * 0.5, gap * 1.5), order_after=None)
    scene.add(visit)
    return _detect((user(who),), moment, int(visit.added[29]) + GRACE, int(visit.ended[-1]))


def known_wholesaler(scene: Scene, moment: int) -> Judged:
    """Up to 1.3 times the largest order so far, ordered within minutes."""
    customer = scene.world.wholesalers[int(scene.rng.integers(0, len(scene.world.wholesalers)))]
    past = scene.history.visits
    rows = np.flatnonzero((past.user[past.line_visit] == customer.user) & (past.ended < scene.begin))
    if not len(rows):
        raise NotStageable("the wholesaler has not ordered yet")
    _, place = np.unique(past.line_visit[rows], return_inverse=True)
    largest = rows[place == np.argmax(np.bincount(place, past.quantity[rows]))]
    pieces = past.quantity[largest] * scene.rng.uniform(0.9, 1.3)
    return _buys(scene, moment, customer.user, past.product[largest], pieces)


def new_wholesaler(scene: Scene, moment: int) -> Judged:
    """Somebody new with a fifth of the stock, ordered within minutes."""
    stock = scene.stock(moment)
    candidates = np.flatnonzero((scene.history.sold(scene.begin) >= 3) & (stock.free >= 0.5 * stock.held))
    if not len(candidates):
        raise NotStageable("nothing has half of its stock free")
    indices = scene.rng.choice(candidates, min(len(candidates), int(scene.rng.integers(1, 9))), replace=False)
    return _buys(
        scene, moment, _somebody(scene), indices + 1, stock.held[indices] * 0.2, fresh=bool(scene.rng.integers(2))
    )


def launch(scene: Scene, moment: int) -> Judged:
    """A new product that sells out to hundreds of users."""
    index = chosen(scene.rng, scene.world.products.since > scene.end, "product still to come")
    buyers = int(scene.rng.integers(150, 350))
    pieces = scene.rng.choice([1, 1, 1, 2], buyers)
    end = moment + int(scene.rng.uniform(1.5, 4) * HOUR)
    held = int(pieces.sum() * scene.rng.uniform(0.97, 1.0))
    scene.settings.append(Delivery(moment - 5 * MINUTE, index, held, "ProductAddedToWarehouse"))
    begins = np.sort(moment + (scene.rng.beta(1, 2.5, buyers) * (end - moment)).astype(np.int64))
    scene.add(_crowd(scene, index + 1, begins, pieces))
    return _silent((product(index + 1),), moment - 5 * MINUTE, end)


def last_piece(scene: Scene, moment: int) -> Judged:
    """One piece is left, and one user orders it."""
    index, who = _product(scene, moment, least=3, most=300), _somebody(scene)
    stock = scene.stock(moment)
    left = int(stock.held[index] - stock.free[index]) + 1
    scene.settings.append(Delivery(moment - MINUTE, index, left, "ProductUpdatedInWarehouse"))
    scene.add(one_visit(who, np.array([index + 1]), np.ones(1), moment, scene.rng, gap=(1, 9), order_after=(40, 200)))
    return _silent((product(index + 1), user(who)), moment, moment + 10 * MINUTE)


def _crowd(scene: Scene, number: int, begins: Int64s, pieces: Int64s) -> Visits:
    """One line each, ordered within minutes, by different users."""
    count = len(begins)
    added = begins + scene.rng.integers(2_000, 40_000, count)
    order = added + scene.rng.integers(20_000, 300_000, count)
    return Visits(
        user=scene.rng.choice(np.arange(11, scene.accounts.known + 1), count, replace=False),
        begin=begins, order=order, fresh=np.zeros(count, bool), line_visit=np.arange(count),
        product=np.full(count, number), quantity=pieces, added=added, ended=order, how=np.full(count, ORDERED),
        price=np.full(count, np.nan),
    )  # fmt: skip


def _giant(scene: Scene, moment: int, index: int) -> Judged:
    """One add; what the warehouse has not, it refuses. Sometimes removed minutes later."""
    stock, who = scene.stock(moment), _somebody(scene)
    most = 1.2 if scene.world.habits.oversells or scene.rng.random() < 0.25 else stock.free[index] / stock.held[index]
    pieces = int(stock.held[index] * scene.rng.uniform(0.9, max(most, 0.9)))
    visit = one_visit(who, np.array([index + 1]), np.array([pieces]), moment, scene.rng, gap=(0, 1), order_after=None)
    if scene.rng.random() < 0.4:
        ended = visit.added + int(scene.rng.uniform(2, 9) * MINUTE)
        visit = replace(visit, ended=ended, how=np.full(1, TAKEN_OUT))
    scene.add(visit)
    added = int(visit.added[0])
    end = int(visit.ended[0]) if pieces <= stock.free[index] or scene.world.habits.oversells else added
    return _detect((product(index + 1), user(who)), added, added + GRACE, end)


def _product(scene: Scene, moment: int, *, least: int, most: int = 10**9) -> int:
    """Index of a product whose stock was announced and is nearly all free."""
    stock = scene.stock(moment)
    fits = (stock.held >= least) & (stock.held <= most) & (stock.free >= 0.92 * stock.held)
    return chosen(scene.rng, _known(scene) & fits, "product with announced stock of the right size")


def _known(scene: Scene) -> NDArray[np.bool_]:
    """(p,) bool: on sale, stock announced."""
    return scene.history.announced(scene.begin) & (scene.world.products.since < scene.begin - HOUR)


def _somebody(scene: Scene) -> int:
    """An ordinary customer."""
    return int(scene.rng.integers(11, scene.accounts.known))


def _until_held(
    scene: Scene, index: int, share: float, begin: int, entities: tuple[tuple[str, str], ...], users: list[int]
) -> Judged:
    """To be found before the users hold this share of the product's stock."""
    held = int(scene.stock(begin).held[index])

    def judged(messages: Messages) -> Truth:
        rows = messages.of("ProductReservationCreated") & (messages.product == index + 1)
        rows &= np.isin(messages.user, users) & (messages.time >= begin)
        times, pieces = messages.time[rows], np.cumsum(messages.quantity[rows])
        reached = np.flatnonzero(pieces >= share * held)
        if not len(reached):
            raise NotStageable("others were faster")
        freed = messages.of("ProductReservationRemoved") & (messages.product == index + 1)
        freed &= np.isin(messages.user, users) & (messages.time >= begin)
        return Truth(
            "detect", entities, begin, int(times[reached[0]]), int(messages.time[freed].max(initial=times[-1]))
        )

    return judged


def _buys(
    scene: Scene, moment: int, who: int, products: Int64s, pieces: NDArray[np.float64], *, fresh: bool = False
) -> Judged:
    """As many of the pieces as there are, ordered within minutes."""
    free = scene.stock(moment).free[products - 1]
    pieces = np.minimum(pieces, np.maximum(free, 1))
    visit = one_visit(who, products, pieces, moment, scene.rng, gap=(4, 25), order_after=(30, 400))
    if fresh:
        visit = replace(visit, fresh=np.ones(1, bool), user=scene.accounts.new(1))
    scene.add(visit)
    concerned = (user(int(visit.user[0])), *(product(int(one)) for one in products))
    return _silent(concerned, moment, int(visit.order[0]))


def _detect(entities: tuple[tuple[str, str], ...], begin: int, deadline: int, end: int) -> Judged:
    return lambda _: Truth("detect", entities, begin, deadline, end)


def _silent(entities: tuple[tuple[str, str], ...], begin: int, end: int) -> Judged:
    return lambda _: Truth("silent", entities, begin, end + OUTSIDE, end)


SITUATIONS = (
    Situation("giant add", giant_add, (8, 22), 2 * HOUR),
    Situation("giant add, never sold before", giant_add_unsold, (8, 22), 2 * HOUR),
    Situation("slow drip", slow_drip, (8, 16), 7 * HOUR),
    Situation("many fresh accounts", many_accounts, (9, 21), 2 * HOUR),
    Situation("takes and returns every ten minutes", cycling, (8, 20), 3 * HOUR),
    Situation("collects from dozens of products", collector, (8, 20), 3 * HOUR),
    Situation("known wholesaler", known_wholesaler, (8, 17), 2 * HOUR),
    Situation("new wholesaler", new_wholesaler, (8, 17), 2 * HOUR),
    Situation("launch that sells out", launch, (9, 18), 6 * HOUR),
    Situation("last piece", last_piece, (8, 21), 2 * HOUR),
)
