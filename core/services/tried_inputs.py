"""What people tried on trained models: kept, judged, and made examples of."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.inspection_client import thumbnail
from core.errors import UserError
from core.files import whole
from core.specs import Score
from core.specs.contender import Contender
from core.statistics.shares import wilson
from core.store.tried_input_store import Kind, TriedInput, TriedInputStore

if TYPE_CHECKING:
    from core.services.run_service import Service

__all__ = ["Kind", "Tally", "TriedInput", "TriedInputs"]

LARGEST_IMAGE = 32 * 2**20  # bytes
TIE = "tie"
MOST_TRIES = 100_000


@dataclass(frozen=True)
class Tally:
    """The votes on contenders that answered side by side.

    Args:
        votes: For each contender, by reference.
        ties: Votes for none.
        shares: Of each among the votes that are no ties, with its 95 % interval; empty without any.
    """

    votes: Mapping[str, int]
    ties: int
    shares: Mapping[str, Score]


class TriedInputs:
    """Keeps what was tried on the runs of a home.

    Args:
        service: Knows runs and data sets.
    """

    def __init__(self, service: "Service") -> None:
        self._service, self._store = service, TriedInputStore(service.database)
        self._folder = service.settings.home / "tried"

    # --- images ---

    def keep_image(self, content: bytes) -> str:
        """Keep the bytes of an image; return the name of its file.

        Raises:
            UserError: It is too large.
        """
        if len(content) > LARGEST_IMAGE:
            raise UserError(f"This image is larger than {LARGEST_IMAGE // 2**20} MB. Make it smaller, then try again.")
        name = hashlib.sha256(content).hexdigest()[:32]
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if not (self._folder / name).exists():
            with whole(self._folder / name) as draft:
                draft.write_bytes(content)
        return name

    def image(self, name: str) -> bytes:
        """Return the bytes of a kept image.

        Raises:
            UserError: It is not kept any more.
        """
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            raise UserError("This image is not kept any more. Give it again.") from None

    def thumbnail(self, name: str, largest: int = 256) -> bytes:
        """Return a small copy of a kept image, decoded in an inspector's process.

        Raises:
            UserError: It is not kept any more, or is no image.
        """
        return thumbnail(self.image(name), largest)

    def _file(self, name: str) -> Path:
        return self._folder / "".join(letter for letter in name if letter in "0123456789abcdef")

    # --- tries ---

    def keep(
        self,
        contender: str,
        kind: Kind,
        content: Mapping[str, Any],
        answers: Sequence[Mapping[str, Any]],
        vote: str = "",
    ) -> str:
        """Keep an input with the answers of all contenders; return its id."""
        return self._store.add(Contender.parse(contender).run, kind, content, answers, vote)

    def list(self, run_ids: Collection[str] = (), limit: int = 200) -> list[TriedInput]:
        """Return what was tried on some runs, or on all, the newest first."""
        return self._store.list(run_ids, limit)

    def rate(self, tried_id: str, thumb: int) -> None:
        """Say whether an answer was good (1), bad (-1) or neither (0)."""
        self._store.change(tried_id, thumb=max(-1, min(1, thumb)))

    def set_right_label(self, tried_id: str, label: str) -> None:
        """Say what an input really is; empty takes it back."""
        self._store.change(tried_id, right_label=label.strip()[:100])

    def vote(self, tried_id: str, contender: str) -> None:
        """Say which contender's answer was better: its reference, or "tie"."""
        self._store.change(tried_id, vote=contender)

    def forget(self, tried_ids: Collection[str]) -> None:
        """Remove tries for good, with the images that no other one shows."""
        every = self._store.list(limit=MOST_TRIES)
        gone = {one.content.get("image") for one in every if one.id in tried_ids} - {None}
        self._store.forget(tried_ids)
        kept = {one.content.get("image") for one in every if one.id not in tried_ids}
        for name in gone - kept:
            self._file(str(name)).unlink(missing_ok=True)

    def tally(self, contenders: Collection[str]) -> Tally:
        """Return the votes where exactly these answered, in whichever order they stood."""
        votes = Counter(
            one.vote for one in self._store.list(limit=MOST_TRIES)
            if one.vote and {answer.get("contender") for answer in one.answers} == set(contenders)
        )  # fmt: skip
        each = {reference: votes[reference] for reference in contenders}
        decided = sum(each.values())
        shares = {reference: wilson(count, decided) for reference, count in each.items()} if decided else {}
        return Tally(each, votes[TIE], shares)

    # --- examples ---

    def make_examples(self, tried_ids: Sequence[str]) -> str:
        """Start a process that makes training examples of tries; return its job id.

        Raises:
            UserError: There is nothing to add, a right label is missing, or the data set is built in.
        """
        chosen = [self._store.get(tried_id) for tried_id in tried_ids]
        if not chosen:
            raise UserError("Choose at least one try whose right label you know.")
        run = self._service.run(chosen[0].run_id)
        name = run.config.dataset
        if not run.config.dataset_version:
            raise UserError(
                f"'{name}' is built in and stays as it is. Import data of your own, then what you try can become "
                "examples of it."
            )
        job = self._service.dataset_service.start_append(name, [self._example(one) for one in chosen])
        for one in chosen:
            self._store.change(one.id, added_to=name)
        return job

    def _example(self, one: TriedInput) -> dict[str, Any]:
        answer = one.right_label or (str(one.answers[0].get("label", "")) if one.thumb > 0 and one.answers else "")
        example: dict[str, Any] = {"answer": answer, "kind": one.kind}
        if one.kind == "image":
            return example | {"file": str(self._file(str(one.content["image"])))}
        return example | {name: one.content[name] for name in ("text", "row") if name in one.content}
