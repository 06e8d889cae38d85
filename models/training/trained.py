"""What training a scenario gives: everything its bundle will hold."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted, exported and checked model.

    Golden vectors of a tree or an SVM: inputs (k, n_features), scores (k,) on the one scale. Of an LSTM: inputs
    (k, steps, channels), scores (k, horizon, n_quantiles), the forecasts.
    """

    stem: str
    onnx: bytes
    extras: dict[str, Any]  # JSON-able: profile, warm-start history, thresholds; handed to `new_memory`
    features: tuple[str, ...]
    threshold: float  # the raw output that is 1.0 on the one scale
    metrics: dict[str, Any]  # JSON-able figures of the evaluation
    golden_inputs: NDArray[np.float32]
    golden_scores: NDArray[np.float64]
    parity: float  # largest error of the exported model against the original
    training_span: tuple[int, int]  # event time of the rows learnt from, ms since the epoch
    seed: int
