"""`python -m shop_services.traffic generate|live|replay`."""

from __future__ import annotations

from shop_services.traffic.cli import app

app(prog_name="python -m shop_services.traffic")
