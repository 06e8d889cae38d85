"""The short form of `python -m tests.fuzz`: one seed that stays, so that the suite can be relied on, and one that does
not, so that it finds more with every run.
"""

import secrets

import pytest

from tests.fuzz.run import FoundError, Target, checked, run

COUNT = 1_500


@pytest.mark.parametrize("seed", [7, secrets.randbelow(10**6)], ids=["fixed", "random"])
def test_payloads_nobody_expects_are_taken_rightly_or_refused_with_a_reason(seed: int) -> None:
    """INVARIANT: taken, refused and skipped together are what was sent, and no content goes where it must not.

    Without it one producer's mistake could stop the monitor, vanish, or put a password into a log.
    """
    print(f"seed {seed}")

    done = {progress.target: progress for progress in run(COUNT, seed)}

    assert sum(done["intake"].outcomes.values()) == done["intake"].done >= COUNT
    assert done["intake"].outcomes.keys() == {
        "taken", "undecodable", "bad_time", "missing_field", "empty", "too_large", "unknown type",
    }  # fmt: skip
    assert done["console"].outcomes["200"] > 0


def test_what_fails_is_made_small() -> None:
    def check(payloads, seed):
        assert not any(payload and b"ab" in payload for payload in payloads)
        return {}

    with pytest.raises(FoundError) as found:
        checked(Target("sample", check, 1.0, (1,)), [None, b"{}", b"xxxabyyy" * 3, b"ab"], 7)

    assert found.value.payloads == [b"ab"]
