"""Were the incidents made on purpose reported, in time, and was anything reported that was none of them? Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from deploy.local.matching import Incident, Report, is_related, names

BUDGET_MINUTES = {"price_exploit": 10, "stock_exhaustion": 10, "usage_intensity": 10, "daily_workload": 15}
MOST_FALSE = 1  # of an evening full of trouble; a quiet one has none


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
    def budget(self) -> timedelta:
        """How long it may take, in shop time."""
        return timedelta(minutes=BUDGET_MINUTES[self.incident.scenario])

    @property
    def is_in_time(self) -> bool:
        """Reported within the budget."""
        return self.delay is not None and self.delay <= self.budget


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole run. `related` anomalies are other views of an incident, `false` ones are of none; `planned` are the
    scenarios that were to happen."""

    outcomes: Sequence[Outcome]
    related: Sequence[Report]
    false: Sequence[Report]
    planned: Collection[str] = tuple(BUDGET_MINUTES)

    def faults(self) -> list[str]:
        """Why the run is not good, a sentence each; none when it is."""
        in_time = {outcome.incident.scenario for outcome in self.outcomes if outcome.is_in_time}
        wanted = {*self.planned, *(outcome.incident.scenario for outcome in self.outcomes)}
        missing = [scenario for scenario in BUDGET_MINUTES if scenario in wanted - in_time]
        faults = [f"{scenario} was not reported in time" for scenario in missing]
        most = MOST_FALSE if self.planned else 0
        if len(self.false) > most:
            were = "anomaly was" if len(self.false) == 1 else "anomalies were"
            faults.append(f"{len(self.false)} {were} false, {most} may be")
        return faults


def judge(
    incidents: Sequence[Incident], reports: Sequence[Report], planned: Collection[str] = tuple(BUDGET_MINUTES)
) -> Verdict:
    """Match reports to incidents; an incident is answered by the first report that names it."""
    ordered = sorted(reports, key=lambda report: report.at)
    outcomes = [Outcome(incident, _first(incident, ordered)) for incident in incidents]
    answers = {outcome.report for outcome in outcomes}
    others = [report for report in ordered if report not in answers]
    related = [report for report in others if _belongs(report, incidents)]
    return Verdict(outcomes, related, [report for report in others if report not in related], planned)


def _first(incident: Incident, reports: Sequence[Report]) -> Report | None:
    return next((report for report in reports if names(report, incident)), None)


def _belongs(report: Report, incidents: Sequence[Incident]) -> bool:
    return any(names(report, incident) or is_related(report, incident) for incident in incidents)
