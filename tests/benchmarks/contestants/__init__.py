"""The contestants: a module each, run as a process with an order, `python -m tests.benchmarks.contestants.NAME ORDER`.

`raw`, `worker` and what is made of our batch path or of stock Faust need the project's environment; `quix_job` and
`bytewax_job` import nothing of it but `order`, `meter` and `job`, and run in the environment of the peers.
"""
