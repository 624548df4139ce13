"""The site file is replaced all at once, keeps its mode and its link, and is not written over by somebody who has not seen it."""

import os
from pathlib import Path

import pytest

from app.site import SAMPLE
from app.site_edits import file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "site.yaml"
    found.write_text("name: One\n", encoding="utf-8")
    found.chmod(0o640)
    return found


def test_it_is_replaced_and_keeps_its_mode(path: Path) -> None:
    before = path.stat().st_ino
    file.write(path, "name: Two\n", seen=file.read(path).digest)
    assert path.read_text(encoding="utf-8") == "name: Two\n"
    assert path.stat().st_ino != before, "written in place, others could read half of it"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["site.yaml"]


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link.yaml")
    link.symlink_to(path)
    file.write(link, "name: Two\n", seen=file.read(link).digest)
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "name: Two\n"


def test_who_has_not_seen_the_newest_text_does_not_write_over_it(path: Path) -> None:
    seen = file.read(path).digest
    path.write_text("name: By hand\n", encoding="utf-8")
    with pytest.raises(file.Overtaken):
        file.write(path, "name: Two\n", seen=seen)
    assert path.read_text(encoding="utf-8") == "name: By hand\n"


def test_a_file_that_is_not_there_yet_begins_as_the_sample(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    assert file.read(path).text == SAMPLE.read_text(encoding="utf-8")
    assert file.read(None) == file.read(path)
    file.write(path, "name: Two\n", seen=file.read(path).digest)
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_takes_nothing_is_said_so_and_leaves_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("app.site_edits.file.tempfile.mkstemp", refuse)
    with pytest.raises(file.NotWritable, match="Read-only file system"):
        file.write(path, "name: Two\n", seen=file.read(path).digest)
    assert path.read_text(encoding="utf-8") == "name: One\n"


def test_a_file_that_cannot_be_replaced_because_it_is_mounted_is_written_in_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise OSError(16, os.strerror(16))

    monkeypatch.setattr(Path, "replace", busy)
    file.write(path, "name: Two\n", seen=file.read(path).digest)
    assert path.read_text(encoding="utf-8") == "name: Two\n"
    assert [each.name for each in path.parent.iterdir()] == ["site.yaml"]
