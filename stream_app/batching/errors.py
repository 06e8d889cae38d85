"""What can go wrong in the batch path.

BatchingError
├── PartitionNotOwned    a table was used for a partition this worker does not have (any more)
├── StoreUnwritable      the local copy of a table cannot be written: the disk is full, or the folder is not ours
└── TableIncomplete      recovery could not store what the changelog holds
"""


class BatchingError(Exception):
    """Root of the package's own errors."""


class PartitionNotOwned(BatchingError):
    """The partition belongs to another worker: a batch outlived its assignment. Nothing to do, it is read again."""


class StoreUnwritable(BatchingError):
    """The local copy of a table cannot be written. Nothing is lost: the changelog has it. Free some disk space."""


class TableIncomplete(BatchingError):
    """Recovery failed to store rows. Read the log for the cause (a full disk?), then start the worker again."""
