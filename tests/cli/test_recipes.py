"""`touchstone recipes` and `touchstone train --recipe`."""

from core.runs import RunStatus
from core.services.run_service import Service
from tests.cli.conftest import Cli, Json


def test_recipes_are_listed_with_their_data(cli: Cli, answer: Json) -> None:
    found = {one["name"]: one for one in answer("recipes")}
    assert (found["digits-in-a-minute"]["ready"], found["digits-in-a-minute"]["suiting"]) == (True, ["digits"])
    assert (found["mnist-mlp"]["ready"], found["mnist-mlp"]["hub"]) == (False, "ylecun/mnist")
    assert found["mnist-mlp"]["others"] == ["digits", "product-photos"]
    code, table, _ = cli("recipes")
    assert (code, "mnist-mlp" in table) == (0, True)


def test_a_recipe_is_trained_by_its_name(cli: Cli, answer: Json, service: Service) -> None:
    code, said, _ = cli("train", "--recipe", "digits-in-a-minute", "--set", "epochs=1", "--wait")
    assert code == 0
    assert "unseen" in said
    (run,) = service.runs()
    assert (run.status, run.config.dataset, run.config.model, run.config.epochs, run.config.batch_size) == (
        RunStatus.SUCCEEDED, "digits", "small-cnn", 1, 32,
    )  # fmt: skip


def test_a_recipe_takes_another_data_set_where_one_is_named(cli: Cli, answer: Json) -> None:
    run = answer("train", "--recipe", "price-regression", "--dataset", "diabetes", "--set", "epochs=1")
    assert (run["dataset"], run["model"], run["config"]["optimizer"]) == ("diabetes", "linear", "sgd")


def test_a_recipe_without_its_data_is_refused_with_the_way_to_get_it(cli: Cli, service: Service) -> None:
    before = len(service.runs())
    code, out, said = cli("train", "--recipe", "mnist-mlp")
    assert (code, out) == (2, "")
    assert "hub:ylecun/mnist" in said
    assert "four idx files" in said
    assert len(service.runs()) == before


def test_what_contradicts_a_recipe_is_refused(cli: Cli) -> None:
    assert "says task, model and preset itself" in cli("train", "--recipe", "mnist-mlp", "--model", "mlp")[2]
    assert "Did you mean 'mnist-mlp'" in cli("train", "--recipe", "mnist-mpl")[2]
    assert "Say what to learn from" in cli("train")[2]
