"""What user management does on each command. A function handles the message that its first parameter names."""

from shop_services.chassis.handling import HandlingContext, Outgoing
from shop_services.chassis.refusals import Conflicting, Unknown
from shop_services.contracts.users import (
    AccountDetailsProvided,
    AccountRemovalRequested,
    ActivationLinkClicked,
    UpdateAccountDetailsProvided,
)
from shop_services.users import domain
from shop_services.users.store import Store


def open_account(command: AccountDetailsProvided, context: HandlingContext[Store]) -> list[Outgoing]:
    """Usernames are given once."""
    if context.store.account_named(command.username) is not None:
        raise Conflicting("the username is taken")
    account = domain.opened(context.store.next_user_id(), command, context.mint.code())
    context.store.keep(account)
    return [Outgoing(event, _subject(account)) for event in domain.opening(account)]


def activate(command: ActivationLinkClicked, context: HandlingContext[Store]) -> list[Outgoing]:
    """Only who knows the code may."""
    held = context.store.account(command.user_id)
    true_digest = context.mint.digest(held.activation_code)
    account, event = domain.activated(held, command.activation_code_digest, true_digest)
    context.store.keep(account)
    return [Outgoing(event, _subject(account))]


def update(command: UpdateAccountDetailsProvided, context: HandlingContext[Store]) -> list[Outgoing]:
    """Accounts are addressed by their name here."""
    if (held := context.store.account_named(command.username)) is None:
        raise Unknown("there is no account of that name")
    account, event = domain.updated(held, command)
    context.store.keep(account)
    return [Outgoing(event, _subject(account))]


def remove(command: AccountRemovalRequested, context: HandlingContext[Store]) -> list[Outgoing]:
    """Nothing is kept of a removed account; its number is not given again."""
    account = context.store.account(command.user_id)
    context.store.forget(account)
    return [Outgoing(domain.removed(account), _subject(account))]


def _subject(account: domain.Account) -> str:
    return f"user/{account.user_id}"
