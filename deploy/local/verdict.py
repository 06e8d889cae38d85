"""Were the incidents made on purpose reported, in time, and was anything reported that was none of them? Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BUDGET_MINUTES = {"price_exploit": 10, "stock_exhaustion": 10, "usage_intensity": 10, "daily_workload": 15}
VOLUME = frozenset({"usage_intensity", "daily_workload"})
EARLY = timedelta(minutes=2)  # a window that is reported may begin a little before the incident
AFTERMATH = timedelta(minutes=20)  # a backlog that drains, carts that are filled again


@dataclass(frozen=True, slots=True)
class Incident:
    """What was done to the shop; times are shop time."""

    scenario: str
    variant: str
    kind: str
    ids: frozenset[str]
    start: datetime
    end: datetime
    first_event: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """An anomaly as first published. `start` is shop time; `at` is when it was published, in shop time."""

    anomaly_id: str
    scenario: str
    kind: str
    id: str
    direction: str
    start: datetime
    at: datetime
    summary: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one incident."""

    incident: Incident
    report: Report | None

    @property
    def delay(self) -> timedelta | None:
        """From the first abnormal event to the publication, in shop time."""
        return self.report.at - self.incident.first_event if self.report else None

    @property
    def is_in_time(self) -> bool:
        """Reported within the scenario's budget."""
        return self.delay is not None and self.delay <= timedelta(minutes=BUDGET_MINUTES[self.incident.scenario])


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole run."""

    outcomes: Sequence[Outcome]
    related: Sequence[Report]  # another view of an incident
    false: Sequence[Report]

    @property
    def is_good(self) -> bool:
        """All four scenarios reported within their budgets, at most one false anomaly."""
        covered = {outcome.incident.scenario for outcome in self.outcomes if outcome.is_in_time}
        return covered == BUDGET_MINUTES.keys() and len(self.false) <= 1


def judge(incidents: Sequence[Incident], reports: Sequence[Report]) -> Verdict:
    """Match reports to incidents; each incident is answered by the first report that names it."""
    outcomes = [Outcome(incident, _first(incident, reports)) for incident in incidents]
    used = {outcome.report.anomaly_id for outcome in outcomes if outcome.report}
    others = [report for report in reports if report.anomaly_id not in used]
    related = [report for report in others if any(_is_related(report, incident) for incident in incidents)]
    return Verdict(outcomes, related, [report for report in others if report not in related])


def _first(incident: Incident, reports: Sequence[Report]) -> Report | None:
    return min((report for report in reports if _names(report, incident)), key=lambda r: r.at, default=None)


def _names(report: Report, incident: Incident) -> bool:
    """The report says what happened: the right scenario, entity, time, and direction where there is one."""
    if not _overlaps(report, incident):
        return False
    if incident.scenario == "daily_workload":
        is_right = report.scenario in VOLUME and (report.kind, report.id) == ("service", min(incident.ids))
        return is_right and (report.direction == "low" or incident.variant != "service_stopped")
    if incident.scenario == "usage_intensity":
        return report.scenario == "usage_intensity" and report.direction == "high"
    return report.scenario == incident.scenario and (report.kind, report.id) in _entities(incident)


def _entities(incident: Incident) -> set[tuple[str, str]]:
    return {(incident.kind, one) for one in incident.ids}


def _is_related(report: Report, incident: Incident) -> bool:
    """Another view of the same incident: volumes it moves, or the same product or user seen by the other tree."""
    if not _overlaps(report, incident):
        return False
    return report.scenario in VOLUME or (report.kind, report.id) in _entities(incident) or report.kind == "user"


def _overlaps(report: Report, incident: Incident) -> bool:
    return incident.start - EARLY <= report.start and incident.start <= report.at <= incident.end + AFTERMATH
