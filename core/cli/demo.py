"""`touchstone demo ...`: pages on which others try a model."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, RunId, print_json, print_table
from core.errors import UserError
from core.formatting import byte_size
from core.services.bootstrap import open_service
from core.services.demos.demos import DAYS, Demos
from core.services.demos.logo import logo_url
from core.services.demos.take_along import can_take_along, make_take_along
from core.specs.demo import LARGEST_LOGO, LONGEST_TITLE, LONGEST_WORDS, Demo, DemoWords

app = typer.Typer(no_args_is_help=True, help="Pages on which others try a model.")
ROOM_WARNING = (
    "Everybody in this network who has the address can open it, and others in the network can read along: it is not "
    "encrypted."
)
NO_EXAMPLES = "It has no examples to click: the data is gone, or holds personal data."


@app.command()
def create(
    run: RunId,
    title: Annotated[str, typer.Option(help="What the page is called; else as the data set.")] = "",
    intro: Annotated[str, typer.Option(help="What one does here, in a sentence.")] = "",
    limits: Annotated[str, typer.Option(help="What the model cannot do, in a sentence; else its test score.")] = "",
    logo: Annotated[Path | None, typer.Option(help="A PNG, JPEG or WebP of at most 300 kB.")] = None,
    days: Annotated[float, typer.Option(help="When the page ends by itself.")] = DAYS,
    room: Annotated[bool, typer.Option("--room", help="Let devices in the same network in, such as phones.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep what visitors try; the page says so.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a page on which others try a run's model, at an address that nobody can guess."""
    demos = Demos(open_service())
    words, asked = demos.draft(run)
    changed = {"title": title, "intro": intro, "limits": limits, "logo": _logo(logo) if logo else ""}
    _check_lengths(changed)
    words = DemoWords.model_validate(words.model_dump() | {name: said for name, said in changed.items() if said})
    demo = demos.create(run, words, asked, days=days, room=room, keeps=keep)
    addresses = demos.addresses(demo)
    if as_json:
        print_json(_document(demos, demo) | {"problem": addresses.problem})
        return
    print(f"{demo.words.title}: open until {demo.expires_at:%d %B %Y, %H:%M} UTC.")
    print(f"To end it: touchstone demo withdraw {demo.id}")
    print(f"On this machine: {addresses.local}")
    if addresses.room:
        print(f"In this network: {addresses.room}\n{ROOM_WARNING}")
    if addresses.problem:
        print(addresses.problem)
    for example in asked.examples:
        print(f"  Example that visitors see: {example.name}")
    if not asked.examples:
        print(NO_EXAMPLES)


@app.command("list")
def list_pages(as_json: AsJson = False) -> None:
    """List the pages, and what was said on them."""
    demos = Demos(open_service())
    demos.open()  # served again after a restart of the machine
    found = demos.list()
    if as_json:
        print_json({"demos": [_document(demos, demo) for demo in found]})
        return
    rows = []
    for demo in found:
        replies = demos.replies(demo)
        thumbs = [sum(reply.thumb == way for reply in replies) for way in ("up", "down")]
        rows.append((demo.id, demo.run, _state(demo), f"{thumbs[0]} up, {thumbs[1]} down", demo.words.title))
    print_table(("PAGE", "RUN", "STATE", "THUMBS", "TITLE"), rows)
    for demo in found:
        if demo.is_open(datetime.now(UTC)):
            addresses = demos.addresses(demo)
            print("  ".join(part for part in (demo.id, addresses.local, addresses.room, addresses.problem) if part))


@app.command()
def withdraw(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run, or one page's ID.")], as_json: AsJson = False
) -> None:
    """End the pages of a run, or one page, at once."""
    demos = Demos(open_service())
    ended = demos.withdraw(run)
    if as_json:
        print_json({"withdrawn": [demo.id for demo in ended]})
        return
    for demo in ended:
        print(f"{demo.id} ({demo.words.title}) is withdrawn: its address leads nowhere now.")


@app.command("take-along")
def take_along(
    run: RunId,
    out: Annotated[Path, typer.Option(help="The ZIP file to write.")] = Path("demo.zip"),
    as_json: AsJson = False,
) -> None:
    """Write the demo as one folder that answers in a browser, without a network and without Python."""
    service = open_service()
    found = can_take_along(service, run)
    if not found.reason:
        print(found.size_in_words, file=sys.stderr)
    words, asked = Demos(service).shown(run)
    content = make_take_along(service, run, words, asked)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise UserError(f"{out} cannot be written ({error.strerror}).") from error
    if as_json:
        print_json({"run": run, "file": str(out.resolve()), "size_bytes": len(content)})
        return
    print(f"{out}: {byte_size(len(content))}. Unpack it and open index.html in a browser.")


def _document(demos: Demos, demo: Demo) -> dict[str, Any]:
    is_open = demo.is_open(datetime.now(UTC))
    addresses = demos.addresses(demo) if is_open else None
    return {
        "id": demo.id, "run": demo.run, "title": demo.words.title, "state": _state(demo),
        "address": addresses.local if addresses else "", "room_address": addresses.room if addresses else "",
        "created_at": demo.created_at.isoformat(), "expires_at": demo.expires_at.isoformat(), "room": demo.room,
        "keeps": demo.keeps, "examples": [example.name for example in demo.input.examples],
        "replies": [reply.model_dump(mode="json") for reply in demos.replies(demo)],
    }  # fmt: skip


def _state(demo: Demo) -> str:
    if demo.withdrawn_at is not None:
        return "withdrawn"
    return "open" if demo.is_open(datetime.now(UTC)) else "expired"


def _check_lengths(words: dict[str, str]) -> None:
    for name, most in (("title", LONGEST_TITLE), ("intro", LONGEST_WORDS), ("limits", LONGEST_WORDS)):
        if len(words[name]) > most:
            raise UserError(f"--{name} has {len(words[name])} characters; at most {most} fit on the page. Shorten it.")


def _logo(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_LOGO:
            raise UserError(f"{file} is larger than {LARGEST_LOGO // 1000} kB. Make the logo smaller.")
        return logo_url(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}).") from error
