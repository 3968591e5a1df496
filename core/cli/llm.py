"""`touchstone llm ...`: language models that can be asked beside trained ones."""

from dataclasses import asdict
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, print_table
from core.contest.endpoints import Endpoint, Endpoints, checked
from core.services.contests.in_words import price_in_words
from core.services.contests.probe import probe
from core.settings import Settings

app = typer.Typer(help="Keep and test language models to compare with.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the language model is called here.")]


@app.command("add")
def add(
    name: Name,
    url: Annotated[str, typer.Option(help="The OpenAI-compatible address, such as http://localhost:11434/v1.")],
    model: Annotated[str, typer.Option(help="The model, as the endpoint calls it.")],
    key_env: Annotated[
        str, typer.Option(metavar="VAR", help="The variable that holds its key; the key itself is never kept.")
    ] = "",
    price_in: Annotated[float | None, typer.Option(help="What a million tokens cost that it reads.")] = None,
    price_out: Annotated[float | None, typer.Option(help="What a million tokens cost that it writes.")] = None,
    currency: Annotated[str, typer.Option(help="Of the prices.")] = "USD",
    priced_on: Annotated[
        str, typer.Option(metavar="DATE", help="When the prices were so (YYYY-MM-DD); today if not given.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Keep a language model of any OpenAI-compatible endpoint, in place of one of the same name."""
    Settings().prepare()
    made = Endpoints(Settings().home).add(
        checked(Endpoint(name, url, model, key_env, price_in, price_out, currency, priced_on))
    )
    if as_json:
        print_json(asdict(made))
        return
    where = "stays on this machine" if made.is_local else f"is sent to {made.host}, after you have confirmed it"
    print(f"{made.name} is kept. What it is asked {where}. Test it with: touchstone llm test {made.name}")


@app.command("list")
def list_endpoints(as_json: AsJson = False) -> None:
    """List the language models."""
    found = Endpoints(Settings().home).list()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows = [(one.name, one.model, one.url, one.key_env or "-", price_in_words(one) or "-") for one in found]
    print_table(("NAME", "MODEL", "ADDRESS", "KEY FROM", "PRICE"), rows)


@app.command("test")
def try_endpoint(name: Name, as_json: AsJson = False) -> None:
    """Ask a language model a few sentences of ours: what it can do, and how long it takes."""
    endpoint = Endpoints(Settings().home).find(name)
    found = probe(Settings(), endpoint)
    if as_json:
        print_json(asdict(found) | {"can": found.can})
        return
    print(f"{endpoint.name} answers. It gives {found.can}.")
    print(f"An answer takes {found.p50_ms:,.0f} ms (p50), {found.p95_ms:,.0f} ms (p95), one after another.")
    print(f"Asked whether '{found.question}' is positive or negative, it said: {found.answer}")


@app.command("remove")
def remove(name: Name, as_json: AsJson = False) -> None:
    """Forget a language model; results of its contests stay."""
    gone = Endpoints(Settings().home).remove(name)
    if as_json:
        print_json(asdict(gone))
    else:
        print(f"{gone.name} is forgotten. Results of its contests stay.")
