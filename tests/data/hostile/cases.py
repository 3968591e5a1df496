"""Every hostile file, of all the modules `of_...` beside this one."""

import importlib
import pkgutil

from tests.data.hostile.hostile_file import HostileFile


def _cases() -> tuple[HostileFile, ...]:
    package = importlib.import_module("tests.data.hostile")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name.startswith("of_"))
    return tuple(case for name in names for case in importlib.import_module(f"{package.__name__}.{name}").HOSTILE)


CASES: tuple[HostileFile, ...] = _cases()
