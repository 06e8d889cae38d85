"""What may stand in the access file. It holds digests, never a password or a token."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, SecretStr, StringConstraints, field_validator, model_validator

from stream_app.access.identity import Scope
from stream_app.config.part import Part

NAME = r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"
MOST = 1_000  # people, and tokens: every request looks through them
Name = Annotated[str, StringConstraints(pattern=NAME)]
Scopes = Annotated[frozenset[Scope], Field(min_length=1)]


class Person(Part):
    """Somebody who signs in to the pages."""

    password: SecretStr
    """Argon2's own text of parameters, salt and digest; `access add-person` makes it."""
    scopes: Scopes

    @field_validator("password")
    @classmethod
    def _is_a_digest(cls, held: SecretStr) -> SecretStr:
        if not held.get_secret_value().startswith("$argon2id$"):
            raise ValueError("a digest made by `access add-person` is wanted, never a password")
        return held


class Token(Part):
    """A program's way in."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Digest of the token: with 256 random bits it needs no salt and no slow hash."""
    scopes: Scopes
    expires: AwareDatetime | None = None
    """From then on it is refused; without it never."""


class AccessDocument(Part):
    """The whole file."""

    people: dict[Name, Person] = Field(default_factory=dict, max_length=MOST)
    tokens: dict[Name, Token] = Field(default_factory=dict, max_length=MOST)

    @model_validator(mode="after")
    def _a_name_is_one(self) -> Self:
        if twice := sorted(set(self.people) & set(self.tokens)):
            raise ValueError(
                f"{', '.join(twice)} is both a person and a token: the audit log could not tell them apart"
            )
        return self
