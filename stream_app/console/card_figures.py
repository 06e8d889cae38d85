"""The figures of a model's card in sentences and rows. Pure and tolerant: what a card lacks is not told."""

from collections.abc import Iterator, Mapping
from typing import Any

from stream_app.console.phrases import number

Figures = Mapping[str, Any]


def summary(metrics: Figures) -> list[str]:
    """The card in at most a handful of short sentences.

    >>> summary({"false_per_week": 0.25, "budget_per_week": 0.5, "clean_days": 4})
    ['0.25 false anomalies a week on 4 clean days', 'budget 0.5 a week']
    """
    return [*_found(metrics), *_false(metrics), *_budget(metrics)]


def rows(metrics: Figures) -> list[tuple[str, str, str, str]]:
    """Every situation the model was measured on: name, times staged, times right, and how fast."""
    incidents = [_incident(name, held) for name, held in _parts(metrics, "incidents")]
    return incidents + [_situation(name, held) for name, held in _parts(metrics, "situations")]


def _found(metrics: Figures) -> Iterator[str]:
    staged = found = mistaken = ordinary = 0.0
    for _, held in _parts(metrics, "incidents"):
        staged += held.get("drawn", 0)
        found += held.get("drawn", 0) * held.get("detected", 0)
    for _, held in _parts(metrics, "situations"):
        times = held.get("staged", 0)
        if "found" in held:
            staged, found = staged + times, found + held["found"]
        else:
            ordinary, mistaken = ordinary + times, mistaken + held.get("reported", 0)
    if staged:
        yield f"finds {found:.0f} of {staged:.0f} staged incidents"
    if ordinary:
        yield f"reports {mistaken:.0f} of {ordinary:.0f} ordinary situations"


def _false(metrics: Figures) -> Iterator[str]:
    if "false_per_week" in metrics:
        days = f" on {number(metrics['clean_days'])} clean days" if "clean_days" in metrics else ""
        yield f"{number(metrics['false_per_week'])} false anomalies a week{days}"
    elif "false_rows" in metrics:
        yield f"{number(metrics['false_rows'])} false of {number(metrics.get('ordinary_rows'))} ordinary rows"


def _budget(metrics: Figures) -> Iterator[str]:
    if metrics.get("budget_per_week") is not None:
        yield f"budget {number(metrics['budget_per_week'])} a week"


def _parts(metrics: Figures, name: str) -> list[tuple[str, Figures]]:
    held = metrics.get(name)
    return [(key, value) for key, value in held.items() if isinstance(value, dict)] if isinstance(held, dict) else []


def _incident(name: str, held: Figures) -> tuple[str, str, str, str]:
    median, late = held.get("delay_minutes_median"), held.get("delay_minutes_p90")
    fast = f"{number(median)} min, nine of ten within {number(late)} min" if median is not None else "-"
    return name.replace("_", " "), number(held.get("drawn")), f"found {held.get('detected', 0):.0%}", fast


def _situation(name: str, held: Figures) -> tuple[str, str, str, str]:
    times = held.get("staged", 0)
    if "found" in held:
        return name.replace("_", " "), number(times), f"found {number(held['found'])}", "-"
    return name.replace("_", " "), number(times), f"ordinary, reported {number(held.get('reported'))}", "-"
