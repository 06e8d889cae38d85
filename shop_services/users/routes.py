"""Accounts over HTTP. Secrets become digests here and go no further."""

from fastapi import APIRouter
from pydantic import Field, SecretStr

from shop_services.chassis.answers import Accepted, Body, Live, made
from shop_services.chassis.live import LiveService
from shop_services.contracts.users import (
    AccountDetailsProvided,
    AccountRemovalRequested,
    ActivationLinkClicked,
    UpdateAccountDetailsProvided,
    UserAccountCreated,
)

router = APIRouter(tags=["users"])


class Registration(Body):
    """Who wants an account."""

    username: str = Field(min_length=1, max_length=100)
    password: SecretStr = Field(min_length=1, max_length=1_000)
    email: SecretStr | None = None


class Registered(Accepted):
    """The new user; the activation code is told only where the service is set up to (`SHOP_ECHO_CODES`)."""

    user_id: int
    activation_code: str | None = None


class Activation(Body):
    """The code from the link."""

    code: SecretStr


class Update(Body):
    """New details; the name stays, and so does what is not given."""

    password: SecretStr | None = Field(None, min_length=1, max_length=1_000)


class User(Body):
    """What may be known of an account."""

    user_id: int
    username: str
    is_active: bool


@router.post("/users", status_code=202, response_model_exclude_none=True)
def register(body: Registration, live: Live) -> Registered:
    command = AccountDetailsProvided(
        username=body.username, password_digest=_digest(live, body.password), email_digest=_digest(live, body.email)
    )
    outcome = live.request(command)
    user_id = made(outcome, UserAccountCreated).user_id
    return Registered.of(outcome, user_id=user_id, activation_code=_echoed_code(live, user_id))


@router.post("/users/{user_id}/activation", status_code=202)
def activate(user_id: int, body: Activation, live: Live) -> Accepted:
    command = ActivationLinkClicked(user_id=user_id, activation_code_digest=_digest(live, body.code))
    return Accepted.of(live.request(command))


@router.put("/users/{user_id}", status_code=202)
def update(user_id: int, body: Update, live: Live) -> Accepted:
    username = show(user_id, live).username
    command = UpdateAccountDetailsProvided(username=username, password_digest=_digest(live, body.password))
    return Accepted.of(live.request(command))


@router.delete("/users/{user_id}", status_code=202)
def remove(user_id: int, live: Live) -> Accepted:
    return Accepted.of(live.request(AccountRemovalRequested(user_id=user_id)))


@router.get("/users/{user_id}")
def show(user_id: int, live: Live) -> User:
    with live.reading() as store:
        account = store.account(user_id)
    return User(user_id=account.user_id, username=account.username, is_active=account.is_active)


def _digest(live: LiveService, secret: SecretStr | None) -> str | None:
    return live.mint.digest(secret.get_secret_value()) if secret else None


def _echoed_code(live: LiveService, user_id: int) -> str | None:
    if not live.echo_codes:
        return None
    with live.reading() as store:
        code: str = store.account(user_id).activation_code
    return code
