"""Grafana's dashboards as code: one module of `grafana.boards` is one dashboard, `python -m grafana` writes their JSON.

Read `boards/overview.py` first, then `panels.py` (what a panel is) and `board.py` (what a dashboard is).
"""
