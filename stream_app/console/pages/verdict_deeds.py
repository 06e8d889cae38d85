"""What people say about an incident, and what is kept quiet because of it."""

import time

from stream_app.alerting.feedback import VERDICTS, Mute, Scope
from stream_app.alerting.incidents.incident import Incident, Sighting
from stream_app.alerting.wording import leading, place
from stream_app.console.pages.sheet import Deed, Entry, Values
from stream_app.console.phrases import moment, scenario
from stream_app.console.state import Console

SAID: dict[str, str] = {
    "true": "True: something was wrong",
    "expected": "Expected: we knew of it (a sale, maintenance)",
    "false": "False alarm: nothing was wrong",
    "new_normal": "New normal: it is like this from now on",
    "unsure": "Unsure",
}
OFFERED = 10  # entities
SPANS = {"2": "2 hours", "24": "a day", "168": "a week"}


def judge(console: Console, incident: Incident) -> Deed:
    """A verdict with its cause."""

    async def do(by: str, values: Values) -> str:
        chosen = next(name for name in VERDICTS if name == values["verdict"])
        await console.desk.ask(lambda desk: desk.judge(incident.id, chosen, by, values["cause"]))
        return f"Noted: {SAID[chosen]}"

    explained = (
        "A false alarm and what was expected keep what is like it quiet for a while, a new normal until the models are "
        "fitted anew, unless it is clearly worse. True and unsure keep nothing quiet."
    )
    entries = {
        "verdict": Entry("What was it?", "true", options=SAID),
        "cause": Entry("Cause, for whoever comes after you", kind="lines"),
    }
    return Deed("Give a verdict", "act", "judge", incident.id, explained, do, entries)


def mute(console: Console, incident: Incident) -> Deed:
    """Tell nobody of what is like it for a while."""
    scopes = scopes_of(incident)

    async def do(by: str, values: Values) -> str:
        until = time.time() + 3600 * int(values["hours"])
        scope = scopes[values["scope"]]
        await console.desk.ask(lambda desk: desk.mute(scope, until, by, values["reason"]))
        return f"Muted until {moment(int(until * 1000))} UTC"

    explained = (
        "Nobody is told of what is muted. It is judged, kept and shown all the same; what goes on when the mute ends "
        "is told then."
    )
    entries = {
        "scope": Entry("What", next(iter(scopes)), options={name: name for name in scopes}),
        "hours": Entry("For how long", "2", options=SPANS),
        "reason": Entry("Reason"),
    }
    return Deed("Mute look-alikes", "act", "mute", incident.id, explained, do, entries)


def unmute(console: Console, held: Mute) -> Deed:
    """End a mute now."""

    async def do(_by: str, _values: Values) -> str:
        await console.desk.ask(lambda desk: desk.unmute(held.id))
        return "Told again from now on"

    explained = f"{scope_name(held.scope)} is told again from now on, what goes on now too."
    return Deed("End the mute", "act", "unmute", held.id, explained, do)


def scopes_of(incident: Incident) -> dict[str, Scope]:
    """What can be muted: the leading anomaly's scenario of its entity first, then of all; the same of the others."""
    members = incident.pageable or list(incident.members.values())
    ordered = [leading(incident), *members]
    narrow = [(f"{scenario(one.event.scenario)} of {place(one)}", _scope(one)) for one in ordered]
    wide = {f"{scenario(one.event.scenario)} of anything": Scope(one.event.scenario) for one in ordered}
    return dict(narrow[:OFFERED]) | wide


def _scope(one: Sighting) -> Scope:
    return Scope(one.event.scenario, one.entity)


def scope_name(scope: Scope) -> str:
    """A scope in words."""
    return f"{scenario(scope.scenario)} of {scope.entity or 'anything'}"
