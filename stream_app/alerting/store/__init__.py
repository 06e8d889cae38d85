"""What alerting must not forget: incidents, their anomalies and history, messages, the position in the topic.

`tables` (the schema), `database` (SQLite or PostgreSQL, transactions), `ledger` (incidents), `outbox` (messages),
`feedback` (verdicts and mutes), `trail` (the audit log).
"""
