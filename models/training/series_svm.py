"""A One-Class SVM that is refitted as a series goes on, scored through one ONNX graph that takes the fit as an input.

The answer is that of `algorithms.one_class_svm`: rows scaled by `arcsinh((x - median) / s)`, `1 - f(x) / m` with f the
kernel sum and m its median over the training rows, plus half the logarithm of 1 + the distance outside everything seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper
from sklearn.svm import OneClassSVM

from models.series.likelihood import stretches
from models.training.algorithms.one_class_svm import IR_VERSION, OPSET, Scaling
from models.training.algorithms.parity import largest_error

RANGE_WEIGHT = 0.5
FARTHEST = 1e30  # deviations; what is farther is as far
TYPICAL_ROWS = 500  # of each fit whose median kernel sum is the unit of the score
CHECKED_ROWS = 8  # of each fit that the graph must answer as the original does

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SvmPlan:
    """When to refit, on what, and how."""

    first: int = 100  # rows before the first fit
    every: int = 100  # rows between two fits
    history: int = 8_000  # rows before a fit that it knows
    least_history: int = 400  # rows that it knows at least, however lately the series has changed
    sample: int = 1_000  # rows of them that it is fitted to
    nu: float = 0.02
    gamma: float = 0.7  # in units of 1 / n_features


class Fit(NamedTuple):
    """What the graph takes beside the rows."""

    median: Float32s  # (d,)
    s: Float32s  # (d,)
    vectors: Float32s  # (k, d) scaled
    weights: Float32s  # (k, 1), by the typical kernel sum
    gamma: Float32s  # (1,)


def svm_scores(rows: Floats, plan: SvmPlan, since: NDArray[np.int64] | None = None) -> Floats:
    """(n,) of feature rows (n, d); 0 before the first fit. Raises ExportMismatch.

    `since` (n,): for every row the first row that is like it; a fit forgets what came before that.
    """
    x = (rows - rows[0]).astype(np.float32)  # of large numbers the differences must not be lost
    high, low = np.maximum.accumulate(x), np.minimum.accumulate(x)
    scores = np.zeros(len(x))
    for here, fit in _fits(x, plan, np.zeros(len(x), np.int64) if since is None else since):
        before = slice(here.start - 1, here.stop - 1)
        scores[here] = _answer(fit, x[here], low[before], high[before])
    return scores


def _fits(x: Float32s, plan: SvmPlan, since: NDArray[np.int64]) -> Iterator[tuple[slice, Fit]]:
    """Every stretch of rows with the model fitted to the rows before it."""
    for here in stretches(len(x), plan.first, plan.every):
        forgotten = min(int(since[here.start - 1]), here.start - plan.least_history)
        past = x[max(0, here.start - plan.history, forgotten) : here.start]
        yield here, _fit(past, plan, here.start)


def _fit(past: Float32s, plan: SvmPlan, seed: int) -> Fit:
    scaling = Scaling.of(past)
    chosen = np.random.default_rng(seed).permutation(len(past))[: plan.sample]
    z = scaling.scaled(past[chosen])
    svm = OneClassSVM(nu=plan.nu, gamma=plan.gamma / x_width(z)).fit(z)
    sums = svm.score_samples(z[:TYPICAL_ROWS])
    typical = max(float(np.median(sums)), np.finfo(np.float32).tiny)
    weights = (svm.dual_coef_.T / typical).astype(np.float32)
    fit = Fit(scaling.median, scaling.s, svm.support_vectors_.astype(np.float32), weights, _single(svm.gamma))
    checked = past[chosen[:CHECKED_ROWS]]
    largest_error(1 - sums[:CHECKED_ROWS] / typical, _answer(fit, checked, checked, checked))
    return fit


def x_width(z: Float32s) -> int:
    """Features of a row."""
    return int(z.shape[1])


def _single(value: float) -> Float32s:
    return np.array([value], np.float32)


def _answer(fit: Fit, x: Float32s, low: Float32s, high: Float32s) -> Floats:
    """(n,) by the graph; `low` and `high` (n, d) are the range of everything before each row."""
    feed = {"rows": x, "low": low, "high": high, **fit._asdict()}
    answer: Floats = _session(x_width(x)).run(["anomaly"], feed)[0][:, 0].astype(np.float64)
    return answer


@cache
def _session(width: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(graph(width).SerializeToString(), options, providers=["CPUExecutionProvider"])


def graph(width: int) -> ModelProto:
    """`rows`, `low`, `high` (n, width) and a `Fit` to `anomaly` (n, 1); checked."""
    names: dict[str, list[str | int]] = {"rows": ["n", width], "low": ["n", width], "high": ["n", width]}
    names |= {"median": [width], "s": [width], "vectors": ["k", width], "weights": ["k", 1], "gamma": [1]}
    constants = {"one": _single(1.0), "two": _single(2.0), "half": _single(RANGE_WEIGHT), "axis": np.array([1])}
    constants |= {"least": np.array(-FARTHEST, np.float32), "largest": np.array(FARTHEST, np.float32)}
    written = helper.make_graph(
        [helper.make_node(kind, inputs, [output]) for kind, inputs, output in (*_kernel(), *_range())],
        "refitted_one_class_svm",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in names.items()],
        [helper.make_tensor_value_info("anomaly", TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(written, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    checker.check_model(model, full_check=True)
    return model


def _kernel() -> Iterator[tuple[str, list[str], str]]:
    """The weighted sum of `exp(-gamma |z - v|²)`, the square taken apart so that it is one product of matrices."""
    yield from _scaled("rows", "z")
    yield from [
        ("ReduceSumSquare", ["z", "axis"], "own"),
        ("ReduceSumSquare", ["vectors", "axis"], "theirs"),
        ("Transpose", ["theirs"], "theirs_across"),
        ("Transpose", ["vectors"], "vectors_across"),
        ("MatMul", ["z", "vectors_across"], "product"),
        ("Mul", ["product", "two"], "twice"),
        ("Add", ["own", "theirs_across"], "squares"),
        ("Sub", ["squares", "twice"], "distance"),
        ("Mul", ["distance", "gamma"], "narrowed"),
        ("Neg", ["narrowed"], "exponent"),
        ("Exp", ["exponent"], "kernel"),
        ("MatMul", ["kernel", "weights"], "share"),
        ("Sub", ["one", "share"], "bounded"),
    ]


def _range() -> Iterator[tuple[str, list[str], str]]:
    """Half the logarithm of 1 + the distance outside the box of everything before; added to the bounded score."""
    yield from _scaled("low", "lowest")
    yield from _scaled("high", "highest")
    yield from [
        ("Sub", ["z", "highest"], "over"),
        ("Relu", ["over"], "above"),
        ("Sub", ["lowest", "z"], "under"),
        ("Relu", ["under"], "below"),
        ("Add", ["above", "below"], "beyond"),
        ("ReduceL2", ["beyond", "axis"], "outside"),
        ("Add", ["outside", "one"], "grown"),
        ("Log", ["grown"], "reach"),
        ("Mul", ["reach", "half"], "range"),
        ("Add", ["bounded", "range"], "anomaly"),
    ]


def _scaled(name: str, result: str) -> list[tuple[str, list[str], str]]:
    return [
        ("Sub", [name, "median"], f"{name}_centred"),
        ("Div", [f"{name}_centred", "s"], f"{name}_steps"),
        ("Clip", [f"{name}_steps", "least", "largest"], f"{name}_finite"),
        ("Asinh", [f"{name}_finite"], result),
    ]
