"""What people say about anomalies, over HTTP: verdicts, and mutes that begin and end. Every act is in the audit log."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import Field, StringConstraints

from stream_app.alerting.feedback import Given, Mute, Scope, Verdict
from stream_app.alerting.feedback.mutes import LONGEST_MS
from stream_app.alerting.feedback.verdicts import LONGEST
from stream_app.alerting.wording import rfc3339
from stream_app.console.access import needs
from stream_app.console.answers import as_json, refusals
from stream_app.console.api_acts import Actor, Body, act, act_on
from stream_app.console.desk import DeskOnThreads

Words = Annotated[str, StringConstraints(max_length=LONGEST)]
Name = Annotated[str, StringConstraints(max_length=300)]
READER = [Depends(needs("read"))]


class Judgement(Body):
    """What it was. The newest verdict on an anomaly holds."""

    verdict: Verdict
    """`false` and `expected` keep look-alikes quiet for a while, `new_normal` until models are fitted anew."""
    cause: Words = ""
    """In a few words, for whoever comes after."""


class Muting(Body):
    """Nobody is told of these anomalies for a while; they are judged and kept all the same."""

    scenario: Name
    entity: Name = ""
    """Of this one alone, as `service/cart-service`; empty: of all."""
    minutes: Annotated[float, Field(gt=0, le=LONGEST_MS / 60_000, allow_inf_nan=False)]
    """Of wall time; what goes on after them is told then."""
    reason: Words = ""


def create_feedback_routes(desk: DeskOnThreads) -> APIRouter:
    """The routes over one desk."""
    routes = APIRouter(tags=["feedback"], responses=refusals(503))
    _add_verdicts(routes, desk)
    _add_mutes(routes, desk)
    return routes


def _add_verdicts(routes: APIRouter, desk: DeskOnThreads) -> None:
    @routes.get("/api/incidents/{incident_id}/verdicts", responses=refusals(404), dependencies=READER)
    async def verdicts(incident_id: str) -> Response:
        """What was said about its anomalies, oldest first; of each anomaly the last one holds."""
        return as_json({"verdicts": [_said(each) for each in await desk.ask(lambda d: d.verdicts(incident_id))]})

    @routes.post("/api/incidents/{incident_id}/verdicts", responses=refusals(404, 409, 422))
    async def judge(incident_id: str, given: Judgement, actor: Actor) -> Response:
        """Say what its anomalies, all of them so far, were. Gives the incident."""
        return await act_on(
            desk, actor, "judge", incident_id, lambda d: d.judge(incident_id, given.verdict, actor.name, given.cause)
        )

    @routes.post("/api/anomalies/{anomaly_id}/verdicts", responses=refusals(404, 409, 422))
    async def judge_anomaly(anomaly_id: str, given: Judgement, actor: Actor) -> Response:
        """The same of one anomaly alone. Gives its incident."""
        return await act_on(
            desk, actor, "judge", anomaly_id,
            lambda d: d.judge_anomaly(anomaly_id, given.verdict, actor.name, given.cause),
        )  # fmt: skip


def _add_mutes(routes: APIRouter, desk: DeskOnThreads) -> None:
    @routes.get("/api/mutes", dependencies=READER)
    async def mutes() -> Response:
        """Those that hold, the one that ends first at the head."""
        return as_json({"mutes": [_kept(each) for each in await desk.ask(lambda d: d.mutes())]})

    @routes.post("/api/mutes", status_code=201, responses=refusals(422))
    async def mute(given: Muting, actor: Actor) -> Response:
        """Tell nobody for some minutes. Gives the mute, with its id."""
        scope, seconds = Scope(given.scenario, given.entity), given.minutes * 60
        kept = await act(
            desk, actor, "mute", " of ".join(filter(None, (given.scenario, given.entity))),
            lambda d: d.mute(scope, d.wall() + seconds, actor.name, given.reason),
        )  # fmt: skip
        return as_json(_kept(kept), 201)

    @routes.delete("/api/mutes/{mute_id}", status_code=204, responses=refusals(404))
    async def unmute(mute_id: str, actor: Actor) -> Response:
        """End it now; what goes on is told."""
        await act(desk, actor, "unmute", mute_id, lambda d: d.unmute(mute_id))
        return Response(status_code=204)


def _said(given: Given) -> dict[str, Any]:
    """A verdict for programs; `at` is wall time."""
    return {
        "anomalyId": given.anomaly_id,
        "verdict": given.verdict,
        "cause": given.cause,
        "by": given.by,
        "at": rfc3339(given.at),
        "scenario": given.scenario,
        "entity": given.entity,
    }


def _kept(mute: Mute) -> dict[str, Any]:
    """A mute for programs; times are wall time."""
    return {
        "id": mute.id,
        "scenario": mute.scope.scenario,
        "entity": mute.scope.entity,
        "until": rfc3339(mute.until),
        "by": mute.by,
        "at": rfc3339(mute.at),
        "reason": mute.reason,
    }
