from models.scenarios.discovery import scenarios
from tests.architecture.sources import ROOT

PLACES = ("models/scenarios", "models/training", "models/rules", "stream_app/agents", "shop_services/traffic/scenarios")


def test_a_scenario_has_the_same_name_wherever_it_appears():
    missing = [
        f"{place}/{stem}.py" for place in PLACES for stem in scenarios() if not (ROOT / place / f"{stem}.py").exists()
    ]

    assert missing == []


def test_every_agent_but_intake_and_conformance_serves_a_scenario():
    agents = {path.stem for path in (ROOT / "stream_app/agents").glob("*.py")} - {"__init__", "intake", "conformance"}

    assert agents == set(scenarios())
