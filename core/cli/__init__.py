"""`touchstone ...`: one file a group of commands; `app.py` puts them together."""

from core.cli.app import main

__all__ = ["main"]
