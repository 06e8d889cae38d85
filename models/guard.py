"""A model under guard: when it breaks, another one answers in the same call, so that no row is lost."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelBroken
from models.scenarios.daily_forecast import HORIZON, QUANTILES
from models.scorer import ORT_ERRORS
from models.spec import Scoring

BROKEN = (ModelBroken, *ORT_ERRORS)


@dataclass(slots=True)
class Guarded:
    """Answers for `model` until it fails once, and for `substitute` from then on; 0, ordinary, where there is none."""

    model: Scoring
    substitute: Scoring | None = None
    failure: str = ""  # why the model is not asked any more

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) on the one scale; never raises for what a model answers."""
        if not self.failure:
            try:
                return finite(self.model.score(values))
            except BROKEN as error:
                self.failure = str(error)
        return np.zeros(len(values)) if self.substitute is None else finite_or_zero(self.substitute, values)


class GuardedForecaster(Guarded):
    """The same of a model that forecasts as well."""

    __slots__ = ()

    def forecast(self, history: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, horizon, n_quantiles); the ordinary week where neither model has a forecast."""
        if not self.failure:
            try:
                return finite(forecaster(self.model).forecast(history))
            except BROKEN as error:
                self.failure = str(error)
        if hasattr(self.substitute, "forecast"):
            return np.nan_to_num(forecaster(self.substitute).forecast(history))
        return np.zeros((len(history), HORIZON, len(QUANTILES)))


def guarded(model: Scoring, substitute: Scoring | None) -> Guarded:
    """The model under guard; it forecasts if the model does."""
    return (GuardedForecaster if hasattr(model, "forecast") else Guarded)(model, substitute)


def finite(answer: NDArray[Any]) -> NDArray[Any]:
    """The answer; ModelBroken when it holds no numbers."""
    if not np.isfinite(answer).all():
        raise ModelBroken("its scores are no numbers")
    return answer


def finite_or_zero(model: Scoring, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """The scores (n,) of a model that stands in; ordinary where that one fails too."""
    try:
        return finite(model.score(values))
    except BROKEN:
        return np.zeros(len(values))


def forecaster(model: object) -> Any:
    """The model, known to forecast."""
    return model
