"""Everybody's steps in one order."""

from shop_services.traffic.actions import Actor, Entrance, Order, Step, moment
from shop_services.traffic.gates import Gate, passing
from shop_services.traffic.timeline import Timeline


def _steps(shopper: int, *moments: float) -> Actor:
    return (Step(at, Order(shopper)) for at in moments)


def test_steps_of_all_actors_come_in_order_of_time() -> None:
    timeline = Timeline([_steps(1, 1, 4, 9), _steps(2, 2, 3, 10)])

    assert [step.at for step in timeline] == [1, 2, 3, 4, 9, 10]


def test_an_entrance_brings_a_further_actor_in() -> None:
    def host() -> Actor:
        yield Entrance(5, _steps(2, 6, 8))
        yield Step(7, Order(1))

    assert [(step.at, step.action) for step in Timeline([host()])] == [(6, Order(2)), (7, Order(1)), (8, Order(2))]


def test_time_never_runs_backwards() -> None:
    timeline = Timeline([_steps(1, 5, 3, 6)])

    assert [step.at for step in timeline] == [5, 5, 6]


def test_an_actor_decides_only_when_its_moment_has_come() -> None:
    seen: list[float] = []

    def thinker() -> Actor:
        yield moment(10)
        yield Step(10, Order(len(seen)))

    for step in Timeline([thinker(), _steps(7, 1, 2, 3)]):
        seen.append(step.at)
        last = step

    assert last.action == Order(3)


def test_a_closed_gate_stops_everybody_and_a_half_open_one_half() -> None:
    steps = [Step(at, Order(shopper)) for at in (0.0, 10.0, 20.0) for shopper in range(1000)]

    passed = list(passing(steps, [Gate(0, 5, 0.0), Gate(10, 15, 0.5)]))

    by_time = {at: sum(step.at == at for step in passed) for at in (0.0, 10.0, 20.0)}
    assert by_time[0.0] == 0
    assert 450 < by_time[10.0] < 550
    assert by_time[20.0] == 1000
