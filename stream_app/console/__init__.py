"""The console: what is wrong with the shop, since when, why, and is anybody watching? A process of its own.

Read in this order: `options`, `decode` (bytes to anomalies and readings), `anomalies` and `curves` (what is kept, pure
and bounded), `timeline`, `tail` and `feed` (Kafka into the timeline), `health` (the worker's word about itself),
`verdict` (is the shop all right?), `api`, `charts` with `marks`, `pages`, `server`.

It only reads `anomaly-events`, `monitor-readings` and the worker's HTTP endpoints: however slow a page is, detection
never waits for it.
"""

from stream_app.console.options import ConsoleOptions
from stream_app.console.server import run_console

__all__ = ["ConsoleOptions", "run_console"]
