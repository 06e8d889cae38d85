"""What can keep the local system from starting.

LocalError
├── JarsUnavailable     Kafka's jars cannot be fetched, or are not the locked ones
└── BrokerUnavailable   the broker cannot start or died: port in use, disk full, wrong data folder
"""


class LocalError(RuntimeError):
    """Something on this machine keeps a part from running; the message names the remedy."""


class JarsUnavailable(LocalError):
    """Kafka's jars cannot be fetched or are not the locked ones. Remedy: the network, or delete the cache folder."""


class BrokerUnavailable(LocalError):
    """The broker cannot start or died. Remedy: free the port or the disk, or read the log the message names."""
