"""The Kafka client alone: it reads, and counts the records."""

import uvloop
from aiokafka import AIOKafkaConsumer

from tests.benchmarks.meter import Meter
from tests.benchmarks.order import Order, answer, received

AT_ONCE = 4_096  # so that the first look is not half of all there is


async def read(order: Order) -> Meter:
    """All topics from their beginning, as many records as the client has at once."""
    meter = Meter(order)
    consumer = AIOKafkaConsumer(
        *order.topics, bootstrap_servers=order.bootstrap, group_id=order.run, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        while not meter.is_over:
            fetched = await consumer.getmany(timeout_ms=500, max_records=AT_ONCE)
            if fetched:
                meter.begin()
                meter.done(sum(map(len, fetched.values())))
        return meter
    finally:
        await consumer.stop()


if __name__ == "__main__":
    answer(uvloop.run(read(received())).result())
