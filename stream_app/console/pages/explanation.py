"""The parts of an anomaly's page: figures, contributions, evidence, model, life, the event as published."""

import json

from nicegui import ui

from shop_services.contracts.anomaly import AnomalyDetected
from stream_app.console import charts
from stream_app.console.anomalies import Case, Step
from stream_app.console.decode import RAW_LIMIT, Anomaly
from stream_app.console.pages.elements import box, details, figures, link, table, text, web_address
from stream_app.console.phrases import moment, moment_near, number


def headline_figures(event: AnomalyDetected) -> None:
    """Actual, expected, band, score, impact."""
    pairs = [
        ("actual", f"{number(event.actual)} {event.unit}"),
        ("expected", number(event.expected)),
        ("band", f"{number(event.lower)} to {number(event.upper)}"),
        ("score, 1 is the boundary", f"{event.score:.2f}"),
        ("direction", event.direction),
    ]
    if event.impact is not None:
        kind = event.impact.kind.replace("_", " ")
        pairs.append((f"impact: {kind}", f"{number(event.impact.amount)} {event.impact.unit}"))
    figures(pairs)


def contributions(event: AnomalyDetected) -> None:
    """Which features made the score."""
    with box("section", "panel", aria_label="Contributions"):
        text("Why: what made the score", "h2")
        if not event.explanation:
            text("The detector gave no contributions.", "p", "muted")
            return
        height = charts.height_of(event.explanation)
        ui.echart(charts.contributions(event.explanation), renderer="svg").style(f"height: {height}px; width: 100%")


def evidence(event: AnomalyDetected) -> None:
    """Where the records can be read again."""
    with box("section", "panel", aria_label="Evidence"):
        text("Evidence: records to read again", "h2")
        rows = [(e.topic, str(e.partition), str(e.offset), e.event_id) for e in event.evidence]
        table(("Topic", "Partition#", "Offset#", "Event id"), rows, "No single records: it is about a volume.")


def about(anomaly: Anomaly) -> None:
    """Model, times, links."""
    event = anomaly.event
    with box("section", "panel", aria_label="Model and times"):
        text("Model and times", "h2")
        details(
            [
                ("Model", f"{event.model.name} {event.model.version} ({event.model.stage})"),
                ("Model sha256", event.model.sha256 or "-"),
                ("Window", f"{moment(anomaly.start)} to {moment_near(anomaly.end, anomaly.start)} UTC, shop time"),
                ("Possible to tell at", f"{moment(anomaly.possible)} UTC, shop time"),
                ("Told at", f"{moment(anomaly.detected)} UTC, wall clock"),
                ("Anomaly id", event.anomaly_id),
                ("Incident", event.incident_id or "-"),
            ]
        )
        _links(event)


def life(case: Case) -> None:
    """Its revisions, the newest first."""
    with box("section", "panel", aria_label="Life cycle"):
        text("Life cycle", "h2")
        headers = ("Revision#", "Status", "Severity", "Score#", "Actual#", "Shop time", "Told at")
        table(headers, [_step(step) for step in reversed(case.steps)], "Nothing.")
        if case.steps[0].revision > 1:
            text(f"Revisions before {case.steps[0].revision} were compacted away.", "p", "muted")


def raw(anomaly: Anomaly) -> None:
    """The event as published."""
    with box("details", "panel"):
        text("The event as published", "summary")
        content = anomaly.raw.decode(errors="replace")
        if len(anomaly.raw) >= RAW_LIMIT:
            text(f"Only the first {RAW_LIMIT} bytes are kept.", "p", "muted")
        else:
            content = json.dumps(json.loads(content), indent=2, ensure_ascii=False)
        text(content, "pre", "raw mono")


def _links(event: AnomalyDetected) -> None:
    named = {"Dashboard": event.links.dashboard, "Incident": event.links.incident, "Runbook": event.links.runbook}
    with box("p", "links"):
        for name, address in named.items():
            if target := web_address(address):
                link(name, target, rel="noopener")
        link("As JSON", f"/api/anomalies/{event.anomaly_id}")


def _step(step: Step) -> tuple[str, ...]:
    head = (str(step.revision), step.status, step.severity, f"{step.score:.2f}", number(step.actual))
    return (*head, moment(step.possible), moment(step.detected))
