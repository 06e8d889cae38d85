"""What can go wrong in the shop, a module a stem (the stems of the monitor's scenarios), and what only looks like it.

Each module has `VARIANTS`, a tuple of `Variant`; a new scenario is a new module, found by `all_variants`.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from shop_services.traffic.script import Variant


def all_variants() -> dict[tuple[str, str], Variant]:
    """Every variant by (stem, name); a module without `VARIANTS` raises AttributeError."""
    stems = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = ((stem, import_module(f"{__name__}.{stem}")) for stem in stems)
    return {(stem, variant.name): variant for stem, module in modules for variant in module.VARIANTS}
