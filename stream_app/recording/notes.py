"""How far a folder of recordings goes, noted in it."""

from pathlib import Path

import msgspec

from models.whole_file import write_whole
from stream_app.errors import RecordingUnwritable
from stream_app.recording.sinks import Positions

NAME = "recorder.json"


class Note(msgspec.Struct, frozen=True):
    """The newest piece, and how far the shop was recorded before it and behind it."""

    piece: str = ""
    before: Positions = Positions()
    behind: Positions = Positions()


def is_recorded(folder: Path) -> bool:
    """Whether a recorder fills the folder."""
    return (folder / NAME).exists()


def standing(folder: Path) -> Positions:
    """Behind the newest piece when it got its name, else before it; RecordingUnwritable when the note is damaged."""
    path = folder / NAME
    try:
        note = msgspec.json.decode(path.read_bytes(), type=Note) if path.exists() else Note()
    except msgspec.MsgspecError as error:
        raise RecordingUnwritable(f"{path} is damaged: move the folder away and begin anew") from error
    return note.behind if (folder / note.piece).is_file() else note.before


def keep(folder: Path, note: Note) -> None:
    """Write the note; OSError."""
    write_whole(folder / NAME, msgspec.json.encode(note))
