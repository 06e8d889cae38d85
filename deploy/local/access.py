"""Who may use the console of a local run: one person with a password of this run's own."""

import secrets

from deploy.local.errors import NotReady
from deploy.local.options import RunOptions
from stream_app.access.editing import add_person
from stream_app.access.file import AccessRefused

PERSON = "sre"


def new_password() -> str:
    """Drawn anew for every run."""
    return secrets.token_hex(6)


def let_in(options: RunOptions) -> None:
    """Write the access file, unless MONITOR_ACCESS names one; raises NotReady."""
    if not options.password:
        return
    try:
        add_person(options.access, PERSON, options.password, ["admin"])
    except AccessRefused as error:
        raise NotReady(f"{error}: mend it, or remove it") from None
