"""Notifications: what the shop tells its users."""

from shop_services.contracts.message import Command, Event

CONTEXT = "notification"
SERVICE = "notification-service"
TOPIC = "notification-events"


class SendActivationLink(Command):
    """A new user is to be sent the activation link."""

    username: str


class SendOrderConfirmation(Command):
    """A user is to be told that the order was taken."""

    user_id: int
    order_id: int


class ActivationLinkSent(Event):
    """The activation link is on its way."""

    username: str


class OrderConfirmationSent(Event):
    """The confirmation of an order is on its way."""

    user_id: int
    order_id: int
