"""Does an exported model answer as the original does?"""

from functools import cache
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.errors import ExportMismatch

TOLERANCE = 1e-4
GOLDEN_ROWS = 32


def run_onnx(onnx: bytes, output: str, inputs: NDArray[np.float32]) -> NDArray[Any]:
    """The named output of the exported model for all rows of its only input."""
    session = _session(onnx)
    answer: NDArray[Any] = session.run([output], {session.get_inputs()[0].name: inputs})[0]
    return answer


@cache
def _session(onnx: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])


def largest_error(original: NDArray[Any], exported: NDArray[Any]) -> float:
    """Largest difference, relative to the size of the answer where that is above 1; ExportMismatch over 1e-4."""
    original = np.asarray(original, np.float64)
    if original.shape != exported.shape:
        raise ExportMismatch(f"the exported model answers in shape {exported.shape}, the original in {original.shape}")
    error = float(np.max(np.abs(original - exported) / np.maximum(1.0, np.abs(original)), initial=0.0))
    if not error <= TOLERANCE:
        raise ExportMismatch(f"the exported model differs from the original by {error:.2g}, allowed is {TOLERANCE:g}")
    return error


def golden_rows(inputs: NDArray[np.float32], seed: int, rows: int = GOLDEN_ROWS) -> NDArray[np.float32]:
    """A few training rows that a bundle carries to prove itself, (k, ...)."""
    chosen = np.random.default_rng(seed).permutation(len(inputs))[:rows]
    return inputs[np.sort(chosen)]
