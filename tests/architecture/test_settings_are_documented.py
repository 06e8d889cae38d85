import re

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from deploy.local.__main__ import app as local_run
from shop_services.chassis.settings import Settings as ShopSettings
from stream_app.settings import Settings as MonitorSettings
from tests.architecture.sources import ROOT


def variables(settings: type[BaseSettings]) -> set[str]:
    prefix = settings.model_config["env_prefix"]
    return {f"{prefix}{field}".upper() for field in settings.model_fields}


def options_of_the_local_run() -> set[str]:
    parameters = typer.main.get_command(local_run).params
    return {str(option.envvar) for option in parameters if getattr(option, "envvar", None)}


def default(info: FieldInfo) -> str:
    value = info.default.get_secret_value() if isinstance(info.default, SecretStr) else info.default
    return "" if value is None else str(value).removeprefix(f"{ROOT}/")


def test_the_example_file_lists_every_setting_and_no_other():
    listed = set(re.findall(r"^#?\s?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert listed == variables(MonitorSettings) | variables(ShopSettings) | options_of_the_local_run()


def test_the_example_file_tells_the_defaults():
    told = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    wrong = {
        name: told[name]
        for settings in (MonitorSettings, ShopSettings)
        for field, info in settings.model_fields.items()
        if told[name := f"{settings.model_config['env_prefix']}{field}".upper()] != default(info)
    }

    assert wrong == {}


def test_every_setting_says_what_it_is():
    bare = [
        field
        for settings in (MonitorSettings, ShopSettings)
        for field, info in settings.model_fields.items()
        if not info.description
    ]

    assert bare == []
