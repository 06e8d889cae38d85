"""The ONNX graph of the encoder-decoder LSTM, written with `onnx.helper`: nothing but standard operators."""

from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

OPSET = 21
IR_VERSION = 10
Float32s = NDArray[np.float32]
Cell = tuple[Float32s, Float32s, Float32s]  # W (1, 4H, inputs), R (1, 4H, H), B (1, 8H)


class Weights(NamedTuple):
    """Arrays of the graph."""

    encoder: Cell
    decoder: Cell
    output: Float32s  # (H, n_quantiles)
    bias: Float32s  # (n_quantiles,)


def gate_order(weight_ih: Float32s, weight_hh: Float32s, bias: Float32s) -> Cell:
    """Gates stacked input, forget, cell, output (equinox) as ONNX wants them: input, output, forget, cell."""

    def reordered(weight: Float32s) -> Float32s:
        i, f, g, o = np.split(weight, 4)
        return np.concatenate([i, o, f, g])

    b = reordered(bias)
    return reordered(weight_ih)[None], reordered(weight_hh)[None], np.concatenate([b, np.zeros_like(b)])[None]


def graph(weights: Weights, echo: NDArray[np.int64], channels: int, steps: int, baseline: int | None) -> bytes:
    """`history` (n, steps, channels) to `forecast` (n, horizon, n_quantiles); checked.

    `echo` (horizon,) are the steps of the history that the decoder reads, see `lstm.Shape`.
    """
    hidden = weights.encoder[1].shape[2]
    written = helper.make_graph(
        [*_encode(hidden), *_decode(hidden), *_write(baseline is not None)],
        "forecaster",
        [helper.make_tensor_value_info("history", TensorProto.FLOAT, ["n", steps, channels])],
        [helper.make_tensor_value_info("forecast", TensorProto.FLOAT, ["n", len(echo), len(weights.bias)])],
        _constants(weights, echo, baseline),
    )
    model = helper.make_model(written, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    serialized: bytes = model.SerializeToString()
    return serialized


def _encode(hidden: int) -> list[NodeProto]:
    return [
        helper.make_node("Transpose", ["history"], ["history_first"], perm=[1, 0, 2]),
        helper.make_node(
            "LSTM", ["history_first", "encoder_w", "encoder_r", "encoder_b"], ["", "h", "c"], hidden_size=hidden
        ),
    ]


def _decode(hidden: int) -> list[NodeProto]:
    return [
        helper.make_node("Gather", ["history_first", "echo"], ["ahead"], axis=0),  # (horizon, n, channels)
        helper.make_node(
            "LSTM", ["ahead", "decoder_w", "decoder_r", "decoder_b", "", "h", "c"], ["states"], hidden_size=hidden
        ),
        helper.make_node("Squeeze", ["states", "direction"], ["state"]),  # (horizon, n, hidden)
    ]


def _write(has_baseline: bool) -> list[NodeProto]:
    last = "change" if has_baseline else "steps_first"
    nodes = [
        helper.make_node("MatMul", ["state", "output"], ["unbiased"]),
        helper.make_node("Add", ["unbiased", "bias"], [last]),
        helper.make_node("Transpose", ["steps_first"], ["forecast"], perm=[1, 0, 2]),
    ]
    if has_baseline:
        nodes[2:2] = [
            helper.make_node("Gather", ["ahead", "baseline"], ["before"], axis=2),  # (horizon, n, 1)
            helper.make_node("Add", ["change", "before"], ["steps_first"]),
        ]
    return nodes


def _constants(weights: Weights, echo: NDArray[np.int64], baseline: int | None) -> list[TensorProto]:
    arrays = {f"encoder_{name}": part for name, part in zip("wrb", weights.encoder, strict=True)}
    arrays |= {f"decoder_{name}": part for name, part in zip("wrb", weights.decoder, strict=True)}
    arrays |= {"output": weights.output, "bias": weights.bias}
    tensors = [numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name) for name, value in arrays.items()]
    integers = {"echo": echo, "direction": np.array([1])} | (
        {} if baseline is None else {"baseline": np.array([baseline])}
    )
    return tensors + [numpy_helper.from_array(value.astype(np.int64), name) for name, value in integers.items()]
