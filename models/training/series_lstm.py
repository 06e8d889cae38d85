"""An LSTM that forecasts the next hour of a series with a daily curve, tuned further every day, scored through ONNX."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import onnxruntime as ort
import optax
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.series.daily_curve import BASELINE, CHANNELS, DAY_HOURS, HISTORY, Hours, Scale, channels, has_daily_curve
from models.training.algorithms.lstm import Network, Shape, forecast_of, weights_of
from models.training.algorithms.lstm_graph import graph
from models.training.algorithms.parity import largest_error

SHAPE = Shape(HISTORY, len(CHANNELS), horizon=1, quantiles=(0.5,), baseline_channel=BASELINE)
CHECKED_ROWS = 8

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LstmPlan:
    """How the forecaster is tuned."""

    hidden: int = 16
    first_rounds: int = 6  # before its first forecast
    daily_rounds: int = 1
    batches: int = 40  # of a round
    batch_size: int = 32
    learning_rate: float = 5e-3
    memory: int = 28 * DAY_HOURS  # hours that it is tuned on
    first_day: int = 4  # days before the first forecast


@dataclass(slots=True)
class Forecaster:
    """The network as it is now."""

    network: Network
    state: optax.OptState

    @classmethod
    def untrained(cls, plan: LstmPlan) -> "Forecaster":
        """It repeats the usual value of the hour, nearly."""
        network = Network(SHAPE, plan.hidden, jax.random.key(0))
        return cls(network, _optimiser(plan.learning_rate).init(eqx.filter(network, eqx.is_array)))

    def tune(self, histories: Float32s, targets: Float32s, plan: LstmPlan, seed: int, rounds: int) -> None:
        """On examples drawn from histories (n, HISTORY, n_channels) and targets (n,)."""
        rng = np.random.default_rng(seed)
        for _ in range(rounds):
            chosen = rng.integers(0, len(histories), (plan.batches, plan.batch_size))
            self.network, self.state = _round(
                self.network,
                self.state,
                plan.learning_rate,
                jnp.asarray(histories[chosen]),
                jnp.asarray(targets[chosen]),
            )

    def forecast(self, histories: Float32s) -> Floats:
        """(n,) by the exported network. Raises ExportMismatch."""
        session = _session(graph(weights_of(self.network), SHAPE.echo, len(CHANNELS), HISTORY, BASELINE))
        answer = session.run(["forecast"], {"history": histories})[0]
        checked = np.resize(histories, (CHECKED_ROWS, *histories.shape[1:]))
        largest_error(
            np.asarray(_original(self.network, jnp.asarray(checked))), np.resize(answer, (CHECKED_ROWS, 1, 1))
        )
        return np.asarray(answer[:, 0, 0], np.float64)


def hourly_errors(hours: Hours, plan: LstmPlan) -> Floats:
    """(h,) how far each hour's mean is above its forecast, in scaled units; NaN where there was none."""
    errors = np.full(len(hours.mean), np.nan)
    forecaster: Forecaster | None = None
    for now in _days(hours, plan):
        scale = Scale.of(hours.mean[max(0, now - plan.memory) : now])
        histories, targets = _examples(hours, max(0, now - plan.memory), now, scale)
        rounds = plan.daily_rounds if forecaster else plan.first_rounds
        forecaster = forecaster or Forecaster.untrained(plan)
        forecaster.tune(histories, targets, plan, now, rounds)
        errors[now : now + DAY_HOURS] = _errors_of_day(hours, now, scale, forecaster)
    return errors


def _days(hours: Hours, plan: LstmPlan) -> Iterator[int]:
    """The hours at which a day with a curve begins."""
    for now in range(plan.first_day * DAY_HOURS, len(hours.mean), DAY_HOURS):
        if has_daily_curve(hours, now):
            yield now


def _examples(hours: Hours, begin: int, now: int, scale: Scale) -> tuple[Float32s, Float32s]:
    """Of every hour before `now` that is known and has a full history: (n, HISTORY, n_channels) and (n,)."""
    read = channels(hours, begin, now - 1, scale)
    targets = scale.scaled(hours.mean[begin + HISTORY : now])
    known = ~np.isnan(targets)
    return _windows(read)[known], targets[known]


def _errors_of_day(hours: Hours, now: int, scale: Scale, forecaster: Forecaster) -> Floats:
    end = min(now + DAY_HOURS, len(hours.mean))
    read = channels(hours, now - HISTORY, end - 1, scale)
    errors: Floats = scale.scaled(hours.mean[now:end]) - forecaster.forecast(_windows(read))
    return errors


def _windows(read: Float32s) -> Float32s:
    """(n - HISTORY + 1, HISTORY, n_channels) of (n, n_channels)."""
    view = sliding_window_view(read, HISTORY, axis=0)
    return np.ascontiguousarray(np.moveaxis(view, 2, 1))


@cache
def _optimiser(learning_rate: float) -> optax.GradientTransformation:
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adam(learning_rate))


@eqx.filter_jit
def _round(
    network: Network, state: optax.OptState, learning_rate: float, histories: jax.Array, targets: jax.Array
) -> tuple[Network, optax.OptState]:
    """As many steps as there are batches (batches, batch_size, ...), compiled once for all series."""
    arrays, rest = eqx.partition(network, eqx.is_array)

    def step(held: tuple[Network, optax.OptState], batch: tuple[jax.Array, jax.Array]):  # type: ignore[no-untyped-def]
        arrays, state = held
        gradient = jax.grad(_loss)(arrays, rest, *batch)
        updates, state = _optimiser(learning_rate).update(gradient, state)
        return (eqx.apply_updates(arrays, updates), state), None

    (arrays, state), _ = jax.lax.scan(step, (arrays, state), (histories, targets))
    return eqx.combine(arrays, rest), state


def _loss(arrays: Network, rest: Network, histories: jax.Array, targets: jax.Array) -> jax.Array:
    forecast = forecast_of(eqx.combine(arrays, rest), SHAPE, histories)[:, 0, 0]
    return jnp.mean(jnp.abs(targets - forecast))


@eqx.filter_jit
def _original(network: Network, histories: jax.Array) -> jax.Array:
    return forecast_of(network, SHAPE, histories)


def _session(onnx: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
