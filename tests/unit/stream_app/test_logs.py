import structlog

from stream_app.logs import setup_logging

RECORD = b'{"password":"hunter2"}'


def test_a_logged_error_tells_the_way_it_took_and_nothing_of_what_it_held(capsys) -> None:
    """INVARIANT: no personal data in logs. A traceback with variables would hold whole records."""
    before = structlog.get_config()
    setup_logging("info")

    def stumble(record: bytes) -> None:
        raise ValueError(record)

    try:
        stumble(RECORD)
    except ValueError as error:
        structlog.get_logger().error("record set aside", offset=3, exc_info=error)
    finally:
        structlog.configure(**before)

    told = capsys.readouterr().out
    assert "hunter2" not in told
    assert "in stumble" in told
    assert told.rstrip().endswith("ValueError")
