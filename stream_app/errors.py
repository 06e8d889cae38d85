"""What can go wrong in the monitor, and what to do about it.

MonitorError
├── BadSetting          a setting cannot be used: correct it; exit 2
│   └── ConfigRefused   the configuration file cannot be used: check it first (config check FILE); exit 2
├── BrokerUnreachable   Kafka does not answer: start it or correct MONITOR_BROKER; exit 3
├── RecordingUnwritable a log cannot be written: free disk space, or choose another place; exit 4
├── PortInUse           another process listens there: stop it or choose another port; exit 3
├── StateUnwritable     the local state cannot be written: free disk space, or MONITOR_STORE=memory://; exit 4
└── UnusableState       a saved state cannot be read: the detector starts anew from the aggregates topic
"""


class MonitorError(Exception):
    """Root of everything the monitor raises on purpose; `exit_code` is what the process ends with."""

    exit_code = 1


class BadSetting(MonitorError):
    """A setting cannot be used; the message names it, its value and what is allowed."""

    exit_code = 2


class BrokerUnreachable(MonitorError):
    """Kafka does not answer."""

    exit_code = 3


class PortInUse(MonitorError):
    """The address to listen on cannot be had; the message names the setting that chooses another."""

    exit_code = 3


class RecordingUnwritable(MonitorError):
    """A log cannot be written: free disk space, or choose another place."""

    exit_code = 4


class StateUnwritable(MonitorError):
    """The local state cannot be written; the changelog in Kafka has it, so nothing is lost."""

    exit_code = 4


class UnusableState(MonitorError):
    """A saved detector state cannot be read."""
