"""Prometheus and Alertmanager: found on the PATH, or a sentence that says how to get them."""

import shutil

# By the names they have: Debian gives Alertmanager another one. The tools come in the same packages.
NAMES = {
    "prometheus": ("prometheus",),
    "promtool": ("promtool",),
    "alertmanager": ("prometheus-alertmanager", "alertmanager"),
    "amtool": ("amtool",),
}
INSTALL = "apt-get install --no-install-recommends prometheus prometheus-alertmanager"


def find(name: str) -> str | None:
    """The path of a program, None when it is not installed."""
    return next((path for each in NAMES[name] if (path := shutil.which(each))), None)


def are_installed() -> bool:
    """True when all of them are there."""
    return all(find(name) for name in NAMES)
