"""A registry with two versions of one model, and a worker's view of it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry

from models.registry import Registry
from models.scenarios.discovery import scenarios
from models.training.bundling import write_bundle
from models.training.trained import Trained
from stream_app.app import lineup_of
from stream_app.loading import load_models
from stream_app.metrics import Metrics
from stream_app.reloading import Reloading
from stream_app.settings import Settings

STEM = "usage_intensity"
CREATED = datetime(2026, 3, 25, tzinfo=UTC)


def two_versions(folder: Path, trained: Trained) -> Registry:
    """`0001` serves, `0002` is held."""
    for version in ("0001", "0002"):
        write_bundle(folder, replace(trained, seed=int(version)), version, CREATED)
    held = Registry(folder)
    held.promote(STEM, "0001")
    return held


def reloading(registry: Registry) -> Reloading:
    """As a worker that starts now sees it."""
    scenario = scenarios()[STEM]
    model = load_models(registry.folder, [scenario])[STEM]
    lineups = {STEM: lineup_of(scenario, model, Settings(registry=registry.folder, data=registry.folder / "data"))}
    return Reloading(registry, {STEM: scenario}, lineups, Metrics(CollectorRegistry()))
