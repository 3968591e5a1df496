"""A lasting token of the inference server, stored as a hash."""

import json
import secrets
from hashlib import sha256
from pathlib import Path

from core.files import write_text

_FILE = "api_token.json"


def make_api_token(home: Path) -> str:
    """Return a new token, and store its SHA-256; the one before ends."""
    token = secrets.token_urlsafe(32)
    write_text(home / _FILE, json.dumps({"sha256": sha256(token.encode()).hexdigest()}), mode=0o600)
    return token


def stored_api_token(home: Path) -> str:
    """Return the stored token's SHA-256, hexadecimal; empty where there is none."""
    try:
        found = json.loads((home / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    digest = found.get("sha256") if isinstance(found, dict) else None
    return digest if isinstance(digest, str) and len(digest) == 64 else ""
