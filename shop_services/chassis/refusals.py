"""Why a command stays without effect.

Refused
├── Unknown
├── Conflicting
└── Invalid
"""

from typing import ClassVar


class Refused(Exception):  # noqa: N818 - states the fact
    """The command is logged, but nothing changes. The text names ids, never personal data."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "The command stays without effect"


class Unknown(Refused):
    """It speaks of something that does not exist."""

    status = 404
    title = "No such thing"


class Conflicting(Refused):
    """The present state forbids it."""

    title = "The present state forbids it"


class Invalid(Refused):
    """It can never be carried out, whatever the state."""

    status = 422
    title = "The request makes no sense"
