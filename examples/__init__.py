"""Subscribers of `anomaly-events`, complete and small, to copy and change.

`book` keeps anomalies in SQLite so that what comes twice or in another order has no effect. `subscribe_kafka_python`
and `subscribe_aiokafka` feed it; they differ only by their Kafka client.
"""
