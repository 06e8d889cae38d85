"""The access file: what is refused and where, what serves meanwhile, and what the command line makes of it."""

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stream_app.__main__ import app
from stream_app.access import people, tokens
from stream_app.access.document import AccessDocument
from stream_app.access.editing import add_person, add_token, remove
from stream_app.access.file import AccessFile, AccessRefused, load_access
from stream_app.access.identity import Identity
from tests.builders.access import EXPIRED, PASSWORD, SECRETS, TOKENS, access_content, write_access

NOW = datetime.now(UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_access(tmp_path / "access.toml")


def changed(*place: str, to: Any) -> dict[str, Any]:
    content = copy.deepcopy(access_content())
    table = content
    for key in place[:-1]:
        table = table.setdefault(key, {})
    table[place[-1]] = to
    return content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (changed("people", "boss", "scopes", to=["root"]), "people.boss.scopes.0: Input should be 'read', 'act' or"),
        (changed("people", "boss", "scopes", to=[]), "people.boss.scopes: Frozenset should have at least 1 item"),
        (changed("people", "boss", "password", to=PASSWORD), "never a password"),
        (changed("people", "boss", "pasword", to=PASSWORD), "unknown key; allowed here: password, scopes"),
        (changed("people", "act-token", to=access_content()["people"]["boss"]), "both a person and a token"),
        (changed("tokens", "read-token", "sha256", to=TOKENS["read"]), "tokens.read-token.sha256"),
        (changed("tokens", "read-token", "expires", to=datetime(2030, 1, 1)), "should have timezone info"),
        (changed("tokens", "a\nb", to={}), "should match pattern"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_place_and_without_a_value(
    path: Path, content: dict[str, Any], told: str
) -> None:
    write_access(path, content)

    with pytest.raises(AccessRefused) as refused:
        load_access(path)

    assert told in str(refused.value)
    assert f"{path}:" in str(refused.value)
    assert not any(secret in str(refused.value) for secret in SECRETS)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_others_may_read_or_write_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)

    with pytest.raises(AccessRefused, match="chmod 600"):
        AccessFile.open(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccessRefused, match="cannot be read"):
        AccessFile.open(tmp_path / "none.toml")


def test_while_the_file_is_bad_the_last_good_one_serves(path: Path) -> None:
    file = AccessFile.open(path)

    path.write_text("people = 5")
    assert set(file.refresh().people) == {"reader", "actor", "boss"}
    assert "people" in file.problem
    path.unlink()
    assert set(file.refresh().people) == {"reader", "actor", "boss"}
    write_access(path, {"people": {}})

    assert file.refresh() == AccessDocument()
    assert file.problem == ""


def test_a_mode_that_is_opened_later_is_told(path: Path) -> None:
    file = AccessFile.open(path)
    path.chmod(0o644)

    assert file.refresh().people
    assert "chmod 600" in file.problem


def test_secrets_are_in_no_text_of_the_document(path: Path) -> None:
    assert "argon2" not in repr(load_access(path))


@pytest.mark.parametrize(
    ("token", "name"),
    [(TOKENS["act"], "act-token"), (EXPIRED, None), ("", None), (tokens.digest_of(TOKENS["act"]), None)],
)
def test_a_token_is_known_by_its_digest_until_it_expires(path: Path, token: str, name: str | None) -> None:
    found = tokens.holder(load_access(path), token, NOW)

    assert (found.name if found else None) == name


def test_a_token_expires_at_the_very_moment() -> None:
    held = AccessDocument.model_validate(
        {"tokens": {"one": {"sha256": tokens.digest_of("t"), "scopes": ["read"], "expires": NOW}}}
    )

    assert tokens.holder(held, "t", NOW - timedelta(microseconds=1))
    assert tokens.holder(held, "t", NOW) is None


def test_a_password_is_looked_at_for_an_unknown_name_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    verifies = people._verifies
    monkeypatch.setattr(people, "_verifies", lambda digest, given: looked.append(digest) or verifies(digest, given))
    add_person(path, "kim", PASSWORD, ["act"])
    document = load_access(path)

    assert people.sign_in(document, "nobody", PASSWORD) is None
    assert people.sign_in(document, "kim", PASSWORD) == Identity("kim", frozenset({"act"}))
    assert len(looked) == 2
    assert looked[0].split("$")[:4] == looked[1].split("$")[:4]  # the same parameters, so the same work


def test_what_the_command_line_adds_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "new" / "access.toml"
    add_person(path, "kim@shop.example", PASSWORD, ["act"])
    token = add_token(path, "ci", ["read"], NOW + timedelta(days=1))
    document = load_access(path)

    assert people.sign_in(document, "kim@shop.example", PASSWORD)
    assert tokens.holder(document, token, NOW) == Identity("ci", frozenset({"read"}))
    assert tokens.holder(document, token, NOW + timedelta(days=2)) is None
    assert path.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in path.read_text()
    assert token not in path.read_text()
    remove(path, "ci")
    assert tokens.holder(load_access(path), token, NOW) is None
    with pytest.raises(AccessRefused, match="knows nobody called ci"):
        remove(path, "ci")


@pytest.mark.parametrize(
    ("name", "password", "scopes"),
    [("kim", "short", ["read"]), ("k im", PASSWORD, ["read"]), ("kim", PASSWORD, ["root"]), ("kim", PASSWORD, [])],
)
def test_what_cannot_be_used_is_never_written(path: Path, name: str, password: str, scopes: list[str]) -> None:
    before = path.read_bytes()

    with pytest.raises(AccessRefused):
        add_person(path, name, password, scopes)

    assert path.read_bytes() == before


def test_a_new_token_of_a_name_replaces_the_old_one(path: Path) -> None:
    fresh = add_token(path, "act-token", ["act"])

    assert tokens.holder(load_access(path), TOKENS["act"], NOW) is None
    assert tokens.holder(load_access(path), fresh, NOW)


def test_the_command_line_shows_a_token_once_and_never_a_password(tmp_path: Path) -> None:
    path, ask = tmp_path / "access.toml", CliRunner().invoke
    person = ask(app, ["access", "add-person", "kim", "--scope", "act", "--file", str(path)], f"{PASSWORD}\n")
    token = ask(app, ["access", "add-token", "ci", "--scope", "read", "--days", "2", "--file", str(path)])
    listed = ask(app, ["access", "list", "--file", str(path)])

    assert tokens.holder(load_access(path), token.stdout.strip(), NOW)
    assert "kim  person  act" in listed.stdout
    assert "ci  token  read  until" in listed.stdout
    assert PASSWORD not in person.output + listed.output
    assert token.stdout.strip() not in listed.output
