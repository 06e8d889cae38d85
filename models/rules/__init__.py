"""What serves while no model does: one simple rule a scenario, on the features a model would see.

A rule knows what anybody would call strange, and nothing of the shop it watches. It misses what needs judgement.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models.spec import Spec
from models.verdict import ModelIdentity

IDENTITY = ModelIdentity("rule", "1", "", "fallback")
Floats = NDArray[np.float64]
Strangeness = Callable[[Mapping[str, Floats]], Floats]  # features (n,) by name to scores (n,) on the one scale


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in a model's place."""

    features: tuple[str, ...]
    strangeness: Strangeness

    def score(self, values: NDArray[np.float32]) -> Floats:
        """(n,) on the one scale."""
        columns = values.astype(np.float64).T
        return np.maximum(self.strangeness(dict(zip(self.features, columns, strict=True))), 0.0)


def rule_of(spec: Spec) -> Rule | None:
    """The rule of a scenario; None where there is none, or none for these features."""
    name = f"{__name__}.{spec.stem}"
    if importlib.util.find_spec(name) is None:
        return None
    module = importlib.import_module(name)
    if not set(module.FEATURES) <= set(spec.features):
        return None
    return Rule(spec.features, cast(Strangeness, module.strangeness))
