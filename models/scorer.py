"""A bundle at work: the ONNX session, and its answers on the one scale, where 1.0 is the boundary and 0 ordinary."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from models.bundle import Bundle
from models.errors import BundleRefused, ModelBroken

GOLDEN_TOLERANCE = 1e-3  # golden vectors are written with six digits; the scale's unit is 1
OUTPUTS = {"decision_tree": "probabilities", "one_class_svm": "anomaly", "lstm": "forecast"}

ORT_ERRORS = (  # what the runtime raises for a model or an input it cannot use; there is no common root but Exception
    ort_state.Fail,
    ort_state.InvalidArgument,
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.NotImplemented,
    ort_state.RuntimeException,
    ValueError,
)

Float32s = NDArray[np.float32]
Float64s = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scorer:
    """One loaded model. Scoring changes nothing in it."""

    name: str
    algorithm: str
    threshold: float
    session: ort.InferenceSession

    def score(self, values: Float32s) -> Float64s:
        """(n,) of rows (n, n_features): probability, anomaly or, of a forecaster, the evidence in the first column,
        each by the threshold. ModelBroken when a score is no number.
        """
        raw = values[:, 0] if self.algorithm == "lstm" else self._run(values)[:, -1]
        return np.maximum(_finite(self.name, raw.astype(np.float64)) / self.threshold, 0.0)

    def forecast(self, history: Float32s) -> Float32s:
        """(n, horizon, n_quantiles), rising over the quantiles, of histories (n, steps, channels)."""
        return np.sort(_finite(self.name, self._run(history)), axis=-1)

    def _run(self, values: Float32s) -> NDArray[Any]:
        feed = {self.session.get_inputs()[0].name: np.ascontiguousarray(values, np.float32)}
        answer: NDArray[Any] = self.session.run([OUTPUTS[self.algorithm]], feed)[0]
        return answer


def _finite(name: str, answer: NDArray[Any]) -> NDArray[Any]:
    if not np.isfinite(answer).all():
        raise ModelBroken(f"model {name} gave scores that are no numbers; roll back to the version before")
    return answer


def load_scorer(bundle: Bundle) -> Scorer:
    """The bundle's model, once it answers its golden vectors; BundleRefused when it does not."""
    card = bundle.card
    scorer = Scorer(card.name, card.algorithm, card.threshold, _session(bundle))
    try:
        check_golden(scorer, bundle)
    except ModelBroken as error:
        raise BundleRefused(bundle.path, "it answers its golden vectors with no numbers") from error
    return scorer


def check_golden(scorer: Scorer, bundle: Bundle) -> None:
    """BundleRefused when the model answers the golden inputs otherwise than when it was trained."""
    inputs = np.asarray(bundle.golden.inputs, np.float32)
    wanted = np.asarray(bundle.golden.scores, np.float64)
    answer = _answer(scorer, bundle, inputs)
    if answer.shape != wanted.shape or not np.allclose(answer, wanted, rtol=GOLDEN_TOLERANCE, atol=GOLDEN_TOLERANCE):
        raise BundleRefused(bundle.path, "it does not answer its golden vectors as it did when it was trained")


def _answer(scorer: Scorer, bundle: Bundle, inputs: Float32s) -> NDArray[Any]:
    try:
        return scorer.forecast(inputs) if scorer.algorithm == "lstm" else scorer.score(inputs)
    except ORT_ERRORS as error:
        raise BundleRefused(bundle.path, "its model does not take its golden vectors") from error


def _session(bundle: Bundle) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # one row takes microseconds: threads only cost
    options.inter_op_num_threads = 1
    try:
        session = ort.InferenceSession(bundle.onnx, options, providers=["CPUExecutionProvider"])
    except ORT_ERRORS as error:
        raise BundleRefused(bundle.path, f"model.onnx is no model: {type(error).__name__}") from error
    if OUTPUTS[bundle.card.algorithm] not in [output.name for output in session.get_outputs()]:
        raise BundleRefused(bundle.path, f"model.onnx has no output {OUTPUTS[bundle.card.algorithm]!r}")
    return session
