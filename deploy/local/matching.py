"""Does an anomaly say what was done to the shop, or is it another view of it? Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop_services.contracts import cart, notifications, orders, users, warehouse
from shop_services.contracts.catalogue import message_types

VOLUME = frozenset({"usage_intensity", "daily_workload"})
AFTERMATH = timedelta(minutes=20)  # a backlog that drains, carts that are filled again, windows that slide on

# Whom a silent service starves: those that act on its events and commands.
DOWNSTREAM: Mapping[str, frozenset[str]] = {
    users.SERVICE: frozenset({cart.SERVICE, notifications.SERVICE}),
    cart.SERVICE: frozenset({warehouse.SERVICE, orders.SERVICE, notifications.SERVICE}),
    warehouse.SERVICE: frozenset({cart.SERVICE, orders.SERVICE, notifications.SERVICE}),
    orders.SERVICE: frozenset({cart.SERVICE, warehouse.SERVICE, notifications.SERVICE}),
    notifications.SERVICE: frozenset(),
}
# Where people who crowd around a product, buying or hoarding it, are counted.
CROWDED = frozenset({cart.SERVICE, warehouse.SERVICE, orders.SERVICE, notifications.SERVICE})


@dataclass(frozen=True, slots=True)
class Incident:
    """What was done to the shop on purpose; times are shop time."""

    scenario: str
    variant: str
    kind: str
    ids: frozenset[str]
    start: datetime
    end: datetime
    first_event: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """An anomaly as first published: `start` and `end` of its window and the publication `at`, all shop time."""

    anomaly_id: str
    scenario: str
    kind: str
    id: str
    direction: str
    severity: str
    start: datetime
    end: datetime
    at: datetime
    summary: str


def names(report: Report, incident: Incident) -> bool:
    """The anomaly is the incident: its family, its entity, its time."""
    if not _in_time(report, incident):
        return False
    if incident.scenario == "daily_workload":
        return _is_lack(report) and (report.kind, report.id) in _entities(incident)
    if report.scenario != incident.scenario:
        return False
    return report.direction == "high" if incident.scenario == "usage_intensity" else _is_about(report, incident)


def is_related(report: Report, incident: Incident) -> bool:
    """The anomaly is a consequence of the incident, seen by a detector in its own way."""
    if not _in_time(report, incident):
        return False
    if report.scenario not in VOLUME:
        return incident.scenario in ("price_exploit", "stock_exhaustion") and _is_about(report, incident)
    if incident.scenario == "usage_intensity":
        return report.direction == "high"
    if incident.scenario == "daily_workload":
        return _is_starved_by(report, incident)
    return report.direction == "high" and _is_counted_at(report, CROWDED)


def _in_time(report: Report, incident: Incident) -> bool:
    return incident.start <= report.at <= incident.end + AFTERMATH and report.end >= incident.start


def _entities(incident: Incident) -> set[tuple[str, str]]:
    return {(incident.kind, one) for one in incident.ids}


def _is_about(report: Report, incident: Incident) -> bool:
    """The same entity; or, of product and user, the other one, when the sentence names the incident's."""
    if report.kind == incident.kind:
        return report.id in incident.ids
    return not incident.ids.isdisjoint(re.findall(r"\w+", report.summary))


def _is_lack(report: Report) -> bool:
    return report.scenario in VOLUME and report.direction == "low"


def _is_starved_by(report: Report, incident: Incident) -> bool:
    """Too little of what a stopped service feeds; or, when it is back, the backlog of the same."""
    fed = frozenset().union(incident.ids, *(DOWNSTREAM.get(service, frozenset()) for service in incident.ids))
    is_backlog = report.direction == "high" and report.at >= incident.end
    return (_is_lack(report) or is_backlog) and _is_counted_at(report, fed)


def _is_counted_at(report: Report, services: frozenset[str]) -> bool:
    """A volume of one of these services, of their messages, or of the whole shop."""
    if report.kind == "service":
        return report.id in services
    if report.kind == "event_type":
        return any(each.name == report.id and each.service in services for each in message_types().values())
    return report.kind == "shop"
