"""Situations staged in a recorded log: they show, innocent twins are labelled so, and a tree learns the difference."""

import numpy as np
import pytest

from models.columns import Columns
from models.recording import Recording
from models.scenarios import price_exploit as price_scenario
from models.scenarios import stock_exhaustion as stock_scenario
from models.training import price_exploit, stock_exhaustion
from models.training.log import RecordedLog, of_blocks
from models.training.situations_fit import Staging
from models.training.situations_labels import Labelled, labelled
from models.training.situations_price import stage_told, stage_untold, stage_varied
from models.training.situations_rehearsal import rehearse
from models.training.situations_script import HOUR, in_order
from models.training.situations_stock import stage_blind, stage_sighted
from tests.builders.logs import shop_lines, write

AFTERMATH = 5 * 24 * HOUR


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> RecordedLog:
    """Two and a half days of the simulated shop: too short to train for service, enough to stage everything once."""
    path = write(tmp_path_factory.mktemp("log") / "log.jsonl", shop_lines(2.5, 3, 0.0, 0.0, 0.0))
    return of_blocks(list(Recording([path]).blocks()))


@pytest.fixture(scope="module")
def columns(log: RecordedLog) -> Columns:
    return in_order([log.columns])


def test_staging_leaves_the_log_alone_and_in_order(columns: Columns) -> None:
    before = columns.price.copy()

    staged, _ = stage_told(columns, np.random.default_rng(1), 0)

    assert np.array_equal(columns.price, before, equal_nan=True)
    assert (np.diff(staged.time) >= 0).all()
    assert len(staged) > len(columns)


def test_the_same_seed_stages_the_same(columns: Columns) -> None:
    one, _ = stage_sighted(columns, np.random.default_rng(1), 0)
    other, _ = stage_sighted(columns, np.random.default_rng(1), 0)

    assert np.array_equal(one.time, other.time)
    assert np.array_equal(one.quantity, other.quantity)


def test_nothing_is_staged_before_it_may_begin(columns: Columns) -> None:
    """INVARIANT: what judges a model lies after what it learnt from."""
    border = int(np.quantile(columns.time, 0.6))

    _, situations = stage_blind(columns, np.random.default_rng(1), border)

    assert min(situation.begin for situation in situations) >= border


def _rows(columns: Columns) -> Labelled:
    staged, situations = stage_sighted(columns, np.random.default_rng(5), 0)
    rows = rehearse(stock_scenario, staged)
    return labelled(rows, situations, stock_exhaustion.subject, stock_exhaustion.verdict, AFTERMATH)


def test_every_kind_of_stock_situation_shows_and_no_twin_is_called_abnormal(columns: Columns) -> None:
    rows = _rows(columns)

    shown = {rows.situations[index].name for index in np.unique(rows.situation[rows.label == 1]).tolist()}
    twins = [index for index, situation in enumerate(rows.situations) if not situation.is_anomaly]
    assert shown == {situation.name for situation in rows.situations if situation.is_anomaly}
    assert not (rows.label[np.isin(rows.situation, twins)] == 1).any()


@pytest.mark.parametrize("staging", [stage_told, stage_untold, stage_varied], ids=lambda staging: staging.__name__)
def test_wrong_prices_show_whatever_the_shop_tells(columns: Columns, staging: Staging) -> None:
    staged, situations = staging(columns, np.random.default_rng(5), 0)
    rows = rehearse(price_scenario, staged)

    found = labelled(rows, situations, price_exploit.subject, price_exploit.verdict, 0)

    shown = {found.situations[index].name for index in np.unique(found.situation[found.label == 1]).tolist()}
    assert {"free", "one_cent", "shifted_decimal"} <= shown
    assert "announced_sale" not in shown


def test_a_log_without_stock_levels_is_trained_from_too(log: RecordedLog) -> None:
    told = log.columns.is_any("ProductAddedToWarehouse", "ProductUpdatedInWarehouse")

    trained = stock_exhaustion.fit(log.without(told), 1, lambda _: None)

    figures = trained.metrics["situations"]
    assert trained.features == stock_scenario.SPEC.features
    assert figures["giant_add"]["found"] >= 0.7 * figures["giant_add"]["staged"]
    assert figures["launch"]["reported"] <= 0.3 * figures["launch"]["staged"]


def test_a_trained_price_model_knows_the_situations_it_was_not_shown(log: RecordedLog) -> None:
    trained = price_exploit.fit(log, 1, lambda _: None)

    figures = trained.metrics["situations"]
    for name in ("free", "one_cent", "shifted_decimal", "cart_price"):
        assert figures[name]["found"] >= 0.9 * figures[name]["staged"], name
    assert figures["announced_sale"]["reported"] <= 0.1 * figures["announced_sale"]["staged"]
    assert trained.parity < 1e-4
