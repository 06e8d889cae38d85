"""The model of every scenario that can serve: the promoted one, else the newest that served before, else a rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from models import rules
from models.errors import BundleRefused
from models.registry import Registry
from models.served import load_bundle
from models.spec import Scenario, Scoring
from models.verdict import ModelIdentity

log = structlog.get_logger(__name__)
NO_MODEL = ModelIdentity("none", "0", "", "absent")


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model ready to score. `refusal` says why it stands in for another one."""

    scorer: Scoring | None = None
    identity: ModelIdentity = NO_MODEL
    extras: Mapping[str, Any] = field(default_factory=dict)
    refusal: str = ""
    learnt_until: int = 0  # event time of the newest row it learnt from, ms; 0: not known
    budget_per_week: float | None = None

    @property
    def is_model(self) -> bool:
        """Trained, as against a rule or nothing."""
        return self.identity.is_model


def load_models(registry: Path, scenarios: Iterable[Scenario]) -> dict[str, LoadedModel]:
    """One `LoadedModel` a scenario, by stem. A refused bundle is logged and named, never raised."""
    return {scenario.SPEC.stem: load_best(Registry(registry), scenario) for scenario in scenarios}


def load_best(registry: Registry, scenario: Scenario, refusal: str = "", passed: Iterable[str] = ()) -> LoadedModel:
    """The promoted version, or the newest of those before it that stands; versions in `passed` are not asked."""
    stem = scenario.SPEC.stem
    for version in reversed([*registry.history(stem), registry.promoted_version(stem) or ""]):
        if version not in passed:
            try:
                return load_version(registry, scenario, version, refusal)
            except BundleRefused as error:
                log.error("model refused", scenario=stem, reason=str(error))
                refusal = refusal or str(error)
    log.error("a rule serves in a model's place", scenario=stem, reason=refusal)
    return load_rule(scenario, refusal)


def load_predecessor(registry: Registry, scenario: Scenario, serving: LoadedModel) -> LoadedModel | None:
    """The newest version before `serving` that stands; None when that is not on probation."""
    stem = scenario.SPEC.stem
    if registry.on_probation(stem) != serving.identity.version:
        return None
    for version in reversed(registry.history(stem)):
        try:
            return load_version(registry, scenario, version)
        except BundleRefused as error:
            log.error("predecessor refused", scenario=stem, reason=str(error))
    return None


def load_version(registry: Registry, scenario: Scenario, version: str, refusal: str = "") -> LoadedModel:
    """One version, checked; BundleRefused."""
    stem = scenario.SPEC.stem
    path = registry.path(stem, version) if version else registry.promoted(stem)
    served = load_bundle(path, scenario, "serving")
    log.info("model loaded", scenario=stem, version=served.identity.version)
    return LoadedModel(
        served.model, served.identity, served.extras, refusal, served.learnt_until, served.budget_per_week
    )


def load_rule(scenario: Scenario, refusal: str) -> LoadedModel:
    """What serves when no model can."""
    rule = rules.rule_of(scenario.SPEC)
    if rule is None:
        return LoadedModel(refusal=refusal)
    return LoadedModel(rule, rules.IDENTITY, {}, refusal)
