"""Speeds, each as a ratio of two contestants in one run: `python -m tests.benchmarks`, or `make bench`.

Reading order: `filling` (what is read), `order` and `meter` (what a contestant is told and answers), `job` (the same
job for everybody), `contestants`, `contest`, `agreement`, `ratios`, `report`, `session`. `brain` is the replay of the
same log without Kafka. Nothing here asserts a time.
"""
