"""Puts into a wheel what is read beside the packages: Streamlit's settings and the sample data."""

from pathlib import Path
from shutil import copyfile

from setuptools import setup  # type: ignore[import-untyped]
from setuptools.command.build_py import build_py  # type: ignore[import-untyped]

ROOT = Path(__file__).parent
BESIDE = (".streamlit/config.toml", "data/samples/*")  # without the settings, a server would listen on every address


class BuildWithFilesBeside(build_py):  # type: ignore[misc]
    """Copies the files beside the packages to where `core.settings.PROJECT` is once installed."""

    def run(self) -> None:
        """Build the packages, then copy."""
        super().run()
        if self.editable_mode:
            return  # an editable install reads them where they lie
        for file in (found for pattern in BESIDE for found in sorted(ROOT.glob(pattern)) if found.is_file()):
            target = Path(self.build_lib) / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(file, target)


if __name__ == "__main__":
    setup(cmdclass={"build_py": BuildWithFilesBeside})
