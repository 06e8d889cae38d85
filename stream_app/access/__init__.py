"""Who may do what: people and API tokens from one file, what they may, and the record of what they did.

Read in this order: `identity` (what somebody may), `document` (what may stand in the file), `people` and `tokens` (who
is it?), `file` (read, checked, followed while it changes), `editing` with `cli` (`python -m stream_app access`),
`audit` (what was done, as it is kept).
"""

from stream_app.access.file import AccessFile, AccessRefused
from stream_app.access.identity import Identity, Scope

__all__ = ["AccessFile", "AccessRefused", "Identity", "Scope"]
