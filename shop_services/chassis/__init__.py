"""What every service shares.

Reading order: `handling` (what a handler gets and gives), `service` (what a service is), `pipeline` (one message
through a service), `rows` with its twins `memory` and `sql`, `inprocess` (the whole shop without a network).
"""
