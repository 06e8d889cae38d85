"""Who may use the console of a local run."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import parts
from deploy.local.access import PERSON, let_in, new_password
from deploy.local.errors import NotReady
from deploy.local.options import SHOP_START, RunOptions
from deploy.local.shop_time import ShopTime
from stream_app.access import people
from stream_app.access.file import load_access

CLOCK = ShopTime(60.0, SHOP_START, 0.0)


def test_the_person_of_a_run_may_do_everything_with_its_password(tmp_path: Path) -> None:
    options = RunOptions(folder=tmp_path, password=new_password())
    let_in(options)
    let_in(replace(options, password=(second := new_password())))  # the next run in the same folder

    document = load_access(options.access)
    assert people.sign_in(document, PERSON, options.password) is None
    identity = people.sign_in(document, PERSON, second)
    assert identity is not None
    assert identity.may("admin")
    assert all(part.environment["MONITOR_ACCESS"] == str(options.access) for part in parts.monitor(options, CLOCK))
    assert options.password not in repr(options)


def test_an_access_file_of_ones_own_is_left_alone(tmp_path: Path) -> None:
    options = RunOptions(folder=tmp_path)

    let_in(options)

    assert not options.access.exists()
    assert all("MONITOR_ACCESS" not in part.environment for part in parts.monitor(options, CLOCK))


def test_an_access_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    options = RunOptions(folder=tmp_path, password=new_password())
    options.access.parent.mkdir()
    options.access.write_text("people = 5")

    with pytest.raises(NotReady, match=r"access\.toml"):
        let_in(options)
