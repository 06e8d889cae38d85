"""What was told to whom. Pure."""

import msgspec

from shop_services.contracts.notifications import (
    ActivationLinkSent,
    OrderConfirmationSent,
    SendActivationLink,
    SendOrderConfirmation,
)


class Recipient(msgspec.Struct, frozen=True):
    """A user and the name to address him by."""

    user_id: int
    username: str


class Sent(msgspec.Struct, frozen=True):
    """One notification that left the shop, at `sent` (ms since the epoch)."""

    notification_id: int
    kind: str
    subject: str
    sent: int


def link_sent(command: SendActivationLink) -> ActivationLinkSent:
    """What the sending of a link announces."""
    return ActivationLinkSent(username=command.username)


def confirmation_sent(command: SendOrderConfirmation) -> OrderConfirmationSent:
    """What the sending of a confirmation announces."""
    return OrderConfirmationSent(user_id=command.user_id, order_id=command.order_id)
