"""Every scenario there is: the modules of `models.scenarios` that declare a SPEC. Nothing is registered by hand."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import cast

import models.scenarios
from models.errors import ScenarioMalformed
from models.spec import Scenario, Spec

PARTS = ("accumulate", "new_memory")


@cache
def scenarios() -> dict[str, Scenario]:
    """The scenarios by stem, sorted; ScenarioMalformed when a module is none."""
    names = sorted(module.name for module in pkgutil.iter_modules(models.scenarios.__path__))
    modules = [importlib.import_module(f"{models.scenarios.__name__}.{name}") for name in names]
    return {module.SPEC.stem: as_scenario(module) for module in modules if hasattr(module, "SPEC")}


def as_scenario(module: ModuleType) -> Scenario:
    """The module, checked: SPEC is a Spec, named as the module, and every function is there."""
    stem = module.__name__.rpartition(".")[2]
    if not isinstance(module.SPEC, Spec) or module.SPEC.stem != stem:
        raise ScenarioMalformed(f"{module.__name__}.SPEC must be a Spec with the stem {stem!r}")
    missing = [part for part in PARTS if not callable(getattr(module, part, None))]
    if missing:
        raise ScenarioMalformed(f"{module.__name__} lacks {' and '.join(missing)}")
    return cast(Scenario, module)
