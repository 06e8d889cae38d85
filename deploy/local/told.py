"""What alerts made of a run: how many incidents, how many messages."""

from typing import NamedTuple

import httpx
from prometheus_client.parser import text_string_to_metric_families

ASK_SECONDS = 2.0
INCIDENTS = "monitor_alerts_incident_changes_total"
DELIVERIES = "monitor_alerts_deliveries_total"


class Told(NamedTuple):
    """Incidents opened, those that turned out to be part of another left out, and messages delivered."""

    incidents: int
    messages: int

    def __str__(self) -> str:
        one, sent = self
        return f"{one} incident{'' if one == 1 else 's'} opened, {sent} message{'' if sent == 1 else 's'} delivered"


def ask_what_was_told(url: str) -> Told | None:
    """By alerts' own metrics; None when it does not answer."""
    try:
        text = httpx.get(f"{url}/metrics", timeout=ASK_SECONDS).text
    except httpx.HTTPError:
        return None
    return told_by(text)


def told_by(metrics: str) -> Told:
    """The figures in a page of metrics."""
    samples = [sample for family in text_string_to_metric_families(metrics) for sample in family.samples]
    changes = {each.labels["change"]: each.value for each in samples if each.name == INCIDENTS}
    sent = sum(each.value for each in samples if each.name == DELIVERIES and each.labels["outcome"] == "sent")
    merged = changes.get("merged", 0) / 2  # both sides note it
    return Told(int(changes.get("opened", 0) - merged), int(sent))
