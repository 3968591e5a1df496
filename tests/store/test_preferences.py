from concurrent.futures import ThreadPoolExecutor

from core.store.database import Database
from core.store.preferences import PreferenceStore


def test_a_preference_is_remembered_changed_and_forgotten(database: Database) -> None:
    preferences = PreferenceStore(database)
    assert preferences.get("baseline") is None
    preferences.set("view:good ones", {"filter": "accuracy > 0.9"})
    preferences.set("view:good ones", {"filter": "accuracy > 0.95"})
    preferences.set("baseline", {"image-classification": "abcd2345"})
    assert preferences.with_prefix("view:") == {"good ones": {"filter": "accuracy > 0.95"}}
    preferences.remove("view:good ones")
    assert preferences.with_prefix("view:") == {}
    assert preferences.get("baseline") == {"image-classification": "abcd2345"}


def test_what_is_changed_in_one_moment_is_all_kept(database: Database) -> None:
    preferences = PreferenceStore(database)

    def add(task: int) -> None:
        preferences.change("baseline", lambda kept: (kept or {}) | {str(task): "abcd2345"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(preferences.get("baseline")) == 40
