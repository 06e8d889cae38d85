"""A decision tree over labelled rows: score = probability of the anomalous class / threshold."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skl2onnx import to_onnx
from sklearn.tree import DecisionTreeClassifier

from models.errors import ExportMismatch
from models.training.algorithms.parity import golden_rows, largest_error, run_onnx

OPSET = 21


@dataclass(frozen=True, slots=True)
class FittedTree:
    """A tree, exported and checked."""

    onnx: bytes
    structure: dict[str, list[Any]]  # for explanations without scikit-learn, see `models.tree_path`
    threshold: float
    golden_inputs: NDArray[np.float32]  # (k, n_features)
    golden_scores: NDArray[np.float64]  # (k,) on the one scale
    parity: float

    def score(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) on the one scale, by the exported model."""
        return probability(self.onnx, x) / self.threshold


def fit_tree(
    x: NDArray[np.float32],
    y: NDArray[np.int64],
    weights: NDArray[np.float64] | None = None,
    *,
    max_depth: int = 8,
    min_samples_leaf: int = 20,
    threshold: float = 0.5,
    monotonic: NDArray[np.int8] | None = None,
    seed: int = 0,
) -> FittedTree:
    """Fit to rows (n, n_features) with labels 0 (ordinary) and 1 (anomalous).

    `monotonic` (n_features,): 1 where a larger value can only raise the probability, -1 lower it, 0 free.
    Raises ExportMismatch when the exported tree does not answer as the original does.
    """
    tree = DecisionTreeClassifier(
        max_depth=max_depth, min_samples_leaf=min_samples_leaf, monotonic_cst=monotonic, random_state=seed
    )
    tree.fit(x, y, sample_weight=weights)
    onnx = to_onnx(tree, x[:1], target_opset=OPSET, options={id(tree): {"zipmap": False}}).SerializeToString()
    parity = _check(tree, onnx, x)
    golden = golden_rows(x, seed)
    return FittedTree(onnx, _structure(tree), threshold, golden, probability(onnx, golden) / threshold, parity)


def probability(onnx: bytes, x: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,) probability of the anomalous class, by the exported model."""
    answer: NDArray[np.float64] = run_onnx(onnx, "probabilities", x)[:, 1].astype(np.float64)
    return answer


def _check(tree: DecisionTreeClassifier, onnx: bytes, x: NDArray[np.float32]) -> float:
    if not np.array_equal(tree.predict(x), run_onnx(onnx, "label", x)):
        raise ExportMismatch("the exported tree gives other labels than the original")
    return largest_error(tree.predict_proba(x), run_onnx(onnx, "probabilities", x))


def _structure(tree: DecisionTreeClassifier) -> dict[str, list[Any]]:
    """The nodes as plain lists; a leaf has the feature -2."""
    nodes = tree.tree_
    return {
        "feature": nodes.feature.tolist(),
        "threshold": nodes.threshold.tolist(),
        "left": nodes.children_left.tolist(),
        "right": nodes.children_right.tolist(),
        "value": [round(float(node[0, 1] / node[0].sum()), 6) for node in nodes.value],
    }
