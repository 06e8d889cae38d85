"""User management: accounts, from registration over activation to removal.

Passwords, activation codes and e-mail addresses appear as salted digests or not at all.
"""

from shop_services.contracts.message import Command, Event

CONTEXT = "user-management"
SERVICE = "user-management-service"
TOPIC = "user-management-events"


class AccountDetailsProvided(Command):
    """Somebody wants an account under this name."""

    username: str
    password_digest: str | None = None
    email_digest: str | None = None


class ActivationLinkClicked(Command):
    """Somebody followed the link that activates an account."""

    user_id: int
    activation_code_digest: str | None = None


class UpdateAccountDetailsProvided(Command):
    """The owner of an account gives new details."""

    username: str
    password_digest: str | None = None


class AccountRemovalRequested(Command):
    """The owner of an account wants it gone."""

    user_id: int


class UserAccountCreated(Event):
    """An account exists, not yet active."""

    user_id: int
    username: str


class AccountActivationCodeCreated(Event):
    """A code that activates the account was made; the code itself stays in the service."""

    user_id: int


class UserAccountActivated(Event):
    """The account may be used."""

    user_id: int


class UserAccountUpdated(Event):
    """Details of the account changed."""

    user_id: int
    username: str


class UserAccountRemoved(Event):
    """The account is gone."""

    user_id: int
