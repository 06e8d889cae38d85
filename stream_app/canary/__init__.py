"""Proof of life: a process of its own that stages a small anomaly every few minutes and waits for it to be found.

`probe` is the pure part, `staging` the record, `metrics` what is told, `run` the loop around Kafka.
"""

from stream_app.canary.run import run_canary

__all__ = ["run_canary"]
