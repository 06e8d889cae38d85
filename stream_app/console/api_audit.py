"""`/api/audit`: who did what, and who was refused."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from stream_app.alerting.store.trail import Kept, StoredTrail
from stream_app.alerting.wording import rfc3339
from stream_app.console.access import Door, needs
from stream_app.console.access.keeping import keep
from stream_app.console.answers import as_json, refusals
from stream_app.console.desk import DeskOnThreads


def create_audit_routes(desk: DeskOnThreads, door: Door) -> APIRouter:
    """The route over one desk."""
    routes = APIRouter(tags=["audit"], dependencies=[Depends(needs("admin"))])

    @routes.get("/api/audit", responses=refusals(422, 503))
    async def list_audit(
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Annotated[int | None, Query(ge=0, lt=2**63, description="`nextCursor` of the page before.")] = None,
    ) -> Response:
        """Acts and refused attempts, the newest first."""
        await keep(door.trail, desk)  # what was done a moment ago is in it
        found = await desk.ask(lambda held: StoredTrail(held.database).page(limit + 1, cursor))
        last = found[limit - 1].number if len(found) > limit else None
        return as_json({"entries": [_entry(one) for one in found[:limit]], "nextCursor": last})

    return routes


def _entry(kept: Kept) -> dict[str, str]:
    one = kept.entry
    head = {"at": rfc3339(one.at), "who": one.who, "action": one.action}
    return {**head, "target": one.target, "outcome": one.outcome}
