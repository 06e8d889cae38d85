"""Notifications over HTTP: what was sent, for support."""

from fastapi import APIRouter

from shop_services.chassis.answers import Body, Live

router = APIRouter(tags=["notifications"])


class Notification(Body):
    """One notification; `sent` is the shop's time in ms since the epoch."""

    kind: str
    subject: str
    sent: int


@router.get("/notifications")
def about(subject: str, live: Live) -> list[Notification]:
    """What was sent about `order/9` or `user/alice`."""
    with live.reading() as store:
        found = store.sent_about(subject)
    return [Notification(kind=each.kind, subject=each.subject, sent=each.sent) for each in found]
