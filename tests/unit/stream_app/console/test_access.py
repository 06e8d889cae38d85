"""Who is let in where: tokens, the signed cookie, scopes, the origin of a request, and the form."""

from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Annotated

import pytest
import structlog
from fastapi import Depends

from stream_app.access.identity import Identity, Scope
from stream_app.console.access import audit, needs, sign_in
from stream_app.console.access.attempts import OF_AN_ADDRESS
from stream_app.console.access.door import check_reachable
from stream_app.console.access.sessions import COOKIE, Sessions, load_key
from stream_app.console.server import create_api
from stream_app.console.state import Console
from stream_app.errors import BadSetting
from stream_app.logs import setup_logging
from tests.builders.access import (
    EXPIRED,
    PASSWORD,
    SECRETS,
    TOKENS,
    Client,
    digest,
    open_console,
    write_access,
)

OPEN = ("/healthz", "/readyz", "/metrics", "/sign-in")


BASE64 = ascii_uppercase + ascii_lowercase + digits + "-_"  # RFC 4648, section 5


def one_bit_off(cookie: str) -> list[str]:
    """The cookie with one character wrong, for each of them; in its first bit: not all of the last ones count."""
    places = [(at, BASE64.index(letter)) for at, letter in enumerate(cookie) if letter != "."]
    return [cookie[:at] + BASE64[value ^ 32] + cookie[at + 1 :] for at, value in places]


def client_of(console: Console) -> Client:
    """With a route for each scope beside the console's own."""
    app = create_api(console)
    for scope in ("read", "act", "admin"):
        _add_probe(app.router, scope)
    return Client(app)


def _add_probe(router: object, scope: Scope) -> None:
    @router.post(f"/probe/{scope}")  # type: ignore[attr-defined, untyped-decorator]
    async def probe(identity: Annotated[Identity, Depends(needs(scope))]) -> str:
        audit(identity, scope, "a probe", "done")
        return identity.name


@pytest.fixture
def client(console: Console) -> Client:
    return client_of(console)


@pytest.mark.parametrize("path", OPEN)
def test_health_metrics_and_the_form_need_nobody(client: Client, path: str) -> None:
    assert client.ask("GET", path).status_code in (200, 503)
    assert client.ask("GET", path).text != ""


@pytest.mark.parametrize("path", ["/api/anomalies", "/api/readings", "/openapi.json", "/api/nothing"])
def test_everything_else_asks_who_it_is(client: Client, path: str) -> None:
    refused = client.ask("GET", path)

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert "/sign-in" in refused.json()["detail"]
    assert client.ask("GET", path, token=TOKENS["read"]).status_code in (200, 404)


def test_a_browser_is_led_to_the_form_and_back(client: Client) -> None:
    led = client.ask("GET", "/anomaly/1", headers={"Accept": "text/html"})

    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=/anomaly/1")
    assert 'value="/anomaly/1"' in client.ask("GET", led.headers["location"]).text


@pytest.mark.parametrize(
    ("held", "allowed"), [("read", ["read"]), ("act", ["read", "act"]), ("admin", ["read", "act", "admin"])]
)
@pytest.mark.parametrize("wanted", ["read", "act", "admin"])
def test_a_scope_grants_itself_and_what_is_below(client: Client, held: str, allowed: list[str], wanted: str) -> None:
    answered = client.ask("POST", f"/probe/{wanted}", token=TOKENS[held], origin="")

    assert answered.status_code == (200 if wanted in allowed else 403)
    if wanted not in allowed:
        assert f"{held}-token has not the scope {wanted}" in answered.json()["detail"]


