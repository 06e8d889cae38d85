import numpy as np
import pytest

from models.errors import ExportMismatch
from models.training.algorithms.decision_tree import fit_tree
from models.training.algorithms.lstm import Shape, fit_lstm
from models.training.algorithms.one_class_svm import fit_svm
from models.training.algorithms.parity import largest_error
from models.tree_path import contributions
from tests.builders.trained import ordinary_rows


def test_the_exported_tree_finds_what_it_learnt_and_explains_it() -> None:
    x = ordinary_rows(2_000, 4, seed=1)
    y = (x[:, 2] > 1).astype(np.int64)

    tree = fit_tree(x, y, monotonic=np.array([0, 0, 1, 0], np.int8))
    row = np.array([0, 0, 3, 0], np.float32)

    assert tree.parity < 1e-6
    assert tree.score(row[None])[0] == pytest.approx(2.0)
    assert tree.score(-row[None])[0] == 0.0
    assert contributions(tree.structure, row).argmax() == 2


def test_the_exported_svm_puts_its_boundary_beyond_ordinary_rows() -> None:
    svm = fit_svm(ordinary_rows(1_500, 5, seed=1), ordinary_rows(2_000, 5, seed=2), quantile=0.999)

    fresh = svm.score(ordinary_rows(2_000, 5, seed=3))

    assert svm.parity < 1e-5
    assert (fresh >= 1).mean() < 0.005
    assert svm.score(np.full((1, 5), 8, np.float32))[0] > 1.5


def test_stranger_rows_score_higher_however_far_away() -> None:
    svm = fit_svm(ordinary_rows(500, 3, seed=1), ordinary_rows(500, 3, seed=2))

    scores = svm.score(np.array([[4, 4, 4], [40, 40, 40], [4000, 4000, 4000]], np.float32))

    assert scores[0] < scores[1] < scores[2]


def test_a_feature_that_never_varied_does_not_break_the_svm() -> None:
    rows = ordinary_rows(500, 3, seed=1)
    rows[:, 1] = 7

    svm = fit_svm(rows, rows)

    assert np.isfinite(svm.score(rows)).all()
    assert svm.score(np.array([[0, 70, 0]], np.float32))[0] > 1


def test_the_exported_lstm_learns_a_daily_curve_with_its_band() -> None:
    phase = np.arange(40 * 12) / 12 * 2 * np.pi
    value = np.sin(phase) + np.random.default_rng(0).normal(0, 0.1, len(phase))
    series = np.stack([value, np.sin(phase), np.cos(phase)], axis=1).astype(np.float32)
    starts = range(len(series) - 36)
    histories = np.stack([series[at : at + 24] for at in starts])
    targets = np.stack([series[at + 24 : at + 36, 0] for at in starts])

    lstm = fit_lstm(histories, targets, Shape(24, 3, 12, (0.05, 0.5, 0.95)), hidden=8, batches=150, seed=1)
    forecast = lstm.forecast(histories)

    assert lstm.parity < 1e-5
    assert lstm.losses[-1] < 0.8 * lstm.losses[0]
    inside = (targets > forecast[:, :, 0]) & (targets < forecast[:, :, 2])
    assert 0.8 < inside.mean() < 0.97


def test_an_export_that_answers_otherwise_is_refused() -> None:
    with pytest.raises(ExportMismatch, match="differs from the original"):
        largest_error(np.array([1.0, 2.0]), np.array([1.0, 2.1]))
