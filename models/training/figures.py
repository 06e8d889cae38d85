"""Figures of cards: flat, so that two cards can be compared, and which of them say that a model is worse."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

RECALL_LOSS = 0.05  # of the mean share found over all kinds of incidents, that a new model may lose by chance
KIND_LOSS = 0.25  # of one kind: there are few of each
FALSE_GROWTH = 1.5  # by so much, and ...
FALSE_MORE = {"false_per_week": 1.0, "false_rows_per_10000_events": 0.2}  # ... by so many may false alarms grow


class Difference(NamedTuple):
    """A figure of a card, and the same measured again."""

    name: str
    told: float
    found: float

    @property
    def size(self) -> float:
        """Relative to the larger, absolute below 1."""
        return abs(self.told - self.found) / max(abs(self.told), abs(self.found), 1.0)


def flat(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Numbers by name.

    >>> dict(flat({"incidents": {"burst": {"drawn": 12}}, "losses": [1, 2]}))
    {'incidents.burst.drawn': 12.0}
    """
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif isinstance(value, int | float):
            yield f"{prefix}{name}", float(value)


def differences(told: Mapping[str, Any], found: Mapping[str, Any]) -> list[Difference]:
    """Of every figure that was measured again; one that the card lacks is told as NaN."""
    before = dict(flat(told))
    return [Difference(name, before.get(name, float("nan")), value) for name, value in flat(found)]


def shares_found(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Share found of each kind of incident, or, of an innocent one, not reported."""
    kinds = {**metrics.get("incidents", {}), **metrics.get("situations", {})}
    return {name: share for name, figures in kinds.items() if (share := _share(figures)) is not None}


def _share(figures: Mapping[str, Any]) -> float | None:
    if "detected" in figures:
        return float(figures["detected"])
    staged = figures.get("staged", 0)
    if not staged:
        return None
    return float(figures["found"] / staged) if "found" in figures else 1.0 - float(figures["reported"] / staged)


def worse(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Why a model with the new figures should not take the place of one with the old; both on the same log and seed."""
    before, after = shares_found(old), shares_found(new)
    both = sorted(before.keys() & after.keys())
    reasons = [
        f"{name}: {after[name]:.0%} right, it was {before[name]:.0%}"
        for name in both
        if after[name] < before[name] - KIND_LOSS
    ]
    loss = sum(before[name] - after[name] for name in both) / max(len(both), 1)
    if loss > RECALL_LOSS:
        reasons.append(f"{loss:.0%} fewer right over all kinds of incidents")
    return reasons + [
        f"{name}: {new[name]}, it was {old[name]}"
        for name, more in FALSE_MORE.items()
        if new.get(name, 0) > max(old.get(name, 0) * FALSE_GROWTH, old.get(name, 0) + more)
    ]
