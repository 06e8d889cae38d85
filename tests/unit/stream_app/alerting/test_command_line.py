from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.labels import read_labels
from stream_app.__main__ import app, main
from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.feedback import VERDICTS
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.outbox import Outbox
from tests.builders.alerting import absorber_of, read
from tests.builders.incidents import WALL, seen

ROUTES = """
[endpoints.oncall]
url = "https://hooks.example.com/${TOKEN}"

[[routes]]
endpoints = ["oncall"]
"""


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "routes.toml").write_text(ROUTES)
    monkeypatch.setenv("MONITOR_ROUTES", str(tmp_path / "routes.toml"))
    monkeypatch.setenv("MONITOR_ALERTS_DATABASE", f"sqlite:///{tmp_path}/alerts.db")


@pytest.fixture
def dead_letter(tmp_path: Path) -> str:
    """The id of a message that was given up."""
    database = Database.open(f"sqlite:///{tmp_path}/alerts.db")
    absorber = absorber_of(database)
    absorber.begin()
    (notice,) = absorber.absorb(read(seen("product/7")), caught_up=True)
    with database.writing() as connection:
        Outbox(connection).bury(1, WALL, "too_old")
    database.close()
    return notice.message.id


def test_help_names_what_can_be_asked():
    answer = CliRunner().invoke(app, ["alerts", "--help"])

    assert answer.exit_code == 0
    assert all(word in answer.output for word in ("check", "dead", "resend", "labels", "what-if", "MONITOR_"))


def test_routes_are_checked_without_sending_anything(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN", "t0k3n")

    answer = CliRunner().invoke(app, ["alerts", "check"])

    assert answer.output.splitlines() == ["oncall: webhook, 1 route leads there", "1 endpoints, 1 routes"]


def test_wrong_routes_are_one_sentence_with_the_place_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.argv", ["stream_app", "alerts", "check"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("endpoints.oncall.url: TOKEN is not set in the environment\n")


def test_a_dead_letter_is_listed_and_sent_again_once(dead_letter: str):
    assert f"{dead_letter}  " in CliRunner().invoke(app, ["alerts", "dead"]).output

    answer = CliRunner().invoke(app, ["alerts", "resend", dead_letter])

    assert answer.output == "1 message is on the way again\n"
    assert CliRunner().invoke(app, ["alerts", "dead"]).output == ""


def test_an_id_that_is_no_dead_letter_is_named_with_status_1(dead_letter: str):
    answer = CliRunner().invoke(app, ["alerts", "resend", "nobody"])

    assert answer.exit_code == 1
    assert "no dead letter has the id nobody" in answer.output


def test_resending_wants_to_know_what():
    assert CliRunner().invoke(app, ["alerts", "resend"]).exit_code == 2


def test_an_incident_and_an_anomaly_of_it_are_judged_as_typed(tmp_path: Path):
    database = Database.open(f"sqlite:///{tmp_path}/alerts.db")
    absorber = absorber_of(database)
    absorber.begin()
    absorber.absorb(read(one := seen("product/7")), caught_up=True)
    desk = IncidentDesk(database)
    (incident,) = desk.list()

    for name, verdict in ((incident.id, "unsure"), (one.id, "false")):
        answer = CliRunner().invoke(app, ["alerts", "judge", name, verdict, "--by", "kim", "--cause", "a sale"])
        assert answer.output == f"incident {incident.id} is judged {verdict}\n"

    assert [(each.verdict, each.by, each.cause) for each in desk.verdicts(incident.id)] == [
        ("unsure", "kim", "a sale"),
        ("false", "kim", "a sale"),
    ]
    database.close()


def test_a_mute_is_made_listed_and_ended_as_typed():
    made = CliRunner().invoke(app, ["alerts", "mute", "price_exploit", "--entity", "product/7", "--by", "kim"])
    listed = CliRunner().invoke(app, ["alerts", "mutes"])
    ended = CliRunner().invoke(app, ["alerts", "unmute", made.stdout.strip().splitlines()[-1]])

    assert listed.stdout.startswith(made.stdout.strip().splitlines()[-1])
    assert listed.stdout.endswith("price_exploit product/7  by kim\n")
    assert (ended.exit_code, CliRunner().invoke(app, ["alerts", "mutes"]).stdout) == (0, "")


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        (["judge", "nobody", "false", "--by", "kim"], 1, "no anomaly of an incident has this id"),
        (["judge", "nobody", "maybe", "--by", "kim"], 2, "there is no such verdict"),
        (["mute", "nonsense", "--by", "kim"], 2, "there is no such scenario"),
        (["mute", "price_exploit", "--by", "kim", "--hours", "0"], 2, "mute until a time that is to come"),
        (["unmute", "nobody"], 1, "no mute has this id"),
    ],
)
def test_what_cannot_be_said_is_one_sentence(
    typed: list[str], status: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.argv", ["stream_app", "alerts", *typed])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == status
    assert said in capsys.readouterr().err


def test_labels_are_written_for_training(tmp_path: Path):
    database = Database.open(f"sqlite:///{tmp_path}/alerts.db")
    absorber = absorber_of(database)
    absorber.begin()
    absorber.absorb(read(seen("product/7"), seen("product/8", minute=90)), caught_up=True)
    desk = IncidentDesk(database)
    for incident, verdict in zip(desk.list(), VERDICTS, strict=False):
        desk.judge(incident.id, verdict, "kim", "a sale")
    database.close()

    answer = CliRunner().invoke(app, ["alerts", "labels", "-o", str(tmp_path / "labels.jsonl")])

    assert answer.output == "2 labels: 1 expected, 1 true\n"
    assert [each.verdict for each in read_labels(tmp_path / "labels.jsonl")] == ["true", "expected"]
    assert b"kim" not in (tmp_path / "labels.jsonl").read_bytes()


def test_labels_that_cannot_be_written_are_one_sentence_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.argv", ["stream_app", "alerts", "labels", "-o", str(tmp_path / "no" / "labels.jsonl")])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "cannot be written (No such file or directory); choose another place with -o" in capsys.readouterr().err
