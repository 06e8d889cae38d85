"""The parts of an incident's page: its anomalies, their evidence, the requests, what happened, who was told."""

from collections.abc import Iterable, Sequence
from itertools import islice

from shop_services.contracts.anomaly import Evidence
from stream_app.alerting.incidents.book import Happening
from stream_app.alerting.incidents.incident import Incident, Sighting
from stream_app.alerting.store.outbox import Posted
from stream_app.alerting.wording import leading, place
from stream_app.console.causal_trace import Request, trace
from stream_app.console.pages.elements import Cell, Link, Row, box, link, table, text, web_address
from stream_app.console.phrases import moment, scenario

SHOWN = 50  # of anomalies, records, lines; the rest is counted
MEMBER_HEADERS = ("Since", "What", "About", "Score#", "Status", "Model")
MESSAGE_HEADERS = ("Written", "To", "What", "State", "Attempts#", "Why")
MESSAGE_STATES = {
    "waiting": "waiting",
    "held": "held for a digest",
    "bundled": "in a digest",
    "sent": "sent",
    "dead": "given up",
}
TONES = {"dead": "critical", "waiting": "warning", "sent": "calm"}


def members(incident: Incident) -> None:
    """The anomalies it is made of, each a link, with the model that judged."""
    chosen = sorted(incident.members.values(), key=lambda one: (one.start, one.id))
    with box("section", "panel", aria_label="Anomalies"):
        text(f"Anomalies: {len(chosen)}", "h2")
        table(MEMBER_HEADERS, map(_member, chosen[:SHOWN]), "None.")
        _rest(len(chosen))


def evidence(incident: Incident) -> None:
    """Where the records can be read again."""
    found = _evidence(incident)
    rows = [(place(one), each.topic, str(each.partition), str(each.offset), each.event_id) for one, each in found]
    with box("section", "panel", aria_label="Evidence"):
        text("Evidence: records to read again", "h2")
        empty = "No single records: it is about a volume."
        table(("About", "Topic", "Partition#", "Offset#", "Event id"), rows[:SHOWN], empty)
        _rest(len(rows))


def requests(incident: Incident) -> None:
    """Which requests were involved, and which record led to which."""
    traced = [request for request in trace(each for _, each in _evidence(incident)) if request.id]
    with box("section", "panel", aria_label="Requests involved"):
        text("Causal trace: requests involved, causes first", "h2")
        if not traced:
            text("No request is known: the records name none, or Kafka did not have them any more.", "p", "muted")
        for request in islice(traced, SHOWN):
            _request(request)
        _rest(len(traced))


def history(happened: Sequence[Happening]) -> None:
    """What happened to it, the newest first."""
    rows: list[Row] = [(moment(each.at), each.kind, each.text or "-", each.by) for each in reversed(happened)]
    with box("section", "panel", aria_label="Timeline"):
        text("Timeline", "h2")
        table(("Wall clock, UTC", "What", "Detail", "By"), rows[:SHOWN], "Nothing.")
        _rest(len(rows))


def messages(posted: Sequence[Posted]) -> None:
    """The messages about it, the newest first."""
    rows = [message_row(each) for each in reversed(posted)]
    with box("section", "panel", aria_label="Messages"):
        text("Messages about it", "h2")
        table(MESSAGE_HEADERS, rows[:SHOWN], "Nobody was told.")
        _rest(len(rows))


def message_row(posted: Posted) -> Row:
    """A message in a table: when, to whom, what, how it stands, attempts, why not."""
    state = Cell(MESSAGE_STATES.get(posted.state, posted.state), TONES.get(posted.state, "none"))
    return moment(posted.created), posted.endpoint, posted.kind, state, str(posted.attempts), posted.reason or "-"


def links(incident: Incident, dashboard: str) -> None:
    """Runbook and dashboard, where they are known."""
    named = leading(incident).event.links
    with box("p", "links"):
        link("What to do about an anomaly", web_address(named.runbook) or "/runbooks/AnomalyOpen")
        if target := web_address(named.dashboard or dashboard):
            link("Dashboard in Grafana", target, rel="noopener")


def _member(one: Sighting) -> Row:
    event = one.event
    return (
        Link(moment(one.start), f"/anomaly/{one.id}"),
        scenario(event.scenario),
        place(one),
        f"{event.score:.2f}",
        event.status if one.is_pageable else f"{event.status}, on trial",
        f"{event.model.name} {event.model.version} ({event.model.stage})",
    )


def _request(request: Request) -> None:
    text(f"Request {request.id}", "h3", "mono")
    with box("ol", "trace"):
        for step in request.steps:
            each = step.evidence
            with box("li", "mono").style(f"margin-left: {min(step.depth, 8) * 1.2}rem"):
                text(f"{each.topic}, partition {each.partition}, offset {each.offset}", "div")
                text(f"{each.event_id}, caused by {each.causation_id or 'the request itself'}", "div", "muted")


def _evidence(incident: Incident) -> list[tuple[Sighting, Evidence]]:
    """Every record once, with the first anomaly that names it."""
    chosen: Iterable[Sighting] = incident.pageable or incident.members.values()
    found: dict[tuple[str, int, int], tuple[Sighting, Evidence]] = {}
    for one in chosen:
        for each in one.event.evidence:
            found.setdefault((each.topic, each.partition, each.offset), (one, each))
    return list(found.values())


def _rest(count: int) -> None:
    if count > SHOWN:
        text(f"{count - SHOWN:,} more are not shown.", "p", "muted")
