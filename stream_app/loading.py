"""The promoted model of every scenario, or the reason why it is refused; the worker serves without what is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from models.errors import BundleRefused
from models.registry import Registry
from models.served import load_one
from models.spec import Scenario, Scoring
from models.verdict import ModelIdentity

log = structlog.get_logger(__name__)
NO_MODEL = ModelIdentity("none", "0", "", "absent")


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model ready to score, or why there is none."""

    scorer: Scoring | None = None
    identity: ModelIdentity = NO_MODEL
    extras: Mapping[str, Any] = field(default_factory=dict)
    refusal: str = ""


def load_models(registry: Path, scenarios: Iterable[Scenario]) -> dict[str, LoadedModel]:
    """One `LoadedModel` a scenario, by stem. A refused bundle is logged and named, never raised."""
    return {scenario.SPEC.stem: _load(Registry(registry), scenario) for scenario in scenarios}


def _load(registry: Registry, scenario: Scenario) -> LoadedModel:
    stem = scenario.SPEC.stem
    try:
        served = load_one(registry, scenario)
    except BundleRefused as error:
        log.error("model refused", scenario=stem, reason=str(error))
        return LoadedModel(refusal=str(error))
    log.info("model loaded", scenario=stem, version=served.identity.version)
    return LoadedModel(served.model, served.identity, served.extras)
