"""Builders of small trained models."""

from typing import Any

import numpy as np

from models.scenarios.discovery import scenarios
from models.training.algorithms.one_class_svm import fit_svm
from models.training.trained import Trained


def ordinary_rows(count: int, width: int, seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Rows (count, width) of independent normal features."""
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


def trained_svm(seed: int) -> Trained:
    """A One-Class SVM with the features of `usage_intensity`, fitted to noise."""
    features = scenarios()["usage_intensity"].SPEC.features
    fitted = fit_svm(ordinary_rows(300, len(features), seed), ordinary_rows(300, len(features), seed + 1), seed=seed)
    return Trained(
        stem="usage_intensity",
        onnx=fitted.onnx,
        extras={"note": "nothing learnt"},
        features=features,
        threshold=fitted.threshold,
        metrics={"recall": 1.0},
        golden_inputs=fitted.golden_inputs,
        golden_scores=fitted.golden_scores,
        parity=fitted.parity,
        training_span=(0, 86_400_000),
        seed=seed,
    )
