"""The promoted model of a scenario, loaded and checked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from models.bundle import read_bundle
from models.registry import Registry
from models.scorer import load_scorer
from models.spec import Scenario, Scoring
from models.verdict import ModelIdentity


@dataclass(frozen=True, slots=True)
class Served:
    """A scenario with the model that serves it."""

    scenario: Scenario
    model: Scoring
    identity: ModelIdentity
    extras: dict[str, Any] = field(default_factory=dict)


def load_served(registry: Registry, scenarios: Iterable[Scenario]) -> list[Served]:
    """Every scenario with its promoted model; BundleRefused when one is missing or damaged."""
    return [load_one(registry, scenario) for scenario in scenarios]


def load_one(registry: Registry, scenario: Scenario) -> Served:
    """A scenario with its promoted model; BundleRefused when it is missing or damaged."""
    bundle = read_bundle(registry.promoted(scenario.SPEC.stem))
    card = bundle.card
    identity = ModelIdentity(card.name, card.version, card.sha256, "serving")
    return Served(scenario, load_scorer(bundle), identity, bundle.extras)
