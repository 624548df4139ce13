"""What was committed and removed again is found, with commit and path and without the value; a long history is searched bit by bit."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.secrets import in_history, repository
from app.secrets.in_history import Searched

SECRET = "Xa7-quite-secret-Q9"
WANTED = {"CALCOM_WEBHOOK_SECRET": [SECRET.encode()], "SECRET_KEY": [b"another-one-altogether"]}
WHO = {f"GIT_{who}_{what}": said for who in ("AUTHOR", "COMMITTER") for what, said in (("NAME", "A"), ("EMAIL", "a@example.com"))}


class Repository:
    """A real one, in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **WHO}
        return subprocess.run(["git", *words], cwd=self.folder, env=environ, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, files: dict[str, str | bytes | None], message: str = "A change") -> str:
        """The name of the commit that writes these files, or removes them."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def search(repo: Repository, tmp_path: Path) -> Callable[..., Searched]:
    """A search that remembers how far it came; `after` objects it is enough."""

    def run(root: Path = repo.folder, *, after: int | None = None, wanted: dict[str, list[bytes]] = WANTED) -> Searched:
        read: list[int] = []
        stop: Callable[[], bool] = lambda: after is not None and len(read) >= after  # noqa: E731 -- it is handed on as it is
        return in_history.search(wanted, root, tmp_path / "remembered.json", enough=stop, progress=lambda *_: read.append(1))

    return run


def test_what_was_removed_again_is_named_with_commit_and_path(repo: Repository, search: Callable[..., Searched], tmp_path: Path) -> None:
    repo.commit({"a.txt": "nothing", "deep/b.txt": "nothing"})
    guilty = repo.commit({"deep/my settings.env": f"SECRET={SECRET}\n"})
    repo.commit({"deep/my settings.env": "SECRET=\n"})
    repo.commit({"deep/my settings.env": None})
    assert search().found == (("CALCOM_WEBHOOK_SECRET", guilty, "deep/my settings.env"),)
    assert search().finished
    assert SECRET not in (tmp_path / "remembered.json").read_text()
    assert oct((tmp_path / "remembered.json").stat().st_mode)[-3:] == "600"


def test_other_branches_tags_stashes_and_messages_are_searched(repo: Repository, search: Callable[..., Searched]) -> None:
    repo.commit({"a.txt": "nothing"})
    repo.git("checkout", "-q", "-b", "aside")
    aside = repo.commit({"aside.txt": SECRET})
    repo.git("checkout", "-q", "main")
    said = repo.commit({}, message=f"The secret is {SECRET}")
    repo.git("tag", "-a", "v1", "-m", f"and {SECRET}")
    (repo.folder / "a.txt").write_text(f"kept {SECRET}")
    repo.git("stash")
    found = {path: commit for _, commit, path in search().found}
    assert set(found) == {"aside.txt", "the message of a commit", "the message of a tag", "a.txt"}
    assert (found["aside.txt"], found["the message of a commit"]) == (aside, said)


def test_a_history_that_was_clean_is_not_read_again(repo: Repository, search: Callable[..., Searched]) -> None:
    repo.commit({"a.txt": "nothing"})
    assert (search().whole, search().whole) == (3, 0)
    guilty = repo.commit({"b.txt": SECRET})
    again = search()
    assert (again.whole, again.since, again.found) == (3, True, (("CALCOM_WEBHOOK_SECRET", guilty, "b.txt"),))
    assert search().found == again.found, "what was found is not forgotten"
    assert search(wanted={"SECRET_KEY": [b"nothing"]}).found == ((("SECRET_KEY", repo.git("rev-parse", "HEAD~1"), "a.txt")),), "a new secret: all is read anew"


def test_it_stops_when_it_is_enough_and_goes_on_there(repo: Repository, search: Callable[..., Searched]) -> None:
    guilty = repo.commit({"first.txt": SECRET})
    for number in range(6):
        repo.commit({f"{number}.txt": str(number)})
    parts = [search(after=5) for _ in range(4)]
    assert [part.done for part in parts] == [5, 10, 15, 20]
    assert not any(part.finished for part in parts)
    assert [len(part.found) for part in parts] == [1, 1, 1, 1]
    last = search()
    assert (last.finished, last.done, last.whole) == (True, 21, 21)
    assert last.found == (("CALCOM_WEBHOOK_SECRET", guilty, "first.txt"),)
    assert sum(part.size for part in (*parts, last)) == search(wanted={"SECRET_KEY": [b"new"]}).size, "nothing was read twice, nothing left out"


def test_a_large_binary_is_read_in_pieces(repo: Repository, search: Callable[..., Searched], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_history, "CHUNK", 1000)
    large = bytes(range(256)) * 100
    repo.commit({"large.bin": large[:1995] + SECRET.encode() + large})
    repo.commit({"large.bin": None})
    assert [path for _, _, path in search().found] == ["large.bin"], "also where two pieces meet"


def test_memory_stays_bounded_by_a_blob_of_a_hundred_megabytes(repo: Repository, tmp_path: Path) -> None:
    with (repo.folder / "huge.bin").open("wb") as file:
        for _ in range(100):
            file.write(os.urandom(1024 * 1024))
        file.write(SECRET.encode())
    repo.git("-c", "core.compression=0", "-c", "core.bigFileThreshold=1m", "add", "huge.bin")
    repo.commit({})
    script = f"""
