"""A registry as a worker sees it that starts now."""

from prometheus_client import CollectorRegistry

from models.registry import Registry
from models.scenarios.discovery import scenarios
from stream_app.app import lineup_of
from stream_app.loading import load_models
from stream_app.metrics import Metrics
from stream_app.reloading import Reloading
from stream_app.settings import Settings

STEM = "usage_intensity"


def reloading(registry: Registry) -> Reloading:
    """The one scenario `STEM`, with its lineup built as the worker builds it."""
    scenario = scenarios()[STEM]
    model = load_models(registry.folder, [scenario])[STEM]
    lineups = {STEM: lineup_of(scenario, model, Settings(registry=registry.folder, data=registry.folder / "data"))}
    return Reloading(registry, {STEM: scenario}, lineups, Metrics(CollectorRegistry()))
