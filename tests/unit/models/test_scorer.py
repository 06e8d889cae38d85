from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from models.bundle import Bundle, Card, Golden
from models.errors import BundleRefused, ModelBroken
from models.scorer import load_scorer


def _bundle(algorithm: str, output: str, threshold: float, golden: Golden, divisor: float) -> Bundle:
    """A model that divides its input by `divisor`."""
    graph = helper.make_graph(
        [helper.make_node("Div", ["x", "divisor"], [output])],
        "division",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor("divisor", TensorProto.FLOAT, [1], [divisor])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model)
    card = Card(
        name="test",
        algorithm=algorithm,
        version="1",
        sha256="",
        extras_sha256="",
        golden_sha256="",
        features=("a", "b"),
        features_hash="",
        threshold=threshold,
        training_span=(0, 1),
        seed=0,
        parity=0.0,
        metrics={},
        created=datetime(2026, 3, 25, tzinfo=UTC).isoformat(),
    )
    return Bundle(Path("test/1"), card, model.SerializeToString(), {}, golden)


@pytest.mark.parametrize(
    ("algorithm", "output"), [("decision_tree", "probabilities"), ("one_class_svm", "anomaly")], ids=str
)
def test_the_threshold_is_one_on_the_scale(algorithm: str, output: str) -> None:
    scorer = load_scorer(_bundle(algorithm, output, 0.25, Golden([[0, 0.5]], [2.0]), 1.0))

    scores = scorer.score(np.array([[9, 0.25], [9, 0.5], [9, -1]], np.float32))

    assert scores.tolist() == [1.0, 2.0, 0.0]


def test_a_forecaster_scores_the_evidence_in_the_first_column() -> None:
    scorer = load_scorer(_bundle("lstm", "forecast", 11.0, Golden([[2, 4]], [[1.0, 2.0]]), 2.0))

    scores = scorer.score(np.array([[22, 0], [0, 5]], np.float32))

    assert scores.tolist() == [2.0, 0.0]


def test_forecast_quantiles_rise() -> None:
    scorer = load_scorer(_bundle("lstm", "forecast", 1.0, Golden([[2, 4]], [[1.0, 2.0]]), 2.0))

    assert scorer.forecast(np.array([[6, 2]], np.float32)).tolist() == [[1.0, 3.0]]


def test_scores_that_are_no_numbers_are_an_error() -> None:
    scorer = load_scorer(_bundle("one_class_svm", "anomaly", 1.0, Golden([[0, 1]], [1.0]), 1.0))

    with pytest.raises(ModelBroken, match="roll back"):
        scorer.score(np.array([[0, np.nan]], np.float32))


def test_a_model_that_answers_no_numbers_never_serves() -> None:
    with pytest.raises(BundleRefused, match="no numbers"):
        load_scorer(_bundle("one_class_svm", "anomaly", 1.0, Golden([[1, 1]], [1.0]), 0.0))


def test_a_model_without_the_algorithms_output_is_refused() -> None:
    with pytest.raises(BundleRefused, match="no output 'anomaly'"):
        load_scorer(_bundle("one_class_svm", "something", 1.0, Golden([[1, 1]], [1.0]), 1.0))


def test_a_model_of_another_width_is_refused() -> None:
    with pytest.raises(BundleRefused, match="does not take its golden vectors"):
        load_scorer(_bundle("one_class_svm", "anomaly", 1.0, Golden([[1, 1, 1]], [1.0]), 1.0))