@pytest.mark.parametrize("token", [EXPIRED, "mon_unknown", "", "é" * 10_000])
def test_a_token_that_is_old_or_unknown_is_nobodys(client: Client, token: str) -> None:
    header = f"Bearer {token}".encode()

    assert client.ask("GET", "/api/anomalies", headers={b"Authorization": header}).status_code == 401


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(client: Client) -> None:
    answered = client.sign_in("actor")

    assert (answered.status_code, answered.headers["location"]) == (303, "/health")
    flags = answered.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "max-age=43200" in flags
    assert client.ask("POST", "/probe/act").json() == "actor"
    assert client.ask("POST", "/probe/admin").status_code == 403


def test_over_tls_the_cookie_stays_there(client: Client) -> None:
    assert "; secure" not in client.sign_in("actor").headers["set-cookie"].lower()
    client.base = "https://console"

    assert "; secure" in client.sign_in("actor").headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("name", "password"), [("actor", "wrong"), ("nobody", PASSWORD), ("", ""), ("actor", "x" * 2_000)]
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(client: Client, name: str, password: str) -> None:
    refused = client.sign_in(name, password)

    assert refused.status_code == 401
    assert "Name or password is wrong." in refused.text
    assert COOKIE not in refused.cookies


def test_signing_out_ends_it(client: Client) -> None:
    client.sign_in("actor")

    left = client.ask("POST", "/sign-out")

    assert left.headers["location"] == "/sign-in"
    assert 'console_session=""' in left.headers["set-cookie"]


def test_a_cookie_that_was_tampered_with_is_nobodys(client: Client, console: Console) -> None:
    client.sign_in("reader")
    good = client.cookies[COOKIE]
    document = console.door.file.current if console.door.file else None
    assert document is not None
    forged = Sessions(b"another key").issue(document, "boss")

    for cookie in (*one_bit_off(good), "x" + good, forged, "", "..", good.split(".")[0]):
        client.cookies[COOKIE] = cookie
        assert client.ask("GET", "/api/anomalies").status_code == 401, cookie


def test_a_cookie_ends_with_the_person_and_with_a_new_password(
    client: Client, console: Console, tmp_path: Path
) -> None:
    client.sign_in("reader")
    assert client.ask("GET", "/api/anomalies").status_code == 200

    write_access(tmp_path / "access.toml", {"people": {}})

    assert client.ask("GET", "/api/anomalies").status_code == 401


def test_a_cookie_counts_only_when_our_own_page_asks(client: Client) -> None:
    client.sign_in("actor")

    for origin in ("", "http://elsewhere", "http://console.elsewhere", "null"):
        refused = client.ask("POST", "/probe/act", origin=origin)
        assert refused.status_code == 403, origin
        assert "use an API token" in refused.json()["detail"]
    assert client.ask("POST", "/probe/act").status_code == 200


@pytest.mark.parametrize("origin", ["", "http://elsewhere"])
def test_the_form_is_taken_from_our_own_page_alone(client: Client, origin: str) -> None:
    assert client.sign_in("actor", origin=origin).status_code == 403
    assert client.ask("POST", "/sign-out", origin=origin).status_code == 403


@pytest.mark.parametrize("target", ["//elsewhere", "https://elsewhere/", "/\\elsewhere", "javascript:x", "/a\nb", ""])
def test_one_is_led_nowhere_else_after_signing_in(client: Client, target: str) -> None:
    answered = client.ask("POST", "/sign-in", data={"name": "actor", "password": PASSWORD, "next": target})

    assert answered.headers["location"] == "/"


def test_after_some_failures_nobody_is_looked_at_for_a_while(client: Client, console: Console) -> None:
    for _ in range(OF_AN_ADDRESS):
        assert client.sign_in("actor", "wrong").status_code == 401

    limited = client.sign_in("actor")

    assert limited.status_code == 429
    assert int(limited.headers["Retry-After"]) > 0
    count = console.metrics.registry.get_sample_value
    assert count("monitor_console_sign_ins_total", {"outcome": "refused"}) == OF_AN_ADDRESS
    assert count("monitor_console_sign_ins_total", {"outcome": "limited"}) == 1


