"""The way of a row through a decision tree, for explanations where scikit-learn is not installed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAF = -1  # child index of a leaf


def contributions(structure: Mapping[str, Sequence[Any]], row: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n_features,): by how much each feature moved the probability on the row's way down the tree.

    The change of probability at each split is booked on the split's feature (A. Saabas, "Interpreting random
    forests", 2014). The sum and the root's share give the probability of the leaf.

    >>> stump = {"feature": [1, -2, -2], "threshold": [5.0, -2, -2], "left": [1, -1, -1], "right": [2, -1, -1],
    ...          "value": [0.5, 0.0, 1.0]}
    >>> contributions(stump, np.array([0, 9], np.float32)).tolist()
    [0.0, 0.5]
    """
    booked = np.zeros(len(row))
    node = 0
    while structure["left"][node] != LEAF:
        feature = structure["feature"][node]
        side = "left" if row[feature] <= structure["threshold"][node] else "right"
        child = structure[side][node]
        booked[feature] += structure["value"][child] - structure["value"][node]
        node = child
    return booked
