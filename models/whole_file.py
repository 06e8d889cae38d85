"""Files that are there whole or not at all, whatever dies meanwhile."""

import os
from pathlib import Path
from threading import get_ident

EVERYBODY = 0o666  # less what the process' umask takes away
OWNER = 0o600


def write_whole(path: Path, content: bytes, mode: int = EVERYBODY) -> None:
    """Replace a file by this content, which is on the disk before the file has its name; OSError leaves the old one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}.part")
    aside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