def test_when_too_many_sign_in_at_once_the_others_are_asked_to_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "MOST_WAITING", 0)

    assert client.sign_in("actor").status_code == 503


def test_a_form_has_a_bound(client: Client) -> None:
    assert client.sign_in("actor", "x" * 5_000).status_code == 413


def test_without_an_access_file_those_here_may_read_and_nobody_may_act(tmp_path: Path) -> None:
    client = client_of(open_console(tmp_path))

    assert client.ask("GET", "/api/anomalies").status_code == 200
    refused = client.ask("POST", "/probe/act")

    assert refused.status_code == 403
    assert "python -m stream_app access add-person NAME --scope act" in refused.json()["detail"]
    assert "nobody can sign in" in client.ask("GET", "/sign-in").text
    assert client.sign_in("actor").status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "monitor.example"])
def test_an_address_for_others_without_an_access_file_is_refused_at_the_start(host: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="access add-person"):
        check_reachable(host, None)

    check_reachable(host, tmp_path / "access.toml")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_this_machine_alone_needs_no_access_file(host: str) -> None:
    check_reachable(host, None)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = load_key(tmp_path)

    assert load_key(tmp_path) == key
    assert (tmp_path / "console.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "console.key").chmod(0o644)
    with pytest.raises(BadSetting, match="0600"):
        load_key(tmp_path)


@pytest.mark.parametrize(
    "headers", [{"Content-Length": "2000001"}, {"Content-Length": "9" * 40}, {"Transfer-Encoding": "chunked"}]
)
@pytest.mark.parametrize("path", ["/probe/act", "/sign-in"])
def test_a_request_has_a_bound_and_says_how_long_it_is(client: Client, headers: dict[str, str], path: str) -> None:
    assert client.ask("POST", path, token=TOKENS["act"], headers=headers).status_code == 413


def test_what_was_never_meant_for_a_log_is_in_none(
    tmp_path: Path, client: Client, console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    """INVARIANT: passwords, tokens, cookies and digests are in no answer, log, metric or entry of the audit log."""
    setup_logging("debug")
    client.sign_in("actor")
    cookie = client.cookies[COOKIE]
    answers = [
        client.ask("POST", "/probe/admin"),
        client.sign_in("actor", PASSWORD + "x"),
        client.sign_in(PASSWORD, "actor"),
        *(client.ask("POST", "/probe/act", token=token) for token in (*TOKENS.values(), EXPIRED, EXPIRED + "x")),
        client.ask("GET", "/sign-in", headers={"Authorization": f"Basic {PASSWORD}"}),
    ]
    (tmp_path / "access.toml").write_text(f"[people.kim]\npassword = {PASSWORD!r}\nscopes = [{EXPIRED!r}]")
    answers += [client.ask("GET", "/metrics"), client.ask("GET", "/api/audit", token=TOKENS["admin"])]
    structlog.reset_defaults()

    told = "".join(answer.text for answer in answers) + capsys.readouterr().out
    assert "access file refused" in told
    assert "act-token" in told
    planted = (*SECRETS, cookie, digest(), (tmp_path / "console.key").read_bytes().hex())
    assert [secret for secret in planted if secret in told] == []


def test_the_description_says_what_each_address_asks_for(client: Client) -> None:
    described = client.ask("GET", "/openapi.json", token=TOKENS["read"]).json()

    schemes = described["components"]["securitySchemes"]
    assert schemes["token"]["scheme"] == "bearer"
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", COOKIE)
    operations = {f"{verb} {path}": one for path, verbs in described["paths"].items() for verb, one in verbs.items()}
    guarded = {name for name, one in operations.items() if {"token": []} in one.get("security", [])}
    assert set(operations) - guarded == {f"get {path}" for path in OPEN if path != "/sign-in"}
    assert all({"401", "403"} <= set(operations[name]["responses"]) for name in guarded if "/probe" not in name)
    assert "text/event-stream" in operations["get /api/anomalies/stream"]["responses"]["200"]["content"]
