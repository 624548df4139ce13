"""An e-mail refuses what could add headers or recipients."""

import pytest

from app.mail.errors import Rejected
from app.mail.message import BadHeader, CalendarPart
from tests.mail.letters import ICS, letter


@pytest.mark.parametrize("field", ["to", "subject", "message_id", "reply_to"])
@pytest.mark.parametrize("character", ["\r\n", "\n", "\r", "\0", "\x1b", "\x85", "\u2028"])
def test_a_line_break_in_a_header_is_refused_by_name(field: str, character: str) -> None:
    with pytest.raises(BadHeader) as caught:
        letter(**{field: f"<a@example.com>{character}Bcc: victim@example.net"})
    assert caught.value.field == field
    assert "victim" not in caught.value.reason


@pytest.mark.parametrize(
    "headers",
    [{"X-A": "b\r\nBcc: c@example.net"}, {"X-A\r\nBcc": "b"}, {"Bcc": "c@example.net"}, {"content-type": "text/html"}, {"X-A": "ü"}, {"X-A": "b" * 2000}],
)
def test_further_headers_cannot_smuggle_or_replace(headers: dict[str, str]) -> None:
    with pytest.raises(BadHeader):
        letter(headers=headers)


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c", "a@example.com, b@example.com", "Alex <a@example.com>", "a b@example.com", "ä@example.com", "a@" + "x" * 80 + ".com"]
)
def test_what_is_not_one_address_is_rejected_for_good(address: str) -> None:
    with pytest.raises(Rejected):
        letter(to=address)


def test_a_domain_with_umlauts_travels_in_ascii() -> None:
    assert letter(to="post@müller.example").to == "post@xn--mller-kva.example"


def test_a_calendar_part_cannot_say_one_method_and_hold_another() -> None:
    with pytest.raises(ValueError, match="METHOD:CANCEL"):
        CalendarPart(method="CANCEL", content=ICS)


def test_a_mail_cannot_be_changed_after_it_was_checked() -> None:
    with pytest.raises(TypeError):
        letter(headers={"X-A": "b"}).headers["Bcc"] = "c"  # type: ignore[index]  # that is the point


@pytest.mark.parametrize("message_id", ["", "outbox-1@example.com", "<outbox-1>", "<a b@example.com>"])
def test_a_message_id_that_is_none_is_a_mistake_of_ours(message_id: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        letter(message_id=message_id)


def test_a_domain_that_cannot_exist_is_rejected_for_good() -> None:
    with pytest.raises(Rejected, match="cannot exist"):
        letter(to="post@a..example")
