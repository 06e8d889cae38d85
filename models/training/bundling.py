"""A trained model becomes a bundle."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.bundle import CARD, EXTRAS, GOLDEN, MODEL, Card, Golden, sha256
from models.errors import BundleRefused
from models.scenarios.discovery import scenarios
from models.training.trained import Trained


def write_bundle(registry: Path, trained: Trained, version: str, created: datetime) -> Path:
    """The folder of a new version; written aside and put in place whole. BundleRefused when the version exists."""
    target = registry / trained.stem / version
    if target.exists():
        raise BundleRefused(target, "this version exists; a version never changes, choose another")
    aside = target.with_name(f".{version}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    extras, golden = _encoded(trained.extras), _encoded(_golden(trained))
    (aside / MODEL).write_bytes(trained.onnx)
    (aside / EXTRAS).write_bytes(extras)
    (aside / GOLDEN).write_bytes(golden)
    card = _card(trained, version, created, sha256(extras), sha256(golden))
    (aside / CARD).write_bytes(msgspec.json.format(_encoded(card), indent=1) + b"\n")
    aside.rename(target)
    return target


def _encoded(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _golden(trained: Trained) -> Golden:
    return Golden(_shortest(np.asarray(trained.golden_inputs, np.float32)), np.round(trained.golden_scores, 6).tolist())


def _shortest(values: NDArray[np.float32]) -> list[Any]:
    """Nested lists of the shortest numbers that are the same float32 when read again."""
    return np.array([float(str(value)) for value in values.ravel()]).reshape(values.shape).tolist()


def _card(trained: Trained, version: str, created: datetime, extras_sha256: str, golden_sha256: str) -> Card:
    spec = scenarios()[trained.stem].SPEC
    return Card(
        name=trained.stem,
        algorithm=spec.algorithm,
        version=version,
        sha256=sha256(trained.onnx),
        extras_sha256=extras_sha256,
        golden_sha256=golden_sha256,
        features=trained.features,
        features_hash=replace(spec, features=trained.features).features_hash,
        threshold=float(trained.threshold),
        training_span=trained.training_span,
        seed=trained.seed,
        parity=float(trained.parity),
        metrics=trained.metrics,
        created=created.isoformat(timespec="seconds"),
    )
