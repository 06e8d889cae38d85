"""What people do about incidents, over HTTP: acknowledge, snooze, send again. Every act is in the audit log."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from stream_app.access.identity import Identity
from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.errors import AlertingError
from stream_app.alerting.incidents.incident import Incident
from stream_app.console.access import audit, needs
from stream_app.console.answers import as_json, refusals
from stream_app.console.desk import DeskOnThreads
from stream_app.console.incident_json import brief

Actor = Annotated[Identity, Depends(needs("act"))]
Answer = TypeVar("Answer")
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
WEEK_MINUTES = 7 * 24 * 60


class Body(BaseModel):
    """What is given with an act; a misspelt key is refused."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Acknowledgement(Body):
    """Somebody looks after it."""

    note: Annotated[str, StringConstraints(max_length=1_000)] = ""
    """For those who read the history."""


class Snooze(Body):
    """Say nothing for a while."""

    minutes: Annotated[float, Field(gt=0, le=WEEK_MINUTES, allow_inf_nan=False)]
    """Of wall time; it is told all the same when it gets worse or ends."""


class Resend(Body):
    """Which messages that were given up; one of the three."""

    ids: Annotated[list[Id], Field(max_length=1_000)] = []
    endpoint: Annotated[str, StringConstraints(max_length=40)] | None = None
    everything: bool = False


def create_act_routes(desk: DeskOnThreads) -> APIRouter:
    """The routes over one desk."""
    routes = APIRouter(tags=["acts"], responses=refusals(422, 503))

    @routes.post("/api/incidents/{incident_id}/acknowledge", responses=refusals(404, 409))
    async def acknowledge(incident_id: str, actor: Actor, given: Acknowledgement | None = None) -> Response:
        """Look after it: only a higher severity and the end are told from now on."""
        note = given.note if given else ""
        return await act_on(
            desk, actor, "acknowledge", incident_id, lambda d: d.acknowledge(incident_id, actor.name, note)
        )

    @routes.post("/api/incidents/{incident_id}/snooze", responses=refusals(404, 409))
    async def snooze(incident_id: str, given: Snooze, actor: Actor) -> Response:
        """Say nothing about it for some minutes, unless it gets worse or ends."""
        action = f"snooze for {given.minutes:g} min"
        seconds = given.minutes * 60
        return await act_on(
            desk, actor, action, incident_id, lambda d: d.snooze(incident_id, d.wall() + seconds, actor.name)
        )

    @routes.post("/api/messages/resend")
    async def resend(given: Resend, actor: Actor) -> Response:
        """Deliver messages after all that were given up, with their ids and in their order."""
        if not given.ids and given.endpoint is None and not given.everything:
            raise HTTPException(422, "name ids, or an endpoint, or say everything: true")
        target = given.endpoint or (f"{len(given.ids)} messages" if given.ids else "every message")
        found = await act(desk, actor, "resend", target, lambda d: d.resend(given.ids, given.endpoint))
        revived = [each.id for each in found]
        return as_json({"revived": revived, "unknown": sorted(set(given.ids) - set(revived))})

    return routes


async def act(
    desk: DeskOnThreads, actor: Identity, action: str, target: str, do: Callable[[IncidentDesk], Answer]
) -> Answer:
    """What the desk answers, in the name of whoever asks for it; how it ended is written down."""
    try:
        answer = await desk.ask(do)
    except AlertingError:
        audit(actor, action, target, "failed")
        raise
    audit(actor, action, target, "done")
    return answer


async def act_on(
    desk: DeskOnThreads, actor: Identity, action: str, target: str, do: Callable[[IncidentDesk], Incident]
) -> Response:
    """The same of an incident: it as it is then."""
    return as_json(brief(await act(desk, actor, action, target, do)))
