"""Work for the second core: a process beside, begun anew, for threads of a Kafka client do not survive a fork."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def beside(processes: int = 1) -> ProcessPoolExecutor:
    """A pool that ends with its `with` block."""
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
