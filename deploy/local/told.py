"""What alerts made of a run: how many incidents, how many messages."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

ASK_SECONDS = 2.0


class Told(NamedTuple):
    """Incidents opened, without those that turned out to be part of another, and messages delivered."""

    incidents: int
    messages: int

    def __str__(self) -> str:
        one, sent = self
        return f"{one} incident{'' if one == 1 else 's'} opened, {sent} message{'' if sent == 1 else 's'} delivered"


def ask_what_was_told(url: str) -> Told | None:
    """By what alerts keep, so that a stop in between does not matter; None when it does not answer."""
    try:
        return told_by(httpx.get(f"{url}/readyz", timeout=ASK_SECONDS).json())
    except (httpx.HTTPError, ValueError):
        return None


def told_by(answer: Mapping[str, Any]) -> Told | None:
    """The figures in the answer of `/readyz`; None while the store does not answer."""
    if "incidents" not in answer:
        return None
    incidents = answer["incidents"]
    return Told(incidents.get("open", 0) + incidents.get("resolved", 0), answer["messages"].get("sent", 0))
