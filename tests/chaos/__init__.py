"""Whatever dies, nothing is lost, nothing is counted twice, no anomaly is opened twice.

`python -m tests.chaos` plays it: a shop whose brokers die, then workers that are killed, paused and sent away while a
recorded log comes in, then a cluster whose nodes die. Reading order: `cli`, `shop`, `workers`, `nodes` (the stories),
`acts` (what is done to whom, drawn from a seed), `crew` and `feed` (who does it), `counts`, `anomalies`, `positions`
(what must hold afterwards), `reference` (the undisturbed replay everything is compared with).
"""
