"""The dashboards, a module each with a `BOARD`."""
