"""A One-Class SVM with a bounded score and a range term, as one ONNX graph; raw output / threshold is the score.

Rows are scaled by `arcsinh((x - median) / s)`, s from the median absolute deviation. The raw output is
`1 - f(x) / m`, f the kernel sum before the offset and m its median over the training rows: about 0 for ordinary rows,
1 far from all of them. Added to it is how far a row lies outside everything seen, `log(1 + distance)`: the kernel sum
alone cannot tell strange from stranger. Gains measured on the Numenta Anomaly Benchmark.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, compose, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn.svm import OneClassSVM

from models.training.algorithms.parity import golden_rows, largest_error, run_onnx

OPSET = 21
IR_VERSION = 10
MAX_ROWS = 4_000  # fitting is quadratic in rows; more of them changed nothing measurable
MAD_TO_SIGMA = 1.4826
MARGIN = 1.05  # between the far quantile of ordinary rows and the boundary

Float32s = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FittedSvm:
    """A One-Class SVM, exported, checked and calibrated."""

    onnx: bytes
    threshold: float
    golden_inputs: Float32s  # (k, n_features)
    golden_scores: NDArray[np.float64]  # (k,) on the one scale
    parity: float
    vectors: int

    def score(self, x: Float32s) -> NDArray[np.float64]:
        """(n,) on the one scale, by the exported model."""
        return on_the_scale(self.onnx, x, self.threshold)


@dataclass(frozen=True, slots=True)
class Scaling:
    """`arcsinh((x - median) / s)` and the range of what it gave for the training rows; (n_features,) each."""

    median: Float32s
    s: Float32s
    low: Float32s
    high: Float32s

    @classmethod
    def of(cls, x: Float32s) -> "Scaling":
        """From training rows (n, n_features)."""
        median = np.median(x, axis=0)
        spread = MAD_TO_SIGMA * np.median(np.abs(x - median), axis=0)
        fallback = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)  # of features that are nearly always the same
        s = np.where(spread > 1e-6 * fallback, spread, fallback)
        z = np.arcsinh((x - median) / s)
        return cls(*(np.asarray(part, np.float32) for part in (median, s, z.min(axis=0), z.max(axis=0))))

    def scaled(self, x: Float32s) -> Float32s:
        """(n, n_features) as the support vectors see it."""
        return np.arcsinh((x - self.median) / self.s).astype(np.float32)

    def outside(self, z: Float32s) -> NDArray[np.float64]:
        """(n,) distance of scaled rows from the box of everything seen."""
        beyond = np.maximum(z - self.high, 0) + np.maximum(self.low - z, 0)
        return np.sqrt(np.sum(beyond.astype(np.float64) ** 2, axis=1))


def fit_svm(
    train: Float32s,
    held_out: Float32s,
    *,
    nu: float = 0.02,
    gamma: float = 1.0,
    quantile: float = 0.9995,
    seed: int = 0,
) -> FittedSvm:
    """Fit to ordinary rows (n, n_features), calibrate on held-out ordinary rows: 1.0 lies beyond their far quantile.

    `gamma` is in units of 1 / n_features, 0.4 to 1. Raises ExportMismatch.
    """
    scaling = Scaling.of(train)
    rows = np.random.default_rng(seed).permutation(train)[:MAX_ROWS]
    z = scaling.scaled(rows)
    svm = OneClassSVM(nu=nu, gamma=gamma / train.shape[1]).fit(z)
    typical = float(np.median(svm.score_samples(z)))
    onnx = _graph(svm, scaling, typical).SerializeToString()
    parity = largest_error(_original(svm, scaling, typical, rows), raw_output(onnx, rows))
    threshold = float(np.quantile(raw_output(onnx, held_out), quantile)) * MARGIN
    golden = golden_rows(rows, seed)
    return FittedSvm(onnx, threshold, golden, on_the_scale(onnx, golden, threshold), parity, len(svm.support_))


def on_the_scale(onnx: bytes, x: Float32s, threshold: float) -> NDArray[np.float64]:
    """(n,) as it is served: what is more ordinary than most is 0."""
    return np.maximum(raw_output(onnx, x) / threshold, 0.0)


def raw_output(onnx: bytes, x: Float32s) -> NDArray[np.float64]:
    """(n,) bounded score plus range term, by the exported model."""
    answer: NDArray[np.float64] = run_onnx(onnx, "anomaly", x)[:, 0].astype(np.float64)
    return answer


def _original(svm: OneClassSVM, scaling: Scaling, typical: float, x: Float32s) -> NDArray[np.float64]:
    z = scaling.scaled(x)
    raw: NDArray[np.float64] = 1 - svm.score_samples(z) / typical + np.log1p(scaling.outside(z))
    return raw


def _graph(svm: OneClassSVM, scaling: Scaling, typical: float) -> ModelProto:
    """Scaling, kernel sum, bounded score and range term in one model: (n, n_features) to `anomaly` (n, 1)."""
    width = len(scaling.median)
    kernel = to_onnx(svm, np.zeros((1, width), np.float32), target_opset=OPSET)
    kernel = compose.add_prefix(kernel, "svm_")
    kernel.ir_version = IR_VERSION
    before = _model(_scale_nodes(), ["rows"], ["z", "outside"], width, _scale_constants(scaling), kernel)
    joined = compose.merge_models(before, kernel, [("z", "svm_X")], outputs=["outside", "svm_scores"])
    after = _model(_score_nodes(), ["kernel_sum", "distance"], ["anomaly"], 1, _score_constants(svm, typical), kernel)
    return compose.merge_models(
        joined, after, [("svm_scores", "kernel_sum"), ("outside", "distance")], outputs=["anomaly"]
    )


def _model(
    nodes: list[tuple[str, list[str], str]],
    inputs: list[str],
    outputs: list[str],
    width: int,
    constants: dict[str, NDArray[np.float32]],
    like: ModelProto,
) -> ModelProto:
    graph = helper.make_graph(
        [helper.make_node(kind, names, [output], name=f"{kind}_{output}") for kind, names, output in nodes],
        "_".join(outputs),
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, width]) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None]) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=like.opset_import, ir_version=IR_VERSION)


def _scale_nodes() -> list[tuple[str, list[str], str]]:
    return [
        ("Sub", ["rows", "median"], "centred"),
        ("Div", ["centred", "s"], "steps"),
        ("Asinh", ["steps"], "z"),
        ("Sub", ["z", "high"], "over"),
        ("Relu", ["over"], "above"),
        ("Sub", ["low", "z"], "under"),
        ("Relu", ["under"], "below"),
        ("Add", ["above", "below"], "beyond"),
        ("ReduceL2", ["beyond", "axis"], "outside"),
    ]


def _scale_constants(scaling: Scaling) -> dict[str, NDArray[np.float32]]:
    names = ("median", "s", "low", "high")
    constants: dict[str, NDArray[np.float32]] = {name: getattr(scaling, name) for name in names}
    return constants | {"axis": np.array([1], np.int64)}  # type: ignore[dict-item]


def _score_nodes() -> list[tuple[str, list[str], str]]:
    return [
        ("Add", ["kernel_sum", "offset"], "f"),
        ("Div", ["f", "typical"], "share"),
        ("Sub", ["one", "share"], "bounded"),
        ("Add", ["distance", "one"], "grown"),
        ("Log", ["grown"], "range"),
        ("Add", ["bounded", "range"], "anomaly"),
    ]


def _score_constants(svm: OneClassSVM, typical: float) -> dict[str, NDArray[np.float32]]:
    values = {"offset": float(svm.offset_[0]), "typical": typical, "one": 1.0}
    return {name: np.array([value], np.float32) for name, value in values.items()}
