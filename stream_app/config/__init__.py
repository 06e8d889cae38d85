"""Configuration as code: one TOML file of what the monitor judges, how strictly, when not, and who is told.

`document` says what may stand in it, `reading` reads and refuses, `places` finds the line of a mistake, `changes` tells
two apart, `watched` follows the file while the worker runs. `stream_app.config_cli` is `python -m stream_app config`.
"""

from stream_app.config.document import Config
from stream_app.config.reading import ConfigRefused, read_config
from stream_app.config.watched import ConfigFile

__all__ = ["Config", "ConfigFile", "ConfigRefused", "read_config"]
