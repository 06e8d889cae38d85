"""What can be wrong with a message.

ContractError
└── UndecodableMessage
    └── UnknownMessageType
"""


class ContractError(Exception):
    """Root of everything this package raises."""


class UndecodableMessage(ContractError):  # noqa: N818 - states the fact
    """The bytes are no CloudEvent, or its data does not fit its type: put the record aside, never retry it."""


class UnknownMessageType(UndecodableMessage):
    """The envelope is sound, its type is not declared here: count it and go on."""
