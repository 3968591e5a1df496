"""onnxruntime-web: the pinned npm package, downloaded once and checked, then kept in the cache."""

import base64
import gzip
import hashlib
import tarfile
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from core.errors import UserError
from core.files import whole

VERSION = "1.30.0"
ADDRESS = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
TIMEOUT_S = 60.0
CHUNK = 1 << 18
SCRIPT, WASM = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"


def runtime_files(cache: Path) -> dict[str, bytes]:
    """Return the runtime's script and its WebAssembly, each compressed with gzip.

    Args:
        cache: The folder in which they are kept.

    Raises:
        UserError: They are not there, and cannot be downloaded.
    """
    folder = cache / f"onnxruntime-web-{VERSION}"
    files = {name: folder / f"{name}.gz" for name in (SCRIPT, WASM)}
    if not all(file.is_file() for file in files.values()):
        folder.mkdir(parents=True, exist_ok=True)
        _unpack(_downloaded(folder), files)
    return {name: file.read_bytes() for name, file in files.items()}


def _downloaded(folder: Path) -> Path:
    """Return the package, downloaded and equal to the one that we know."""
    package, digest = folder / "package.tgz", hashlib.sha512()
    try:
        with whole(package) as draft, draft.open("wb") as opened:
            with urlopen(ADDRESS, timeout=TIMEOUT_S) as answer:
                while part := answer.read(CHUNK):
                    digest.update(part)
                    opened.write(part)
            if base64.b64encode(digest.digest()).decode() != SHA512:
                raise UserError("The npm registry gave another onnxruntime-web than the known one. It was not used.")
    except (OSError, HTTPException) as error:
        raise UserError(
            f"onnxruntime-web {VERSION}, which runs the model in a browser, could not be downloaded from "
            "registry.npmjs.org. Connect to the network once; it is kept for later."
        ) from error
    return package


def _unpack(package: Path, files: dict[str, Path]) -> None:
    with tarfile.open(package) as archive:
        for name, file in files.items():
            member = archive.extractfile(f"package/dist/{name}")
            assert member is not None, name  # the checksum is that of a package which has it
            with whole(file) as draft:
                draft.write_bytes(gzip.compress(member.read(), 9, mtime=0))
    package.unlink()
