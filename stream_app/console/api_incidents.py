"""`/api/incidents`: what is wrong, as people are told of it."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import Response
from pydantic import AwareDatetime

from stream_app.console.access import needs
from stream_app.console.answers import as_json, refusals
from stream_app.console.desk import DeskOnThreads
from stream_app.console.incident_json import brief, whole
from stream_app.console.incident_search import Page, Place, Wanted, search

CURSOR = re.compile(r"(-?\d{1,18})_([0-9a-zA-Z-]{1,64})")
LongEnough = Annotated[str | None, Query(max_length=300)]


def create_incident_routes(desk: DeskOnThreads) -> APIRouter:
    """The routes over one desk."""
    routes = APIRouter(tags=["incidents"], dependencies=[Depends(needs("read"))])

    @routes.get("/api/incidents", responses=refusals(422, 503))
    async def list_incidents(
        state: Literal["open", "resolved", "merged"] | None = None,
        severity: Literal["info", "warning", "critical"] | None = None,
        scenario: LongEnough = None,
        entity: Annotated[str | None, Query(max_length=300, description="As `service/cart-service`.")] = None,
        since: Annotated[AwareDatetime | None, Query(description="Opened then or later, event time.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=100, description="`nextCursor` of the page before.")] = None,
    ) -> Response:
        """Incidents, the newest first. A page may be short; `nextCursor` is null after the last one."""
        opened = int(since.timestamp() * 1000) if since else None
        wanted, below = Wanted(state, severity, scenario, entity, opened), _place(cursor)
        page = await desk.ask(lambda open_desk: search(open_desk, wanted, limit, below))
        return as_json({"incidents": [brief(one) for one in page.incidents], "nextCursor": _cursor(page)})

    @routes.get("/api/incidents/{incident_id}", responses=refusals(404, 503))
    async def one_incident(incident_id: str) -> Response:
        """One incident with its anomalies, what happened to it, and the messages about it; oldest first."""
        return as_json(
            await desk.ask(
                lambda held: whole(held.get(incident_id), held.history(incident_id), held.deliveries(incident_id))
            )
        )

    return routes


def _cursor(page: Page) -> str | None:
    return f"{page.rest[0]}_{page.rest[1]}" if page.rest else None


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    if not (read := CURSOR.fullmatch(cursor)):
        raise HTTPException(422, "this cursor was not made here: take `nextCursor` of a page, or leave it out")
    return int(read[1]), read[2]
