"""Incidents and how people are told: `python -m stream_app alerts`, the monitor's third process.

    anomaly-events ─▶ following ─▶ incidents ─▶ planning ─▶ outbox ─▶ courier ─▶ channels ─▶ people
                          └───────── one transaction of the store ────────┘

Read in this order: `incidents` (pure), `routes` (who is told what), `wording` and `planning` (pure), `store`,
`following` (Kafka into the store), `delivery` (pure policy), `courier` (store to a channel), `channels`, `desk`
(what the console may do), `process`.
"""
