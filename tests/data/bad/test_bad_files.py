"""Every bad file is refused, or comes in with a finding, in exactly the words that it states; nothing half is left."""

from pathlib import Path

import pytest

from core.data.imports.run_import import run_import
from core.data.store.dataset_store import DatasetStore
from core.errors import DataError
from tests.data.bad.bad_file import BadFile, bad_files
from tests.data.silent import Silent

BAD = bad_files()
JARGON = ("Traceback", "Exception", "Errno", "KeyError", "codec", "NoneType", "0x", "object at", "pyarrow", "<class")


@pytest.fixture
def dataset_store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "home" / "datasets", tmp_path / "home" / "cache")


@pytest.fixture(params=list(BAD.values()), ids=list(BAD))
def bad(request: pytest.FixtureRequest) -> BadFile:
    return request.param  # type: ignore[no-any-return]


def test_there_are_at_least_forty() -> None:
    assert len(BAD) >= 40


def test_a_bad_file_is_met_with_exactly_its_sentence(bad: BadFile, tmp_path: Path, dataset_store: DatasetStore) -> None:
    (tmp_path / "brought").mkdir()
    source = bad.make(tmp_path / "brought")
    if bad.finding:
        info = run_import(dataset_store, source, bad.options, Silent(), tmp_path / "draft")
        said = {finding.code: finding.message for finding in dataset_store.version(info.name).findings}
        assert said.get(bad.finding) == bad.says
    else:
        with pytest.raises(DataError) as refused:
            run_import(dataset_store, source, bad.options, Silent(), tmp_path / "draft")
        assert str(refused.value) == bad.says
        assert files_in(tmp_path / "home" / "datasets") == []
    assert not (tmp_path / "draft").exists()


def test_it_says_what_to_do_and_nothing_that_only_an_engineer_understands(bad: BadFile) -> None:
    first = bad.says.split()[0]
    assert first[0].isupper() or first[0].isdigit() or first[0] in "'\"" or set(".-") & set(first)  # or a file's name
    assert bad.says.endswith((".", "?"))
    assert not [word for word in JARGON if word in bad.says]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
