"""Taking down what people say, on one transaction of the incidents' store. Times are wall time in ms."""

import uuid
from collections.abc import Iterable

import structlog
from sqlalchemy import Connection

from stream_app.alerting.errors import NotPossible
from stream_app.alerting.feedback.mutes import Mute, Scope, check_scope, check_until
from stream_app.alerting.feedback.verdicts import Given, Verdict, check_verdict, checked
from stream_app.alerting.incidents.book import Happening
from stream_app.alerting.incidents.incident import Incident, Sighting
from stream_app.alerting.store.feedback import Feedback
from stream_app.alerting.store.ledger import Ledger

log = structlog.get_logger(__name__)


def judge(
    connection: Connection,
    incident: Incident,
    anomalies: Iterable[Sighting],
    verdict: Verdict,
    by: str,
    cause: str,
    now: int,
) -> None:
    """A verdict on anomalies of an incident. BadFeedback; NotPossible when the incident went on in another."""
    check_verdict(verdict)
    by, cause = checked(by, "the name", is_needed=True), checked(cause, "the cause")
    if incident.state == "merged":
        raise NotPossible(f"incident {incident.id} went on as {incident.merged_into}: judge that one")
    judged = [Given.on(one, incident.id, verdict, by, now, cause) for one in anomalies]
    for given in judged:
        Feedback(connection).add(given)
    Ledger(connection).note(_told(incident, judged, verdict, by, cause, now))


def mute(connection: Connection, scope: Scope, until: int, by: str, reason: str, now: int) -> Mute:
    """Keep quiet what the scope covers; BadFeedback."""
    check_scope(scope)
    check_until(until, now)
    by, reason = checked(by, "the name", is_needed=True), checked(reason, "the reason")
    kept = Mute(id=str(uuid.uuid4()), scope=scope, until=until, by=by, at=now, reason=reason)
    Feedback(connection).mute(kept)
    log.info("muted", id=kept.id, scenario=scope.scenario, entity_kind=scope.entity.partition("/")[0], until=until)
    return kept


def _told(
    incident: Incident, judged: list[Given], verdict: Verdict, by: str, cause: str, now: int
) -> Iterable[Happening]:
    """Lines of the history: what was said, of how many, and that models should be fitted anew."""
    of = "" if len(judged) == len(incident.members) else f" ({', '.join(each.anomaly_id for each in judged)})"
    yield Happening(incident.id, now, "judged", f"{verdict}{of}{f': {cause}' if cause else ''}", by)
    if verdict == "new_normal":
        stems = sorted({each.scenario for each in judged})
        log.warning("refit asked for", scenarios=stems, remedy="python -m models refit")
        yield Happening(incident.id, now, "refit asked for", f"python -m models refit --only {' --only '.join(stems)}")
