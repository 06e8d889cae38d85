"""A registry that changes while a worker serves."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.registry import Registry
from models.training.bundling import write_bundle
from models.training.trained import Trained
from tests.builders.registries import STEM
from tests.builders.trained import trained_svm

CREATED = datetime(2026, 3, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return trained_svm(seed=1)


@pytest.fixture
def registry(trained: Trained, tmp_path: Path) -> Registry:
    """Two versions, the first promoted."""
    for version in ("0001", "0002"):
        write_bundle(tmp_path, replace(trained, seed=int(version)), version, CREATED)
    held = Registry(tmp_path)
    held.promote(STEM, "0001")
    return held
