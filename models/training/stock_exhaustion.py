"""Training of `stock_exhaustion`: a tree over situations and innocent twins staged in the log's own ordinary life."""

from collections.abc import Callable
from typing import Any

from models.columns import Columns
from models.scenarios import stock_exhaustion
from models.scenarios.line_sizes import LineSizes
from models.scenarios.stock_features import Moment
from models.scenarios.stock_memory import Context
from models.spec import Scoring
from models.training.log import RecordedLog
from models.training.situations_fit import Recipe, evaluate_recipe, fit_recipe
from models.training.situations_labels import UNCLEAR, Subject
from models.training.situations_script import DAY, MINUTE, Situation
from models.training.situations_stock import stage_blind, stage_sighted
from models.training.trained import Trained

DRIP_SHARE = 0.45  # of the stock in one user's hands by drops: from here on it must be seen
CROWD_SHARE = 0.5
GIANT_SHARE = 0.8
ORDINARY_SIZE = 0.2  # of the far quantile of order lines: fewer pieces are no giant add, however small the stock
FAMILIAR = 1.5  # times the user's largest order line
CYCLED = 1.8  # times the pieces taken at once: the second round at the latest
PATIENCE_MS = 40 * MINUTE  # an ordinary customer has ordered or left by then
HOARD_PRODUCTS = 22
HOARDED_SHARE = 0.36


def fit(log: RecordedLog, seed: int, progress: Callable[[str], None]) -> Trained:
    """Learn from a log of 7 days or more; the log needs no stock levels."""
    return fit_recipe(_recipe(), log, seed, progress)


def evaluate(model: Scoring, extras: dict[str, Any], log: RecordedLog, seed: int) -> dict[str, Any]:
    """The figures of a model on situations staged in the newest days of a log."""
    return evaluate_recipe(_recipe(), model, log, seed)


def _recipe() -> Recipe:
    return Recipe(stock_exhaustion, (stage_sighted, stage_blind), subject, verdict, learnt, 5 * DAY, fewest_in_leaf=15)


def subject(context: Context) -> Subject:
    """What a row is about."""
    moment = context.moment
    return Subject(-1 if moment.is_user else moment.entity, moment.user, moment.time)


def verdict(situation: Situation, context: Context) -> int:
    """What a detector should say at a row of the situation: before most of it happened nobody can tell."""
    moment = context.moment
    if not situation.is_anomaly:
        return 0
    if situation.name == "many_accounts":
        return _from(moment.all_pieces >= CROWD_SHARE * situation.size)
    if moment.user != situation.user:
        return UNCLEAR
    if situation.name == "hoarder":
        is_new = moment.products > FAMILIAR * moment.products_record
        return _from(is_new and moment.products >= HOARD_PRODUCTS) if moment.is_user else _of_hoarded(moment)
    if situation.name == "slow_drip":
        is_new = moment.pieces > FAMILIAR * moment.user_record
        return _from(
            is_new and moment.pieces >= DRIP_SHARE * situation.size and moment.time - moment.since >= PATIENCE_MS
        )
    return _from(_is_plain(situation, moment))


def _of_hoarded(moment: Moment) -> int:
    """It is the user who is to be told of, not each product; unless so much is held that both are right."""
    return 0 if max(moment.pieces, moment.asked) <= HOARDED_SHARE * max(moment.stock, moment.full / 3) else UNCLEAR


def _is_plain(situation: Situation, moment: Moment) -> bool:
    """Whether anybody could tell what one user is up to who takes a lot at once."""
    reach = max(moment.pieces, moment.asked)
    if reach <= FAMILIAR * moment.user_record:
        return False  # who orders so much may well order this
    is_there, is_large = reach >= 0.9 * situation.size, reach >= ORDINARY_SIZE * moment.far
    if situation.name == "held_back":
        return is_there and is_large and moment.time - moment.since >= PATIENCE_MS
    if situation.name == "cycles" and moment.cycled >= CYCLED * situation.size:
        return is_there
    return is_there and is_large and reach >= GIANT_SHARE * moment.stock


def _from(is_plain: bool) -> int:
    return 1 if is_plain else UNCLEAR


def learnt(columns: Columns) -> dict[str, Any]:
    """The sizes of cart lines, so that a fresh memory knows what is large."""
    sizes = LineSizes()
    for pieces in columns.of("ProductAddedToCart").quantity.tolist():
        sizes.add(pieces)
    return {"line_sizes": sizes.counts}
