import re

from pydantic_settings import BaseSettings

from shop_services.chassis.settings import Settings as ShopSettings
from stream_app.settings import Settings as MonitorSettings
from tests.architecture.sources import ROOT


def variables(settings: type[BaseSettings]) -> set[str]:
    prefix = settings.model_config["env_prefix"]
    return {f"{prefix}{field}".upper() for field in settings.model_fields}


def test_the_example_file_lists_every_setting_and_no_other():
    listed = set(re.findall(r"^#?\s?((?:MONITOR|SHOP)_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert listed == variables(MonitorSettings) | variables(ShopSettings)


def test_every_setting_says_what_it_is():
    bare = [
        field
        for settings in (MonitorSettings, ShopSettings)
        for field, info in settings.model_fields.items()
        if not info.description
    ]

    assert bare == []
