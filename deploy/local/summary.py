"""The end of a run: a table for people, `summary.json` for machines."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from deploy.local.matching import Report
from deploy.local.told import Told
from deploy.local.verdict import Outcome, Verdict

COLUMNS = ("scenario", "injected", "reported", "delay", "allowed", "anomaly")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run has shown. `over` is when anomalies ended (shop time, by id), `start_seconds` how long it took until
    the worker judged, `memory_mb` the peak of each process, `told` what alerts made of it."""

    verdict: Verdict
    over: Mapping[str, datetime]
    speed: float
    events: int
    start_seconds: float
    memory_mb: Mapping[str, float] = field(default_factory=dict)
    told: Told | None = None

    def show(self, console: Console) -> None:
        """Print the table, then in words what was reported and what was false."""
        console.print(self._table())
        for outcome in self.verdict.outcomes:
            if outcome.report:
                self._tell(console, outcome.incident.variant, outcome.report)
        for report in self.verdict.false:
            self._tell(console, "FALSE", report)
        related, false = len(self.verdict.related), len(self.verdict.false)
        console.print(
            f"{self.events:,} events seen; {related} more anomalies were other views of these incidents,", end=" "
        )
        console.print(f"{false} {'was' if false == 1 else 'were'} false")
        if self.told:
            console.print(f"{self.told} by alerts")

    def _tell(self, console: Console, cause: str, report: Report) -> None:
        over = self.over.get(report.anomaly_id)
        until = f"until {over:%H:%M}" if over else "and still open"
        head = f"{cause}: {report.scenario} of {report.kind} {report.id} from {report.at:%H:%M} {until}"
        console.print(f"  {head}\n    {report.summary}", markup=False, highlight=False, soft_wrap=True)

    def write(self, path: Path) -> None:
        """Write the same, and more, as JSON."""
        content = {
            "good": not self.verdict.faults(),
            "faults": self.verdict.faults(),
            "incidents": [self._incident(outcome) for outcome in self.verdict.outcomes],
            "related": [self._report(report) for report in self.verdict.related],
            "false": [self._report(report) for report in self.verdict.false],
            "events": self.events,
            "speed": self.speed,
            "start_seconds": round(self.start_seconds, 1),
            "peak_memory_mb": dict(self.memory_mb),
            "told": self.told._asdict() if self.told else None,
        }
        path.write_text(json.dumps(content, indent=2) + "\n")

    def _table(self) -> Table:
        title = "Incidents made on purpose, by the shop's clock"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
        for column in COLUMNS:
            table.add_column(column, no_wrap=True)
        for outcome in self.verdict.outcomes:
            table.add_row(*self._row(outcome))
        return table

    def _row(self, outcome: Outcome) -> list[str]:
        head = [outcome.incident.scenario, f"{outcome.incident.first_event:%H:%M:%S}"]
        allowed = f"{outcome.budget.total_seconds() / 60:.0f} min"
        if outcome.report is None or outcome.delay is None:
            return [*head, "never", "-", allowed, "-"]
        minutes, seconds = outcome.delay.total_seconds() / 60, outcome.delay.total_seconds() / self.speed
        took = f"{minutes:.1f} min = {seconds:.1f} s"
        return [*head, f"{outcome.report.at:%H:%M:%S}", took, allowed, outcome.report.anomaly_id[:8]]

    def _incident(self, outcome: Outcome) -> dict[str, Any]:
        incident, delay = outcome.incident, outcome.delay
        return {
            "scenario": incident.scenario,
            "variant": incident.variant,
            "entities": [f"{incident.kind}/{one}" for one in sorted(incident.ids)],
            "injected_at": incident.first_event.isoformat(),
            "reported_at": outcome.report.at.isoformat() if outcome.report else None,
            "delay_shop_minutes": round(delay.total_seconds() / 60, 2) if delay is not None else None,
            "delay_seconds": round(delay.total_seconds() / self.speed, 2) if delay is not None else None,
            "in_time": outcome.is_in_time,
            "report": self._report(outcome.report) if outcome.report else None,
        }

    def _report(self, report: Report) -> dict[str, Any]:
        over = self.over.get(report.anomaly_id)
        return {
            "anomaly_id": report.anomaly_id,
            "scenario": report.scenario,
            "entity": f"{report.kind}/{report.id}",
            "direction": report.direction,
            "severity": report.severity,
            "at": report.at.isoformat(),
            "over_at": over.isoformat() if over else None,
            "summary": report.summary,
        }
