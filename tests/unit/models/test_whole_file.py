from pathlib import Path

import pytest

from models.whole_file import OWNER, write_whole


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(b"old and longer")

    write_whole(tmp_path / "note", b"new", OWNER)

    assert (tmp_path / "note").read_bytes() == b"new"
    assert (tmp_path / "note").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_leaves_the_old_and_no_crumbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("no space left on device")

    (tmp_path / "note").write_bytes(b"old")
    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(OSError, match="no space"):
        write_whole(tmp_path / "note", b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["note"]
    assert (tmp_path / "note").read_bytes() == b"old"
