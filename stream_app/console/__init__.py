"""The console: what is wrong with the shop, since when, why, and is anybody watching? A process of its own.

Read in this order: `options`, `decode` (bytes to anomalies and readings), `anomalies` and `curves` (what is kept, pure
and bounded), `timeline`, `tail` and `feed` (Kafka into the timeline), `health` (the worker's word about itself),
`verdict` (is the shop all right?), `access` (who may do what?), `desk` (incidents), `following` (the stream), `api` and
the `api_...` beside it, `charts` with `marks`, `pages`, `server`.

It reads `anomaly-events`, `monitor-readings`, the worker's HTTP endpoints and the incidents' database: however slow a
page is, detection never waits for it. Nothing is imported here: alerting takes its words from `phrases`.
"""
