"""Demo pages as pages and commands use them."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import UserError
from core.services.demos.demo_server import DemoServer
from core.services.demos.demo_store import DemoStore
from core.services.demos.draft import draft
from core.services.run_service import Service
from core.specs.demo import Demo, DemoInput, DemoReply, DemoWords

DAYS, MOST_DAYS = 7, 90
OPENS_WITHIN_S = 5.0


@dataclass(frozen=True)
class Addresses:
    """Where a page is opened.

    Args:
        local: On this machine.
        room: On devices in the same network; empty where they cannot.
        problem: Why they cannot although they should, a sentence.
    """

    local: str
    room: str = ""
    problem: str = ""


class Demos:
    """The demo pages of a service's home."""

    def __init__(self, service: Service) -> None:
        self._service, self.store = service, DemoStore(service.settings.home)
        self._server = DemoServer(service.settings)

    def draft(self, run_id: str) -> tuple[DemoWords, DemoInput]:
        """Return words and input of a page for a run, to be edited.

        Raises:
            RunNotFound: There is no such run.
            RunNotReady: It has no model.
        """
        return draft(self._service, self._service.run(run_id))

    def create(
        self,
        run_id: str,
        words: DemoWords | None = None,
        asked: DemoInput | None = None,
        *,
        days: float = DAYS,
        room: bool = False,
        keeps: bool = False,
    ) -> Demo:
        """Make a page; whoever has its address may ask the model until it ends.

        Args:
            run_id: The run.
            words: Of the page; None is the draft's.
            asked: With other examples than the draft's.
            days: Until it ends by itself.
            room: Whether other devices in this network may open it.
            keeps: Whether what visitors try is kept.

        Raises:
            UserError: It would last too long, or a run has no model.
        """
        run = self._service.run(run_id)
        if not 0 < days <= MOST_DAYS:
            raise UserError(f"A demo page lasts up to {MOST_DAYS} days. Choose fewer, and make a new one afterwards.")
        drafted = draft(self._service, run)
        now = datetime.now(UTC)
        demo = Demo(
            id=secrets.token_hex(4), run=run.id, token=secrets.token_urlsafe(32), words=words or drafted[0],
            input=asked or drafted[1], created_at=now, expires_at=now + timedelta(days=days), room=room, keeps=keeps,
        )  # fmt: skip
        self.store.save(demo)
        self._server.ensure()
        return demo

    def shown(self, run_id: str) -> tuple[DemoWords, DemoInput]:
        """Return words and input of a run's newest open page, else the draft's.

        Raises as `draft` does.
        """
        moment = datetime.now(UTC)
        found = next((demo for demo in self.list(run_id) if demo.is_open(moment)), None)
        return (found.words, found.input) if found else self.draft(run_id)

    def change(
        self,
        demo_id: str,
        words: DemoWords | None = None,
        asked: DemoInput | None = None,
        room: bool | None = None,
    ) -> Demo:
        """Change a page's words, its examples, or who may open it; its address stays."""
        demo, wanted = self.find(demo_id), {"words": words, "input": asked, "room": room}
        changed = demo.model_copy(update={name: value for name, value in wanted.items() if value is not None})
        self.store.save(changed)
        return changed

    def list(self, run_id: str = "") -> Sequence[Demo]:
        """Return the pages of a run, or all, the newest first."""
        return [demo for demo in self.store.all() if run_id in ("", demo.run)]

    def open(self, run_id: str = "") -> Sequence[Demo]:
        """Return the pages that visitors get into; see to it that they are served."""
        found = [demo for demo in self.list(run_id) if demo.is_open(datetime.now(UTC))]
        if found:
            self._server.ensure()
        return found

    def find(self, demo_id: str) -> Demo:
        """Return a page.

        Raises:
            UserError: There is none of this id.
        """
        for demo in self.store.all():
            if demo.id == demo_id:
                return demo
        raise UserError(f"There is no demo page '{demo_id}'. See all pages with: touchstone demo list")

    def withdraw(self, name: str) -> Sequence[Demo]:
        """End a page by its id, or all of a run, at once.

        Raises:
            UserError: There is none of it.
        """
        moment = datetime.now(UTC)
        found = [demo for demo in self.store.all() if name in (demo.id, demo.run) and demo.is_open(moment)]
        if not found:
            raise UserError(f"'{name}' has no demo page that is open. See all pages with: touchstone demo list")
        for demo in found:
            self.store.save(demo.model_copy(update={"token": "", "withdrawn_at": moment}))
        return found

    def addresses(self, demo: Demo) -> Addresses:
        """Return where an open page is found."""
        state = self._server.ensure()
        deadline = time.monotonic() + OPENS_WITHIN_S
        while demo.room and not (state.room_address or state.problem) and time.monotonic() < deadline:
            time.sleep(0.1)  # it looks once a second whether a page wants its room
            state = self._server.ensure()
        room = state.room_address if demo.room else ""
        return Addresses(
            f"http://127.0.0.1:{state.port}/d/{demo.token}",
            f"http://{room}:{state.port}/d/{demo.token}" if room else "",
            state.problem if demo.room else "",
        )

    def replies(self, demo: Demo) -> Sequence[DemoReply]:
        """Return what visitors said of a page, the oldest first."""
        return self.store.replies(demo)
