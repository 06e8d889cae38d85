"""Whatever dies, nothing is lost, nothing is counted twice, no anomaly is opened twice.

`python -m tests.chaos` plays it: workers that are killed, paused and sent away while a recorded log comes in, then a
cluster whose nodes die. Reading order: `cli`, `workers` (the first story), `nodes` (the second), `acts` (what is done
to whom, drawn from a seed), `crew` and `feed` (who does it), `counts`, `anomalies`, `positions` (what must hold
afterwards), `reference` (the undisturbed replay everything is compared with).
"""
