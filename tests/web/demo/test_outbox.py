import os

import pytest

from app.web.demo.mails import calendar_entry

MAIL = """From: desk@example.com
To: ines@example.org
Subject: {subject}
Date: Tue, 08 Dec 2026 12:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Hello from the text
--b
Content-Type: text/html; charset=utf-8

<!doctype html><html><head><title>x</title></head><body><script>alert(1)</script><a href="/book">Book</a></body></html>
--b
Content-Type: text/calendar; method=REQUEST; charset=utf-8

BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y
METHOD:REQUEST
BEGIN:VEVENT
UID:uid1@Cal.com
SEQUENCE:2
DTSTAMP:20261208T110000Z
DTSTART:20261209T110000Z
DTEND:20261209T113000Z
SUMMARY:Intro call
LOCATION:12 High Street
STATUS:CONFIRMED
END:VEVENT
END:VCALENDAR
--b--
"""


@pytest.fixture
def app(make_app):
    return make_app(demo=True)


@pytest.fixture
def written(app):
    folder = app.extensions["settings"].outbox_folder
    folder.mkdir(parents=True, exist_ok=True)

    def write(name, subject="Confirmed: Intro", *, at=1_000_000_000):
        path = folder / f"{name}.eml"
        path.write_text(MAIL.format(subject=subject))
        os.utime(path, (at, at))

    return write


def test_before_the_first_mail_the_page_says_how_to_get_one(client):
    page = client.get("/demo/outbox").text
    assert "The first mail appears here" in page
    assert 'data-fresh-url="/demo/outbox"' in page


def test_the_newest_mail_stands_open_beside_the_list(written, client):
    written("one", "First", at=1)
    written("two", "Second <b>", at=2)
    page = client.get("/demo/outbox").text
    assert page.index("Second &lt;b&gt;") < page.index("First")
    assert '<iframe class="post-frame" src="/demo/outbox/two/body"' in page
    assert 'data-fresh-url="/demo/outbox/two"' in page
    assert "2 mails" in page


def test_a_mail_shows_text_calendar_and_headers(written, client):
    written("one")
    page = client.get("/demo/outbox/one").text
    assert "Hello from the text" in page
    assert "Puts the meeting into the calendar" in page
    assert "12 High Street" in page
    assert "Wed 9 Dec 2026, 11:00–11:30" in page
    assert "<code>Subject</code>" in page


def test_the_page_may_show_frames_of_our_own_and_nothing_more(written, client):
    written("one")
    policy = client.get("/demo/outbox/one").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-src 'self'" in policy
    assert "frame-src" not in client.get("/").headers["Content-Security-Policy"]


def test_the_frame_runs_nothing_and_only_we_may_show_it(written, client):
    written("one")
    answer = client.get("/demo/outbox/one/body")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_top">' in answer.text


@pytest.mark.parametrize("name", ["none", "..%2f..%2fdemo", "%2e%2e", ".hidden"])
def test_only_mails_of_the_outbox_can_be_read(written, client, name):
    written("one")
    for path in (f"/demo/outbox/{name}", f"/demo/outbox/{name}/body"):
        answer = client.get(path)
        assert answer.status_code == 404


def test_a_calendar_part_that_cannot_be_read_is_shown_raw_only():
    assert calendar_entry("") is None
    assert calendar_entry("BEGIN:NONSENSE") is None
    assert calendar_entry("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n") is None
