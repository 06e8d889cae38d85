"""What the notification service does on each command, and how it reacts to the others' events.

A function handles the message that its first parameter names. Sending ends at a record of it: there is no mail server.
"""

from shop_services.chassis.handling import HandlingContext, Outgoing
from shop_services.contracts.notifications import SendActivationLink, SendOrderConfirmation
from shop_services.contracts.orders import OrderCreated
from shop_services.contracts.times import milliseconds
from shop_services.contracts.users import AccountActivationCodeCreated, UserAccountCreated, UserAccountRemoved
from shop_services.notifications import domain
from shop_services.notifications.store import Store

Context = HandlingContext[Store]


def send_link(command: SendActivationLink, context: Context) -> list[Outgoing]:
    """The link itself is not in the event."""
    return [_recorded(Outgoing(domain.link_sent(command), f"user/{command.username}"), context)]


def send_confirmation(command: SendOrderConfirmation, context: Context) -> list[Outgoing]:
    """One an order."""
    return [_recorded(Outgoing(domain.confirmation_sent(command), f"order/{command.order_id}"), context)]


def meet_user(event: UserAccountCreated, context: Context) -> list[Outgoing]:
    """Remember how to address a new user."""
    context.store.keep_recipient(domain.Recipient(event.user_id, event.username))
    return []


def forget_user(event: UserAccountRemoved, context: Context) -> list[Outgoing]:
    """Nobody is written to who is gone."""
    context.store.forget_recipient(event.user_id)
    return []


def send_link_for_code(event: AccountActivationCodeCreated, context: Context) -> list[Outgoing]:
    """A new code is of use only to its owner."""
    recipient = context.store.recipient(event.user_id)
    return [Outgoing(SendActivationLink(username=recipient.username), f"user/{recipient.username}")]


def confirm_order(event: OrderCreated, context: Context) -> list[Outgoing]:
    """Every order is confirmed."""
    command = SendOrderConfirmation(user_id=event.order_owner, order_id=event.order_id)
    return [Outgoing(command, f"order/{event.order_id}")]


def _recorded(outgoing: Outgoing, context: Context) -> Outgoing:
    kind = type(outgoing.message).__name__
    number = context.store.next_notification_id()
    context.store.keep_sent(domain.Sent(number, kind, outgoing.subject, milliseconds(context.now)))
    return outgoing
