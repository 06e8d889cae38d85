"""What can keep the local system from running.

LocalError
├── JarsUnavailable     Kafka's jars cannot be fetched, or are not the locked ones
├── BrokerUnavailable   the broker cannot start or died: port in use, disk full, wrong data folder
├── NotReady            the machine is not ready for a run: a port, the folder, the disk
└── PartEnded           a process of the run ended by itself, or did not come up in time
"""


class LocalError(RuntimeError):
    """Something on this machine keeps a part from running; the message names the remedy."""

    exit_code = 3


class JarsUnavailable(LocalError):
    """Kafka's jars cannot be fetched or are not the locked ones. Remedy: the network, or delete the cache folder."""


class BrokerUnavailable(LocalError):
    """The broker cannot start or died. Remedy: free the port or the disk, or read the log the message names."""


class NotReady(LocalError):
    """The machine is not ready for a run. Remedy: what the message says."""


class PartEnded(LocalError):
    """A process ended by itself or is not ready in time. Remedy: the end of its log, which the message shows."""

    exit_code = 1
