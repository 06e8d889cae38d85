"""An incident told to whoever is woken: what, where, since when, expected and actual, impact, why. Pure."""

from urllib.parse import urlencode

from stream_app.alerting.feedback import Given
from stream_app.alerting.incidents.hints import first_cause, total_impact
from stream_app.alerting.incidents.incident import Incident, over
from stream_app.alerting.wording import leading, place
from stream_app.console.decode import Anomaly
from stream_app.console.phrases import clock, moment, number, scenario, span

DASHBOARD = "cqshop-scenario"
AROUND_MS = 1_800_000
NAMED = 4  # places and features that are named


def subject(incident: Incident) -> str:
    """Whom it concerns, in a few words: `order-service and 2 more`."""
    more = len(incident.entities) - 1
    return f"{place(leading(incident))}{f' and {more} more' if more > 0 else ''}"


def scenarios(incident: Incident) -> str:
    """What is wrong there: `Daily workload, Usage intensity`."""
    names = incident.scenarios or {one.event.scenario for one in incident.members.values()}
    return ", ".join(scenario(stem) for stem in sorted(names))


def lasted(incident: Incident, now: int) -> str:
    """How long, so far or in all; `now` is the shop's time in ms."""
    end = now if incident.state == "open" else incident.resolved or incident.last_end
    return span((end - incident.opened) / 1000)


def facts(incident: Incident) -> list[tuple[str, str]]:
    """What the head of its page says, by name."""
    event = leading(incident).event
    return [
        ("Where", _places(incident)),
        ("Since", f"{moment(incident.opened)} UTC{_until(incident)}"),
        ("Expected", f"{number(event.expected)} {event.unit} ({number(event.lower)} to {number(event.upper)})"),
        ("Actual", f"{number(event.actual)} {event.unit}"),
        ("Impact", _impact(incident)),
        *_cause(incident),
        ("Why", _why(incident)),
    ]


def attention(incident: Incident, wall: int) -> str:
    """Who looks after it, or why nobody is told; `wall` is wall time in ms."""
    said = []
    if given := incident.acknowledged:
        said.append(f"{given.by} since {clock(given.at)}{f': {given.note}' if given.note else ''}")
    if incident.state == "open" and wall < incident.snoozed_until:
        said.append(f"snoozed until {moment(incident.snoozed_until)} UTC")
    if incident.merged_into:
        said.append("goes on in another incident")
    return "; ".join(said) or ("nobody yet" if incident.state == "open" else "-")


def verdict(given: Given) -> str:
    """What was said about it last."""
    cause = f": {given.cause}" if given.cause else ""
    return f"{given.verdict.replace('_', ' ')}, by {given.by} at {moment(given.at)} UTC{cause}"


def dashboard(grafana_url: str, incident: Incident) -> str:
    """The address of the scenario's dashboard about its time; Grafana knows wall time. Empty without a Grafana."""
    if not grafana_url:
        return ""
    start, last = incident.first_seen - AROUND_MS, max(one.detected for one in incident.members.values())
    end = "now" if incident.state == "open" else str(last + AROUND_MS)
    query = urlencode({"var-scenario": leading(incident).event.scenario, "from": start, "to": end})
    return f"{grafana_url.rstrip('/')}/d/{DASHBOARD}?{query}"


def plotted(incident: Incident) -> Anomaly:
    """The anomaly that speaks for it, over the span of the whole incident: what its plot shows."""
    lead = leading(incident)
    end = max(over(one) for one in incident.members.values())
    return Anomaly(
        event=lead.event, raw=b"", start=incident.opened, end=end, detected=lead.detected, possible=lead.possible
    )


def _until(incident: Incident) -> str:
    return "" if incident.state == "open" else f" until {moment(incident.resolved or incident.last_end)} UTC"


def _places(incident: Incident) -> str:
    shown = incident.pageable or list(incident.members.values())
    names = list(dict.fromkeys(place(one) for one in shown))
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _impact(incident: Incident) -> str:
    parts = [f"{number(each.amount)} {each.unit} ({scenario(each.kind).lower()})" for each in total_impact(incident)]
    return ", ".join(parts) or "none was worked out"


def _cause(incident: Incident) -> list[tuple[str, str]]:
    cause = first_cause(incident)
    if cause is None:
        return []
    follows = f"; {cause.explained} of {cause.others} others follow from it" if cause.explained else ""
    return [("Deviated first", f"{cause.entity} at {moment(cause.since)} UTC{follows}")]


def _why(incident: Incident) -> str:
    parts = [
        f"{each.feature.replace('_', ' ')} {number(each.value)}"
        + ("" if each.typical is None else f" (usually {number(each.typical)})")
        for each in leading(incident).event.explanation[:NAMED]
    ]
    return ", ".join(parts) or "no features were given"