import resource
from pathlib import Path
from app.secrets import in_history
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = in_history.search({WANTED!r}, Path({str(repo.folder)!r}), Path({str(tmp_path / "m.json")!r}), enough=lambda: False, progress=lambda *_: None).found
print(len(found), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    found, grown = map(int, done.stdout.split())
    assert found == 1
    assert grown < 40 * 1024


def test_a_shallow_clone_says_so_and_is_read_anew_when_it_is_whole(repo: Repository, search: Callable[..., Searched], tmp_path: Path) -> None:
    repo.commit({"a.txt": SECRET})
    repo.commit({"a.txt": "nothing"})
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.folder}", str(clone))
    shallow = search(clone)
    assert (shallow.shallow, shallow.finished, shallow.found) == (True, True, ())
    subprocess.run(["git", "fetch", "-q", "--unshallow"], cwd=clone, check=True)
    whole = search(clone)
    assert (whole.shallow, [path for _, _, path in whole.found]) == (False, ["a.txt"])


def test_objects_that_are_not_here_are_counted_and_not_fetched(repo: Repository, search: Callable[..., Searched], tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.commit({"a.txt": "one"})
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.folder}", str(clone))
    found = search(clone)
    assert (found.missing, found.finished) == (1, True)


def test_without_git_and_outside_a_repository_it_says_why(
    search: Callable[..., Searched], repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = search()
    assert (empty.finished, empty.whole) == (True, 0), "a repository without a commit"
    with pytest.raises(repository.NoRepository, match="no repository"):
        search(tmp_path)
    (repo.folder / ".git" / "HEAD").write_text("nonsense")
    with pytest.raises((repository.NoRepository, repository.GitFailed)):
        search()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(repository.NoRepository, match="not installed"):
        search()
    assert repository.files(repo.folder) is None


def test_a_damaged_repository_is_no_clean_one(repo: Repository, search: Callable[..., Searched], tmp_path: Path) -> None:
    repo.commit({"a.txt": "nothing"})
    for path in (repo.folder / ".git" / "objects").glob("??/*"):
        path.chmod(0o600)
        path.write_bytes(b"")
    with pytest.raises(repository.GitFailed):
        search()
    assert json.loads((tmp_path / "remembered.json").read_text())["clean"] == []


@pytest.fixture
def lost() -> Iterator[None]:
    os.environ["GIT_DIR"] = "/nonexistent"
    yield
    del os.environ["GIT_DIR"]


def test_in_a_hook_of_another_repository_it_looks_at_its_own(lost: None, repo: Repository, search: Callable[..., Searched]) -> None:
    repo.commit({"a.txt": SECRET})
    assert len(search().found) == 1


def test_what_cannot_be_remembered_is_searched_all_the_same(repo: Repository, search: Callable[..., Searched], tmp_path: Path) -> None:
    repo.commit({"a.txt": SECRET})
    (tmp_path / "remembered.json").write_text('{"wanted": 1, "unknown": []}')
    (tmp_path / "remembered.json.new").mkdir()
    assert len(search().found) == 1
