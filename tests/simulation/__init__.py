"""The two stages under a model of everything Kafka and its workers may do to them, without a Kafka.

    python -m tests.simulation --schedules 3000 --seed 7

Hypothesis draws schedules (`machine`): events on several partitions, one of them idle; workers that fetch, count,
report and judge in any order within Kafka's guarantees; sends that fail whole or half and are tried again; crashes,
rebalances, workers that go on although the group has dropped them; snapshots written without a commit and the other
way round. Whenever all has been read, what was counted and told must be what one process says of the same log
(`verdict`). Counting, Worker, Seat, Judging, Detector and Snapshots are the real ones; `kafka` and `node` only stand
for what carries records between them.

`days` plays whole days of the shop through the scenarios as they are shipped, with leaps of the watermark that a few
events cannot bring about; what it finds must end as it does in a replay of the log.
"""
