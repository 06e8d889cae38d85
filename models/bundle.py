"""A model as a bundle: `<registry>/<stem>/<version>/` with `model.onnx`, `card.json`, `extras.json`, `golden.json`.

A bundle proves itself before it serves: the files are those of the card (sha256), the features are those of the
scenario of today, and the model answers the golden inputs as it did when it was trained (`models.scorer` asks it).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from models.errors import BundleRefused
from models.scenarios.discovery import scenarios

__all__ = ["Bundle", "BundleRefused", "Card", "Golden", "read_bundle"]

SCHEMA = 1
CARD, MODEL, EXTRAS, GOLDEN = "card.json", "model.onnx", "extras.json", "golden.json"


class Golden(msgspec.Struct, frozen=True):
    """Inputs and the answers to them, as nested lists.

    Of a tree or an SVM: inputs (k, n_features), scores (k,) on the one scale. Of an LSTM: inputs (k, steps, channels),
    scores (k, horizon, n_quantiles), the forecasts.
    """

    inputs: list[Any]
    scores: list[Any]


class Card(msgspec.Struct, frozen=True):
    """What is known of a model; times are RFC 3339, the span is event time in ms since the epoch."""

    name: str  # the scenario's stem
    algorithm: str
    version: str
    sha256: str  # of model.onnx
    extras_sha256: str
    golden_sha256: str
    features: tuple[str, ...]
    features_hash: str
    threshold: float  # the raw output that is 1.0 on the one scale
    training_span: tuple[int, int]
    seed: int
    parity: float
    metrics: dict[str, Any]
    created: str
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle in memory."""

    path: Path
    card: Card
    onnx: bytes
    extras: dict[str, Any]
    golden: Golden


def read_bundle(path: Path) -> Bundle:
    """The bundle in a folder; BundleRefused names it and why: a missing or changed file, or other features."""
    card = _card(path)
    onnx = _verified(path, MODEL, card.sha256)
    extras = _verified(path, EXTRAS, card.extras_sha256)
    golden = _verified(path, GOLDEN, card.golden_sha256)
    _check_fit(path, card)
    try:
        return Bundle(path, card, onnx, msgspec.json.decode(extras), msgspec.json.decode(golden, type=Golden))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BundleRefused(path, f"{EXTRAS} or {GOLDEN} is no such file: {error}") from error


def _card(path: Path) -> Card:
    try:
        raw = (path / CARD).read_bytes()
        card = msgspec.json.decode(raw, type=Card)
    except OSError as error:
        raise BundleRefused(path, f"no readable {CARD} ({error.strerror})") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BundleRefused(path, f"{CARD} is damaged: {error}") from error
    if card.schema != SCHEMA:
        raise BundleRefused(path, f"its schema is {card.schema}, this version reads {SCHEMA}; train it again")
    return card


def _verified(path: Path, name: str, digest: str) -> bytes:
    try:
        content = (path / name).read_bytes()
    except OSError as error:
        raise BundleRefused(path, f"no readable {name} ({error.strerror})") from error
    if sha256(content) != digest:
        raise BundleRefused(path, f"{name} is not the file that its card describes (sha256 differs)")
    return content


def _check_fit(path: Path, card: Card) -> None:
    """The card's scenario exists, with the same algorithm and features."""
    scenario = scenarios().get(card.name)
    if scenario is None:
        raise BundleRefused(path, f"there is no scenario {card.name!r}")
    spec = scenario.SPEC
    if spec.algorithm != card.algorithm:
        raise BundleRefused(path, f"its algorithm is {card.algorithm}, the scenario wants {spec.algorithm}")
    if spec.features_hash != card.features_hash:
        changed = sorted(set(spec.features) ^ set(card.features)) or ["their order"]
        raise BundleRefused(path, f"trained on other features ({', '.join(changed)}); train it again")


def sha256(content: bytes) -> str:
    """Hexadecimal digest."""
    return hashlib.sha256(content).hexdigest()
