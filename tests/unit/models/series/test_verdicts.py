import numpy as np

from models.series.verdicts import ALARM, Decision, calibrated, judged

DECISION = Decision(bar=1.0, pause=50, share=0.0, raised=2.0, relief=100, warm=10)


def scores(**rows: float) -> np.ndarray:
    made = np.full(1_000, 0.1)
    for row, score in rows.items():
        made[int(row[1:])] = score
    return made


def alarm_rows(made: np.ndarray, decision: Decision = DECISION) -> list[int]:
    return np.flatnonzero(judged(made, decision)[1]).tolist()


def test_a_row_at_the_bar_is_an_alarm_and_one_below_is_none():
    bar_alone = Decision(bar=1.0, raised=0.0, warm=10)

    assert alarm_rows(scores(r200=1.0, r800=0.99), bar_alone) == [200]


def test_within_the_pause_nothing_is_an_alarm():
    assert alarm_rows(scores(r200=2.0, r250=9.0)) == [200]


def test_after_the_pause_the_bar_is_raised_and_sinks_again():
    assert alarm_rows(scores(r200=2.0, r260=1.5)) == [200]
    assert alarm_rows(scores(r200=2.0, r260=3.0)) == [200, 260]
    assert alarm_rows(scores(r200=2.0, r700=1.1)) == [200, 700]


def test_at_the_start_the_bar_is_raised():
    assert alarm_rows(scores(r20=2.0, r600=2.0)) == [600]


def test_in_a_long_series_the_pause_is_longer():
    assert alarm_rows(scores(r500=1.0, r590=9.0), Decision(bar=1.0, raised=0.0, share=0.2, warm=10)) == [500]


def test_the_score_is_an_alarm_exactly_from_a_half_on():
    made = np.random.default_rng(4).exponential(0.4, 5_000)

    told, alarms = judged(made, DECISION)

    assert np.array_equal(told >= ALARM, alarms)
    assert alarms.any()
    assert told.min() >= 0
    assert told.max() <= 1


def test_the_first_rows_have_no_score():
    assert judged(scores(r5=9.0), DECISION)[0][:10].tolist() == [0] * 10


def test_what_is_usual_in_a_noisy_series_counts_less():
    calm, noisy = np.full(1_000, 0.05), np.full(1_000, 0.6)
    calm[-1] = noisy[-1] = 0.7

    assert calibrated(noisy, Decision())[-1] < 0.7 * calibrated(calm, Decision())[-1]


def test_verdicts_depend_on_no_later_row():
    made = np.random.default_rng(5).exponential(0.4, 900)
    whole, part = calibrated(made, DECISION), calibrated(made[:500], DECISION)

    assert np.array_equal(whole[:500], part)
    assert np.array_equal(judged(whole, DECISION)[0][:500], judged(part, DECISION)[0])
