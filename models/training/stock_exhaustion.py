"""Training of `stock_exhaustion`: a tree over situations and innocent twins staged in the log's own ordinary life."""

from collections.abc import Callable
from typing import Any, cast

from models.scenarios import stock_exhaustion
from models.scenarios.stock_features import Moment
from models.scenarios.stock_memory import StockMemory
from models.spec import Memory
from models.training.log import RecordedLog
from models.training.situations_fit import Recipe, fit_recipe
from models.training.situations_labels import UNCLEAR, Subject
from models.training.situations_script import HOUR, Situation
from models.training.situations_stock import stage_blind, stage_sighted
from models.training.trained import Trained

DRIP_SHARE = 0.45  # of the stock in one user's hands by drops: from here on it must be seen
CROWD_SHARE = 0.5
HOARD_PRODUCTS = 12


def fit(log: RecordedLog, seed: int, progress: Callable[[str], None]) -> Trained:
    """Learn from a log of 7 days or more; the log needs no stock levels."""
    recipe = Recipe(stock_exhaustion, (stage_sighted, stage_blind), subject, verdict, learnt, 26 * HOUR)
    return fit_recipe(recipe, log, seed, progress)


def subject(moment: Moment) -> Subject:
    """What a row is about."""
    return Subject(-1 if moment.is_user else moment.entity, moment.user, moment.time)


def verdict(situation: Situation, moment: Moment) -> int:
    """What a detector should say at a row of the situation: before most of it happened nobody can tell."""
    if not situation.is_anomaly:
        return 0
    if situation.name == "many_accounts":
        return _from(moment.all_pieces >= CROWD_SHARE * situation.size)
    if moment.user != situation.user:
        return UNCLEAR
    if situation.name == "hoarder":
        return _from(moment.products >= HOARD_PRODUCTS) if moment.is_user else 0  # the user, not each product
    if situation.name == "slow_drip":
        return _from(moment.pieces >= DRIP_SHARE * situation.size)
    return _from(max(moment.pieces, moment.asked) >= 0.9 * situation.size)


def _from(is_plain: bool) -> int:
    return 1 if is_plain else UNCLEAR


def learnt(memory: Memory) -> dict[str, Any]:
    """The sizes of order lines, so that a fresh memory knows what is large."""
    return {"line_sizes": cast(StockMemory, memory).book.sizes.counts}
