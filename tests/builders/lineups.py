"""Builds the models of a scenario as the worker holds them, and models that behave in a wanted way."""

import numpy as np
from numpy.typing import NDArray

from models.spec import Scoring
from models.verdict import ModelIdentity
from stream_app.lineup import Lineup, Probation
from stream_app.loading import LoadedModel
from tests.builders.sample_scenario import HundredPieces


class Limit:
    """A model: so many pieces are the boundary."""

    def __init__(self, pieces: float) -> None:
        self.pieces = pieces

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        return values[:, 0].astype(np.float64) / self.pieces


class NoNumbers:
    """A model that answers with no numbers."""

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.full(len(values), np.nan)


def loaded(model: Scoring, version: str, stem: str = "stock_exhaustion") -> LoadedModel:
    """The model as it was read from a registry."""
    return LoadedModel(model, ModelIdentity(stem, version, "", "serving"))


def rule(reason: str) -> LoadedModel:
    """What serves when no model can: 1,000 pieces."""
    return LoadedModel(Limit(1_000), ModelIdentity("rule", "1", "", "fallback"), refusal=reason)


def lineup(model: Scoring | None = None, probation: Probation = Probation()) -> Lineup:
    """A lineup served by version 1."""
    return Lineup("stock_exhaustion", loaded(model or HundredPieces(), "1"), rule, probation)
