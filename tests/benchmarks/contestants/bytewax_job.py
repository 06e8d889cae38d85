"""The same job in Bytewax: whole batches of its Kafka source, windows in a dictionary, hits to its Kafka sink.

The windows are not recovered after a crash; that is the fastest way to do the job here.
"""

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow
from bytewax.testing import run_main

from tests.benchmarks.job import Counts, Job
from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order, answer, received


class Enough(Exception):
    """The time is over; a dataflow has no other way to end before its input does."""


def flow_of(order: Order, job: Job, meter: Meter) -> Dataflow:
    """Source, one step for whole batches, sink."""
    windows: dict[str, Counts] = {}

    def judge(batch: list) -> list:
        meter.begin()
        entities = [f"{message.topic}/{message.key.decode()}" for message in batch]
        hits = job.take(entities, [message.value for message in batch], windows)
        meter.done(len(batch))
        if meter.is_over and meter.records < order.records:
            raise Enough
        return [KafkaSinkMessage(key=None, value=hit) for hit in hits]

    flow = Dataflow("same_job")
    source = kafka.input("source", flow, brokers=[order.bootstrap], topics=list(order.topics), tail=False)
    hits = op.flat_map_batch("judge", source.oks, judge)
    kafka.output("sink", hits, brokers=[order.bootstrap], topic=order.hits)
    return flow


def main() -> None:
    """Run to the end of the topics, or until the time is over."""
    order = received()
    job, meter = Job(order.model, order.threshold), Meter(order)
    try:
        run_main(flow_of(order, job, meter))
    except Exception as error:  # Bytewax wraps what a step raises
        if not (meter.is_over and _is_enough(error)):
            raise
    answer(meter.result(**job.checks()))


def _is_enough(error: BaseException | None) -> bool:
    return error is not None and (isinstance(error, Enough) or _is_enough(error.__cause__))


if __name__ == "__main__":
    main()
