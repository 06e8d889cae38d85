"""The end of a bounded run: a table for people, `summary.json` for machines."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.local.verdict import BUDGET_MINUTES, Outcome, Report, Verdict


def show(console: Console, verdict: Verdict, speed: float, events: int) -> None:
    """Print the table."""
    table = Table(title="Incidents made on purpose (shop time)")
    for column in ("scenario", "variant", "injected at", "reported at", "delay", "budget", "by", "anomaly"):
        table.add_column(column, overflow="fold")
    for outcome in verdict.outcomes:
        table.add_row(*_cells(outcome, speed))
    console.print(table)
    console.print(f"{len(verdict.related)} further views of these incidents, {len(verdict.false)} false anomalies")
    for report in verdict.false:
        console.print(f"  false: {_clock(report.at)} {report.scenario}: {report.summary}", highlight=False)
    console.print(f"{events:,} events seen; {'good' if verdict.is_good else 'NOT good'}")


def write(path: Path, verdict: Verdict, events: int, deaths: list[str]) -> None:
    """Write the same as JSON."""
    summary = {
        "good": verdict.is_good and not deaths,
        "incidents": [_outcome(outcome) for outcome in verdict.outcomes],
        "related": [_report(report) for report in verdict.related],
        "false": [_report(report) for report in verdict.false],
        "events": events,
        "died": deaths,
    }
    path.write_text(json.dumps(summary, indent=2) + "\n")


def _cells(outcome: Outcome, speed: float) -> list[str]:
    incident, report, delay = outcome.incident, outcome.report, outcome.delay
    cells = [incident.scenario, incident.variant, _clock(incident.first_event)]
    budget = f"{BUDGET_MINUTES[incident.scenario]} min"
    if report is None or delay is None:
        return [*cells, "never", "-", budget, "-", "-"]
    seconds = delay.total_seconds()
    took = f"{seconds / 60:.1f} min ({seconds / speed:.1f} s)"
    return [*cells, _clock(report.at), took, budget, report.scenario, report.anomaly_id[:8]]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    incident = outcome.incident
    return {
        "scenario": incident.scenario,
        "variant": incident.variant,
        "injected_at": incident.first_event.isoformat(),
        "reported_at": outcome.report.at.isoformat() if outcome.report else None,
        "delay_shop_seconds": outcome.delay.total_seconds() if outcome.delay is not None else None,
        "in_time": outcome.is_in_time,
        "report": _report(outcome.report) if outcome.report else None,
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        "anomaly_id": report.anomaly_id,
        "scenario": report.scenario,
        "entity": f"{report.kind}/{report.id}",
        "at": report.at.isoformat(),
        "summary": report.summary,
    }


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"
