"""Accounts and what may happen to them. Pure: state and ids in, new state and events out."""

import hmac

import msgspec

from shop_services.chassis.refusals import Conflicting, Invalid
from shop_services.contracts.users import (
    AccountActivationCodeCreated,
    AccountDetailsProvided,
    UpdateAccountDetailsProvided,
    UserAccountActivated,
    UserAccountCreated,
    UserAccountRemoved,
    UserAccountUpdated,
)


class Account(msgspec.Struct, frozen=True):
    """Somebody's account. The activation code in clear never leaves the service's memory, save to its owner."""

    user_id: int
    username: str
    password_digest: str | None
    email_digest: str | None
    activation_code: str
    is_active: bool = False


def opened(user_id: int, details: AccountDetailsProvided, code: str) -> Account:
    """A fresh account, not yet active."""
    if not details.username.strip():
        raise Invalid("an account needs a username")
    return Account(user_id, details.username, details.password_digest, details.email_digest, code)


def opening(account: Account) -> tuple[UserAccountCreated, AccountActivationCodeCreated]:
    """What a fresh account announces."""
    created = UserAccountCreated(user_id=account.user_id, username=account.username)
    return created, AccountActivationCodeCreated(user_id=account.user_id)


def activated(account: Account, given_digest: str | None, true_digest: str) -> tuple[Account, UserAccountActivated]:
    """The account in use; the digest of the code given must be the digest of its own code."""
    if account.is_active:
        raise Conflicting(f"user {account.user_id} is active already")
    if not hmac.compare_digest(given_digest or "", true_digest):
        raise Invalid(f"the code does not activate user {account.user_id}")
    return msgspec.structs.replace(account, is_active=True), UserAccountActivated(user_id=account.user_id)


def updated(account: Account, details: UpdateAccountDetailsProvided) -> tuple[Account, UserAccountUpdated]:
    """The account with new details; what is not given stays."""
    digest = details.password_digest or account.password_digest
    event = UserAccountUpdated(user_id=account.user_id, username=account.username)
    return msgspec.structs.replace(account, password_digest=digest), event


def removed(account: Account) -> UserAccountRemoved:
    """What the end of an account announces."""
    return UserAccountRemoved(user_id=account.user_id)
