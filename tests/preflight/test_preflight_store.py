"""The store of trials: the same question is one trial, one works at a time, and nobody's question blocks others."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.runs import Preflight, PreflightStatus
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.preflight_store import PreflightStore
from core.store.run_store import now
from core.store.tables import PreflightRow

Config = Callable[..., TrainConfig]
DAY_S = 86_400.0


@pytest.fixture
def store(database: Database) -> PreflightStore:
    return PreflightStore(database)


def ask(store: PreflightStore, config: TrainConfig) -> Preflight:
    return store.ask("estimate", config, again_after_s=10.0, fresh_s=DAY_S)


def let_pass(store: PreflightStore, preflight: Preflight, seconds: float) -> None:
    """Behave as if the trial had been asked for, and heard of, so much earlier."""
    moment = now() - timedelta(seconds=seconds)
    with store.database.write() as session:
        session.query(PreflightRow).filter_by(id=preflight.id).update({"asked_at": moment, "heard_at": moment})


def test_the_same_question_is_one_trial(store: PreflightStore, quick_config: Config) -> None:
    first, again, other = (ask(store, quick_config(epochs=n)) for n in (3, 3, 4))
    assert first.id == again.id != other.id
    assert (first.status, first.ahead, other.ahead) == (PreflightStatus.WAITING, 0, 1)


def test_one_works_at_a_time_in_the_order_of_asking(store: PreflightStore, quick_config: Config) -> None:
    first, second = (ask(store, quick_config(epochs=n)) for n in (3, 4))
    assert (store.claim(), store.claim()) == (first.id, None)
    assert store.finish(first.id, {"fits": True})
    assert (store.claim(), store.claim()) == (second.id, None)


def test_an_answer_is_given_again_for_a_day(store: PreflightStore, quick_config: Config) -> None:
    config = quick_config()
    preflight = ask(store, config)
    store.claim()
    store.finish(preflight.id, {"fits": True, "train_time_s": 12.5})
    let_pass(store, preflight, DAY_S - 60)
    assert ask(store, config).result == {"fits": True, "train_time_s": 12.5}
    let_pass(store, preflight, DAY_S + 60)
    assert ask(store, config).status is PreflightStatus.WAITING


@pytest.mark.parametrize("result", [None, {"fits": False}])
def test_bad_news_is_checked_again_soon(store: PreflightStore, quick_config: Config, result: dict[str, bool]) -> None:
    config = quick_config()
    preflight = ask(store, config)
    store.claim()
    store.finish(preflight.id, result, "" if result else "It is broken.")
    assert ask(store, config).id == preflight.id  # a page that asks in a circle does not keep the machine busy
    let_pass(store, preflight, 11)
    assert ask(store, config).status is PreflightStatus.WAITING


def test_that_something_did_not_fit_is_forgotten_soon(store: PreflightStore, quick_config: Config) -> None:
    preflight = ask(store, quick_config())
    store.claim()
    store.finish(preflight.id, {"fits": False})
    assert store.find("estimate", preflight.config_hash) is not None
    let_pass(store, preflight, 31)
    assert store.find("estimate", preflight.config_hash) is None


def test_what_nobody_waits_for_any_more_is_passed_over_until_somebody_asks(
    store: PreflightStore, quick_config: Config
) -> None:
    left, wanted = (ask(store, quick_config(epochs=n)) for n in (3, 4))
    let_pass(store, left, 61)
    found = store.find("estimate", wanted.config_hash)
    assert found is not None
    assert found.ahead == 0
    assert store.claim() == wanted.id
    store.finish(wanted.id, {})
    assert store.claim() is None
    store.find("estimate", left.config_hash)  # the page is back
    assert store.claim() == left.id


def test_a_trial_that_nobody_waits_for_gives_way_to_one_that_somebody_does(
    store: PreflightStore, quick_config: Config
) -> None:
    long_one = ask(store, quick_config(epochs=3))
    store.claim()
    let_pass(store, long_one, 61)
    job = store.working()
    assert job is not None
    assert (job.is_wanted, job.others_wait) == (False, False)  # nobody else waits: it may as well end
    ask(store, quick_config(epochs=4))
    job = store.working()
    assert job is not None
    assert (job.is_wanted, job.others_wait) == (False, True)
    assert store.put_back(long_one.id)
    assert store.working() is None


def test_the_second_word_about_a_trial_does_not_count(store: PreflightStore, quick_config: Config) -> None:
    config = quick_config()
    preflight = ask(store, config)
    store.claim()
    assert store.finish(preflight.id, {"fits": True})
    assert not store.finish(preflight.id, None, "Its process was ended.")
    assert ask(store, config).status is PreflightStatus.DONE


def test_old_trials_are_forgotten_and_working_ones_are_not(store: PreflightStore, quick_config: Config) -> None:
    done, works, waits = (ask(store, quick_config(epochs=n)) for n in (3, 4, 5))
    store.claim()
    store.finish(done.id, {})
    store.claim()
    for preflight in (done, works, waits):
        let_pass(store, preflight, DAY_S + 1)
    assert store.forget(DAY_S) == 2
    job = store.working()
    assert job is not None
    assert job.trial_id == works.id


def test_thirty_people_wait_in_a_row(store: PreflightStore, quick_config: Config) -> None:
    asked = [ask(store, quick_config(epochs=n)) for n in range(1, 31)]
    assert [preflight.ahead for preflight in asked] == list(range(30))
    taken = []
    while (claimed := store.claim()) is not None:
        taken.append(claimed)
        store.finish(claimed, {})
    assert taken == [preflight.id for preflight in asked]
