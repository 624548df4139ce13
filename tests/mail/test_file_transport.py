"""Mails in a folder: whole or not at all, once each, and never outside."""

import os
from pathlib import Path

import pytest
from flask import Flask

from app.config import Settings
from app.mail.errors import Unavailable
from app.mail.smtp import SmtpTransport
from app.mail.transport import FileTransport, file_name, from_settings
from tests.mail.letters import letter


def test_the_file_is_named_after_the_message_id(tmp_path: Path) -> None:
    FileTransport(tmp_path / "outbox", sender="office@example.com").send(letter())
    assert [file.name for file in (tmp_path / "outbox").iterdir()] == ["outbox-12.9f3a.eml"]


def test_sending_the_same_mail_again_changes_nothing(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path, sender="office@example.com")
    transport.send(letter())
    [file] = tmp_path.iterdir()
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    transport.send(letter(subject="Another text with the same Message-ID"))
    [file] = tmp_path.iterdir()
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_a_full_disk_leaves_no_half_mail_and_means_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(Unavailable, match="No space left"):
        FileTransport(tmp_path, sender="office@example.com").send(letter())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_means_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file in the way")
    with pytest.raises(Unavailable):
        FileTransport(tmp_path / "outbox", sender="office@example.com").send(letter())


@pytest.mark.parametrize("message_id", ["<../../etc/passwd@x>", "<a/b@x>", "<.hidden@x>", "<" + "a" * 400 + "@x>", "<a\\b@x>"])
def test_no_message_id_leads_out_of_the_folder(message_id: str) -> None:
    name = file_name(message_id)
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name) < 200


def test_different_message_ids_never_share_a_file() -> None:
    assert len({file_name(f"<{local}@x>") for local in ("a/b", "a\\b", "a_b", "a" * 300, "a" * 301)}) == 5


def test_settings_choose_the_way(tmp_path: Path) -> None:
    app = Flask("mail-tests")
    without = Settings(INSTANCE_PATH=tmp_path, SITE_URL="https://book.example.com")
    server = without.model_copy(update={"MAIL_SERVER": "mail.example.com", "MAIL_PORT": 465, "MAIL_USE_SSL": True})
    preview = server.model_copy(update={"MAIL_PREVIEW_ONLY": True})
    assert isinstance(from_settings(without, app), FileTransport)
    assert isinstance(from_settings(server, app), SmtpTransport)
    assert isinstance(from_settings(preview, app), FileTransport), "a preview must never write to customers"
