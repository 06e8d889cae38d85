"""What keeps a process from working. Every text ends with what to do.

ShopError
├── SetupFailed
├── BusUnavailable
├── DatabaseUnavailable
└── UnstorableValue
"""


class ShopError(Exception):
    """Root of what the processes of the shop raise."""


class SetupFailed(ShopError):  # noqa: N818 - states the fact
    """The process cannot start as it is told to: read the sentence, change the setting or start what is missing."""


class BusUnavailable(ShopError):  # noqa: N818
    """Kafka does not answer, or refused: nothing is lost, what is waiting is sent again."""


class DatabaseUnavailable(ShopError):  # noqa: N818
    """The database does not answer or is locked: nothing was changed, try again."""


class UnstorableValue(ShopError):  # noqa: N818
    """A message holds what the database cannot keep: a number beyond 64 bits, a NUL in a text. Send another value."""
