"""The same job by an agent on our batches, with the windows in memory alone: like for like with Bytewax."""

from tests.benchmarks.contestants.batch_job import builder
from tests.benchmarks.contestants.faust_app import compete

if __name__ == "__main__":
    compete(builder(is_kept=False))
