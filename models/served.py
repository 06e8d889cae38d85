"""A model of a scenario, loaded and checked: the promoted one, or another version."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from models.bundle import read_bundle
from models.errors import BundleRefused
from models.registry import Registry
from models.scorer import load_scorer
from models.spec import Scenario, Scoring
from models.verdict import ModelIdentity

# What a memory raises for extras or a state of another form.
UNUSABLE = (KeyError, IndexError, TypeError, AttributeError, ValueError, msgspec.MsgspecError)


@dataclass(frozen=True, slots=True)
class Served:
    """A scenario with the model that serves it."""

    scenario: Scenario
    model: Scoring
    identity: ModelIdentity
    extras: dict[str, Any] = field(default_factory=dict)
    learnt_until: int = 0  # event time of the newest row it learnt from, ms
    budget_per_week: float | None = None  # false anomalies that its threshold was chosen for


def load_served(registry: Registry, scenarios: Iterable[Scenario]) -> list[Served]:
    """Every scenario with its promoted model; BundleRefused when one is missing or damaged."""
    return [load_one(registry, scenario) for scenario in scenarios]


def load_one(registry: Registry, scenario: Scenario) -> Served:
    """A scenario with its promoted model; BundleRefused when it is missing or damaged."""
    return load_bundle(registry.promoted(scenario.SPEC.stem), scenario, "serving")


def load_bundle(path: Path, scenario: Scenario, stage: str) -> Served:
    """A scenario with the model of a folder; BundleRefused unless files, features, answers and extras are in order."""
    bundle = read_bundle(path)
    card = bundle.card
    if card.name != scenario.SPEC.stem:
        raise BundleRefused(path, f"it is a model of {card.name}, not of {scenario.SPEC.stem}")
    model = load_scorer(bundle)
    try:
        scenario.new_memory(model, bundle.extras)
    except UNUSABLE as error:
        raise BundleRefused(path, f"its extras cannot be used: {error!r}") from error
    identity = ModelIdentity(card.name, card.version, card.sha256, stage)
    budget = card.metrics.get("budget_per_week")
    return Served(scenario, model, identity, bundle.extras, card.training_span[1], budget)
