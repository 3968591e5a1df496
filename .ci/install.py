"""Install into the environment of the Python that runs this, as `pip install ARGUMENTS` would.

With uv, which needs 15 seconds of a core where pip needs 200, since it compiles nothing that is never imported. It
knows nothing of how pip is configured, so it is told; where pip is configured in a way that it cannot be told, and
where it fails, pip does the work.
"""

import os
import re
import subprocess
import sys

PIP = [sys.executable, "-m", "pip"]
QUIET = ["--quiet", "--disable-pip-version-check"]
TOLD = {  # by pip's name of an option: uv's, and what stands between several values there
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "constraint": ("UV_CONSTRAINT", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}
NEEDLESS = {  # changes nothing about what is installed
    "cache-dir", "disable-pip-version-check", "no-cache-dir", "no-color", "no-compile", "no-input",
    "no-python-version-warning", "prefer-binary", "progress-bar", "quiet", "require-virtualenv", "retries",
    "root-user-action", "verbose",
}  # fmt: skip
PLACES = ("global", "install", ":env:")  # what stands later counts more
OPTION = re.compile(r"([^.\s]+)\.([\w-]+)='(.*)'")


def told(listing: str, extra_index: str = "") -> dict[str, str] | None:
    """Return what uv's environment has to say, given the output of `pip config list`; None where it cannot be said."""
    options: dict[str, str] = {}
    found = [(one[1], one[2], one[3]) for one in map(OPTION.fullmatch, listing.splitlines()) if one]
    for place in PLACES:
        options |= {name: value for where, name, value in found if where == place}
    if options.keys() - TOLD.keys() - NEEDLESS:
        return None
    if extra_index:
        options["extra-index-url"] = f"{options.get('extra-index-url', '')} {extra_index}"
    said = {TOLD[name][0]: TOLD[name][1].join(value.split()) for name, value in options.items() if name in TOLD}
    return {"UV_INDEX_STRATEGY": "unsafe-best-match"} | said  # as pip: the best version, wherever it lies


def install(arguments: list[str]) -> int:
    """Install by uv, else by pip; return pip's exit code."""
    extra_index = os.environ.get("TORCH_INDEX", "")
    listing = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False).stdout
    said = told(listing.replace("\\n", " "), extra_index)
    if said is not None and has_uv():
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]
        if subprocess.run([*uv, *arguments], env=said | os.environ, check=False).returncode == 0:
            return 0
        print("uv could not install it; pip tries, which takes minutes.")
    index = ["--extra-index-url", extra_index] if extra_index else []
    return subprocess.run([*PIP, "install", *QUIET, *index, *arguments], check=False).returncode


def has_uv() -> bool:
    """Install uv if it is not there; return whether it is now."""
    there = [sys.executable, "-m", "uv", "--version"]
    if subprocess.run(there, capture_output=True, check=False).returncode == 0:
        return True
    wanted = [*PIP, "install", *QUIET, "--constraint", ".constraints.txt", "uv"]
    return subprocess.run(wanted, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(install(sys.argv[1:]))
