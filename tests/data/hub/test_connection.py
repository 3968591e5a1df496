"""Fetching that is cancelled, cut off, or has no hub to fetch from."""

from pathlib import Path

from tests.data.hub.asking import Ask, start_child
from tests.data.hub.server import HubServer
from tests.data.hub.sets import reviews


def test_cancelling_a_download_leaves_nothing_of_the_set(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/reviews"] = reviews()
    cache = tmp_path / "cache"

    told = ask("read", id="acme/reviews", cache=cache, folder=tmp_path / "draft", cancel_stage="Downloading")

    assert told == {"cancelled": True}
    assert not [
        file for file in cache.rglob("*") if file.is_file() and "reviews" in str(file) and ".lock" not in str(file)
    ]
    assert ask("cached", cache=cache) == {"cached": []}


def test_cancelling_works_while_rows_are_read(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/reviews"] = reviews()

    told = ask("read", id="acme/reviews", cache=tmp_path / "c", folder=tmp_path / "draft", cancel_stage="Reading")

    assert told == {"cancelled": True}


def test_offline_says_what_is_here_and_what_was_fetched_opens_without_a_connection(
    hub: HubServer, ask: Ask, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    hub.repositories["acme/reviews"] = reviews()
    ask("read", id="acme/reviews", cache=cache, folder=tmp_path / "first")
    offline, ask_offline = start_child("http://127.0.0.1:9", HF_HOME=str(tmp_path / "hf"))  # nobody listens there

    again = ask_offline("read", id="acme/reviews", cache=cache, folder=tmp_path / "second")
    other = ask_offline("read", id="acme/other", cache=cache, folder=tmp_path / "third")
    here = ask_offline("cached", cache=cache)
    offline.kill()
    offline.wait(60)

    assert len(again["rows"]) == 5
    assert again["labels"] == ["neg", "pos"]
    assert other["error"] == (
        "The hub cannot be reached from this machine (127.0.0.1: it refuses the connection). Connect to the internet "
        "and try again, or import the data as a file. Already here: 'acme/reviews'."
    )
    assert here == {"cached": ["acme/reviews"]}


def test_something_that_answers_in_the_hubs_place_is_not_taken_for_it(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.says_instead = b"<html>Please log in to this network</html>"

    told = ask("look", id="acme/reviews", cache=tmp_path)
    hub.says_instead = None

    assert told["error"] == (
        "The hub cannot be reached from this machine (127.0.0.1: something else answers in its place, perhaps a proxy "
        "or a network's login page). Connect to the internet and try again, or import the data as a file. Nothing was "
        "fetched from the hub to this machine yet."
    )


def test_a_cut_connection_says_how_far_it_came(hub: HubServer, ask: Ask, tmp_path: Path) -> None:
    hub.repositories["acme/cut"] = reviews()
    hub.repositories["acme/cut"].cut_after = 100

    told = ask("read", id="acme/cut", cache=tmp_path / "cache", folder=tmp_path / "draft")

    assert told["error"].startswith("The connection to the hub was lost after 0.0 of 0.0 MB")
    assert not [file for file in (tmp_path / "cache").rglob("*.incomplete")]
