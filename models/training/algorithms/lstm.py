"""An encoder-decoder LSTM that forecasts quantiles: fitted in JAX, exported as two ONNX `LSTM` nodes.

The encoder reads the history, (n, steps, channels). The decoder reads, for every step ahead, the channels of the
history one or more whole periods before it, and writes the quantiles. With a `baseline_channel` it writes the
difference from that channel one period before, so that an untrained network already repeats the last period.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from models.training.algorithms.lstm_graph import Weights, gate_order, graph
from models.training.algorithms.parity import golden_rows, largest_error, run_onnx

Float32s = NDArray[np.float32]
GOLDEN = 2  # histories that a bundle carries to prove itself


@dataclass(frozen=True, slots=True)
class Shape:
    """What goes in and comes out: (n, steps, channels) to (n, horizon, n_quantiles)."""

    steps: int
    channels: int
    horizon: int
    quantiles: tuple[float, ...] = (0.01, 0.5, 0.99)
    period: int = 0  # steps of a day; 0 means the horizon
    baseline_channel: int | None = 0

    @property
    def echo(self) -> NDArray[np.int64]:
        """(horizon,) for every step ahead the step of the history that lies whole periods before it."""
        period = self.period or self.horizon
        return self.steps - period + np.arange(self.horizon) % period


@dataclass(frozen=True, slots=True)
class FittedLstm:
    """A forecaster, exported and checked."""

    onnx: bytes
    golden_inputs: Float32s  # (k, steps, channels)
    golden_forecasts: NDArray[np.float64]  # (k, horizon, n_quantiles)
    parity: float
    losses: tuple[float, ...]  # mean pinball loss of each tenth of the training

    def forecast(self, history: Float32s) -> Float32s:
        """(n, horizon, n_quantiles), by the exported model."""
        answer: Float32s = run_onnx(self.onnx, "forecast", history)
        return answer


class Network(eqx.Module):
    """Encoder, decoder and the map to quantiles."""

    encoder: eqx.nn.LSTMCell
    decoder: eqx.nn.LSTMCell
    output: eqx.nn.Linear

    def __init__(self, shape: Shape, hidden: int, key: jax.Array) -> None:
        first, second, third = jax.random.split(key, 3)
        self.encoder = eqx.nn.LSTMCell(shape.channels, hidden, key=first)
        self.decoder = eqx.nn.LSTMCell(shape.channels, hidden, key=second)
        linear = eqx.nn.Linear(hidden, len(shape.quantiles), key=third)
        self.output = eqx.tree_at(lambda layer: layer.weight, linear, linear.weight * 0.1)

    def __call__(self, history: jax.Array, ahead: jax.Array) -> jax.Array:
        """(horizon, n_quantiles) from (steps, channels) and (horizon, channels)."""
        rest = jnp.zeros(self.encoder.hidden_size)
        state, _ = jax.lax.scan(lambda held, x: (self.encoder(x, held), None), (rest, rest), history)

        def step(held: tuple[jax.Array, jax.Array], x: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
            new = self.decoder(x, held)
            return new, self.output(new[0])

        return jax.lax.scan(step, state, ahead)[1]


def fit_lstm(
    histories: Float32s,
    targets: Float32s,
    shape: Shape,
    *,
    weights: Float32s | None = None,
    hidden: int = 32,
    batches: int = 400,
    batch_size: int = 32,
    learning_rate: float = 5e-3,
    max_seconds: float = 40.0,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> FittedLstm:
    """Fit to histories (n, steps, channels) and what followed, targets (n, horizon), by the pinball loss.

    `weights` (n, horizon): 0 leaves a step out of the loss, e.g. one of an outage. Training ends after `batches`, or
    after `max_seconds` on a slow machine. Raises ExportMismatch.
    """
    network = Network(shape, hidden, jax.random.key(seed))
    mask = np.ones_like(targets) if weights is None else weights
    train = _Training(shape, batches, batch_size, learning_rate, max_seconds, seed)
    network, losses = train.run(network, (histories, targets, mask), progress)
    onnx = graph(weights_of(network), shape.echo, shape.channels, shape.steps, shape.baseline_channel)
    sample = golden_rows(histories, seed, 16)
    parity = largest_error(
        np.asarray(forecast_of(network, shape, jnp.asarray(sample))), run_onnx(onnx, "forecast", sample)
    )
    golden = sample[:GOLDEN]
    return FittedLstm(onnx, golden, run_onnx(onnx, "forecast", golden).astype(np.float64), parity, losses)


@dataclass(frozen=True, slots=True)
class _Training:
    shape: Shape
    batches: int
    batch_size: int
    learning_rate: float
    max_seconds: float
    seed: int

    def run(
        self, network: Network, data: tuple[Float32s, Float32s, Float32s], progress: Callable[[str], None]
    ) -> tuple[Network, tuple[float, ...]]:
        """The trained network and its losses."""
        optimiser = optax.chain(
            optax.clip_by_global_norm(1.0), optax.adam(optax.cosine_decay_schedule(self.learning_rate, self.batches))
        )
        state = optimiser.init(eqx.filter(network, eqx.is_array))
        step = self._step(optimiser)
        rng = np.random.default_rng(self.seed)
        losses: list[float] = []
        started = time.monotonic()
        for number in range(self.batches):
            chosen = rng.integers(0, len(data[0]), self.batch_size)
            network, state, loss = step(network, state, *(jnp.asarray(part[chosen]) for part in data))
            losses.append(float(loss))
            if number % 50 == 49:
                progress(f"LSTM batch {number + 1} of {self.batches}, loss {np.mean(losses[-50:]):.4f}")
            if time.monotonic() - started > self.max_seconds:
                progress(f"LSTM stopped at batch {number + 1}: {self.max_seconds:.0f} s are over")
                break
        return network, _tenths(losses)

    def _step(
        self, optimiser: optax.GradientTransformation
    ) -> Callable[..., tuple[Network, optax.OptState, jax.Array]]:
        quantiles = jnp.asarray(self.shape.quantiles, jnp.float32)

        def loss_of(network: Network, history: jax.Array, target: jax.Array, mask: jax.Array) -> jax.Array:
            error = target[:, :, None] - forecast_of(network, self.shape, history)
            pinball = jnp.maximum(quantiles * error, (quantiles - 1) * error).mean(axis=2)
            return jnp.sum(pinball * mask) / jnp.maximum(jnp.sum(mask), 1.0)

        @eqx.filter_jit
        def step(
            network: Network, state: optax.OptState, history: jax.Array, target: jax.Array, mask: jax.Array
        ) -> tuple[Network, optax.OptState, jax.Array]:
            loss, gradient = eqx.filter_value_and_grad(loss_of)(network, history, target, mask)
            updates, state = optimiser.update(gradient, state)
            return eqx.apply_updates(network, updates), state, loss

        return step


def forecast_of(network: Network, shape: Shape, history: jax.Array) -> jax.Array:
    """(n, horizon, n_quantiles)."""
    ahead = history[:, shape.echo, :]
    change = jax.vmap(network)(history, ahead)
    if shape.baseline_channel is None:
        return change
    return change + ahead[:, :, shape.baseline_channel : shape.baseline_channel + 1]


def weights_of(network: Network) -> Weights:
    """The network's arrays in ONNX's shapes and order of gates."""

    def cell(cell: eqx.nn.LSTMCell) -> tuple[Float32s, Float32s, Float32s]:
        assert cell.bias is not None
        return gate_order(np.asarray(cell.weight_ih), np.asarray(cell.weight_hh), np.asarray(cell.bias))

    assert network.output.bias is not None
    weight, bias = np.asarray(network.output.weight), np.asarray(network.output.bias)
    return Weights(cell(network.encoder), cell(network.decoder), weight.T.copy(), bias)


def _tenths(losses: list[float]) -> tuple[float, ...]:
    return tuple(round(float(part.mean()), 6) for part in np.array_split(np.array(losses), 10) if len(part))
