"""Files of pretrained models in packages: found without an import, believed by hash."""

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import EncoderUnavailable


@dataclass(frozen=True)
class PackageFile:
    """A file that is known to the byte.

    Args:
        package: As it is imported.
        place: Within it.
        sha256: Of its content.
        title: Of the model, as people read it: "image network (EfficientNet-Lite0)".
    """

    package: str
    place: str
    sha256: str
    title: str

    def path(self) -> Path:
        """Return where it is; it is not opened.

        Raises:
            EncoderUnavailable: It is not installed.
        """
        spec = importlib.util.find_spec(self.package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            if (found := Path(folder) / self.place).is_file():
                return found
        raise EncoderUnavailable(
            f"The pretrained {self.title} is not installed: not every platform has it. Install it with: make setup"
        )

    def checked(self) -> Path:
        """Return where it is, once its content is known to be right.

        Raises:
            EncoderUnavailable: It is not installed, cannot be read, or is another file.
        """
        found = self.path()
        try:
            stamp = found.stat()
            digest = _digest(found, stamp.st_mtime_ns, stamp.st_size)
        except OSError as error:
            raise EncoderUnavailable(
                f"The pretrained {self.title} in {found} cannot be read. Install it again with: make setup"
            ) from error
        if digest != self.sha256:
            raise EncoderUnavailable(
                f"The pretrained {self.title} in {found} is not the file that Touchstone knows (it was altered or is "
                "incomplete), so it was not loaded. Remove it and install it again with: make setup"
            )
        return found

    def missing(self) -> str:
        """Return why it is not there, a sentence; empty where it is."""
        try:
            self.path()
        except EncoderUnavailable as error:
            return str(error)
        return ""


@cache
def _digest(file: Path, changed_ns: int, size: int) -> str:
    """Return the hash of a file that was changed then; computed once a process."""
    del changed_ns, size
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
