"""Where data comes in: uploads, collections of pictures, and the imports that go on."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.imports.reservations import Reservations
from core.errors import UserError
from core.specs.dataset_types import Guess, HubSet, ImportOptions, ImportProgress, SourcePreview

if TYPE_CHECKING:
    from core.data.imports.collections import Collections
    from core.data.imports.jobs import Jobs
    from core.data.imports.uploads import Uploads

FORGOTTEN_AFTER_S = 2 * 86_400.0  # an upload that nobody imported


class ImportService:
    """Imports of user data.

    Everything is written to disk at once, and none of it is kept in this process's memory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._space = Reservations()

    @cached_property
    def uploads(self) -> "Uploads":
        """The files that came from a browser and are not imported yet."""
        from core.data.imports.uploads import Uploads

        return Uploads(self._folder / ".uploads", self._space)

    @cached_property
    def collections(self) -> "Collections":
        """The data sets that are being put together from pictures, class by class."""
        from core.data.imports.collections import Collections

        return Collections(self._folder / ".collections", self._space)

    @cached_property
    def jobs(self) -> "Jobs":
        """The imports and fixes that go on, in processes of their own."""
        from core.data.imports.jobs import Jobs

        return Jobs(self._folder / ".jobs")

    def warm(self) -> None:
        """Start the inspector process early for the first file; return at once."""
        from core.data.inspection_client import inspectors

        inspectors().warm()

    def preview_source(
        self,
        path: Path,
        options: ImportOptions | None = None,
        meanwhile: Callable[[float], None] | None = None,
        visitor: str = "",
    ) -> SourcePreview:
        """Return what a source seems to be; a separate process reads it.

        Args:
            path: A file or folder.
            options: What the user decided; the rest is guessed.
            meanwhile: Called several times a second with the seconds since; what it raises ends the work.
            visitor: Who asks: however many files one brings, the next one's is looked at at once.

        Raises:
            DataError: It cannot be read at all, or took more than a look may take.
        """
        from core.data.inspection_client import preview_source
        from core.data.store.manifest import name_from

        asked = options or ImportOptions()
        if path.parent == self.collections.folder:  # its folder is called after its id; its owner knows its title
            title = asked.title or self.collections.get(path.name).title
            asked = asked.model_copy(update={"title": title, "name": asked.name or name_from(title)})
        return preview_source(path, asked, meanwhile, visitor)

    def new_upload(self) -> str:
        """Return the id of a new empty upload; remove old ones never imported."""
        self.uploads.sweep(FORGOTTEN_AFTER_S)
        return self.uploads.new()

    def upload_folder(self, upload_id: str) -> Path:
        """Return where the files of an upload are."""
        return self.uploads.path(upload_id)

    def uploaded(self, upload_id: str) -> Path | None:
        """Return the one source that an upload's files are; None where nothing has arrived."""
        return self.uploads.gather(upload_id)

    def discard_upload(self, upload_id: str) -> None:
        """Remove an upload."""
        self.uploads.discard(upload_id)

    def save_pasted(self, text: str) -> str:
        """Save a pasted table as a new upload's only file; return the upload's id.

        Raises:
            UserError: Nothing was pasted.
        """
        if not text.strip():
            raise UserError("Nothing was pasted yet. Copy the rows of your table with their header, and paste them.")
        upload_id = self.new_upload()
        (self.upload_folder(upload_id) / "pasted.csv").write_text(text, encoding="utf-8", newline="")
        return upload_id

    def start_import(self, path: Path, options: ImportOptions, title: str = "", guesses: Sequence[Guess] = ()) -> str:
        """Import a source in a process of its own; return the import's id.

        Args:
            path: The source.
            options: Complete or not; what is open is guessed.
            title: What the import is called while it goes on.
            guesses: What `options` were completed with, to be kept with the data set.
        """
        request = {
            "path": str(path),
            "options": options.model_dump(mode="json"),
            "guesses": [asdict(guess) for guess in guesses],
        }
        return self.jobs.start("import", request, title or options.title or path.name)

    def start_hub_import(self, hub_id: str, options: ImportOptions, config: str = "") -> str:
        """Download a dataset from the hub in a separate process; return the import's id."""
        request = {"hub_id": hub_id, "config": config, "options": options.model_dump(mode="json")}
        return self.jobs.start("hub", request, options.title or hub_id)

    def imports(self) -> list[ImportProgress]:
        """Return every import that goes on or has not been dismissed, the newest first."""
        return self.jobs.list()

    def import_progress(self, import_id: str) -> ImportProgress:
        """Return how far an import is."""
        return self.jobs.progress(import_id)

    def cancel_import(self, import_id: str) -> None:
        """End an import; nothing of it stays."""
        self.jobs.cancel(import_id)

    def forget_import(self, import_id: str) -> None:
        """Take an import that has ended off the list."""
        self.jobs.forget(import_id)

    def hub_sets(self, task: str | None = None) -> list[HubSet]:
        """Return well-known data sets of the hub."""
        from core.data.hub.known_sets import HUB_SETS

        return [known for known in HUB_SETS if task in (None, known.task)]
