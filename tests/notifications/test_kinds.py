"""Every kind of mail: complete, right for its reader, and harmless whatever strangers typed."""

import re
from email.parser import BytesParser
from html.parser import HTMLParser
from typing import Any

import pytest
from icalendar import Calendar

from app.mail.message import Email
from app.mail.mime import as_bytes
from app.mail.render import FOLDER
from app.notifications.brand import Brand, brand_of
from app.notifications.calendar import ics_for
from app.notifications.kinds import COMPOSE, compose
from app.notifications.links import Links
from app.notifications.sample import ALL_KINDS, OWNER, RECIPIENT, sample, sample_booking
from app.outbox.topics import ALARMS, LETS_IN, SEQUENCES, Topic, family
from app.site import load

KINDS = sorted(kind for kind in ALL_KINDS if kind not in {Topic.ADMIN_DIGEST, *ALARMS, *LETS_IN})
SEQUENCE_KINDS = [kind for kind in KINDS if family(kind) in SEQUENCES]
SERVICE_KINDS = [kind for kind in KINDS if kind not in SEQUENCE_KINDS]
BOOKER_KINDS = [kind for kind in KINDS if not kind.startswith("admin_")]
ADMIN_KINDS = [kind for kind in KINDS if kind.startswith("admin_")]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "Alex\r\nBcc: victim@example.net",
    "\u202eelpmaxE\u202c",
    "{{ 7 * 7 }}{% raw %}",
    "x" * 100_000,
    "\0\ud800",
]


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def entry_of(email: Email) -> Any:
    assert email.calendar is not None
    calendar = Calendar.from_ical(email.calendar.content)
    assert isinstance(calendar, Calendar)
    assert str(calendar["method"]) == email.calendar.method
    [entry] = calendar.events
    return entry


def words(html: str) -> str:
    body = re.sub(r"(?s)<head>.*</head>|<!--.*?-->", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_every_folder_of_templates_belongs_to_a_kind() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders == {*(kind for kind in COMPOSE if not kind.startswith("admin_")), "admin_notice", "admin_digest", "admin_alarm", *LETS_IN}


@pytest.mark.parametrize("kind", SERVICE_KINDS)
def test_a_mail_says_what_when_where_and_with_whom_in_text_and_html(kind: str) -> None:
    day = "Thursday, 10 December 2026" if kind.endswith("rescheduled") else "Tuesday, 8 December 2026"
    email = sample(kind).email()
    for part in (email.text, words(email.html)):
        for fact in ("First consultation", day, "By video", "Robin Sample", "K7M4-QX2R"):
            assert fact in part


@pytest.mark.parametrize("kind", [kind for kind in BOOKER_KINDS if kind in SERVICE_KINDS])
def test_the_booker_reads_their_own_time_first_and_the_places_beside_it(kind: str) -> None:
    email = sample(kind, zone="America/New_York").email()
    for part in (email.text, words(email.html)):
        own, place = part.index("New York time, GMT-5"), part.index("in London")
        assert own < place


@pytest.mark.parametrize("kind", ADMIN_KINDS)
def test_the_owner_reads_the_time_of_the_place_and_is_led_to_the_booking(kind: str) -> None:
    email = sample(kind).email()
    assert email.to == OWNER
    assert email.reply_to == RECIPIENT
    for part in (email.text, words(email.html)):
        assert part.index("London time") < part.index("in Berlin")
    assert "https://book.example.com/admin/calendar/K7M4-QX2R" in email.text
    assert 'href="https://book.example.com/admin/calendar/K7M4-QX2R"' in email.html
    assert email.calendar is None


@pytest.mark.parametrize("kind", BOOKER_KINDS)
def test_the_booker_can_answer_the_owner_and_never_sees_the_admin(kind: str) -> None:
    email = sample(kind).email()
    assert (email.to, email.reply_to) == (RECIPIENT, "hello@example.com")
    assert "/admin/" not in email.text + email.html


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("confirmation", "REQUEST"),
        ("rescheduled", "REQUEST"),
        ("cancelled", "CANCEL"),
        ("request_received", None),
        ("payment_due", None),
        ("rejected", None),
        ("reminder_24h", None),
        ("follow_up_1", None),
        ("re_engagement_1", None),
    ],
)
def test_only_what_is_certain_reaches_the_calendar(kind: str, method: str | None) -> None:
    email = sample(kind).email()
    assert (email.calendar.method if email.calendar else None) == method


def test_confirm_move_and_cancel_speak_of_one_entry_with_rising_sequence() -> None:
    entries = []
    for sequence, kind in enumerate(("confirmation", "rescheduled", "cancelled")):
        found = sample(kind)
        found.booking.sequence = sequence
        entries.append(entry_of(found.email()))
    assert {str(entry["uid"]) for entry in entries} == {"sample-booking@Cal.com"}
    assert [entry["sequence"] for entry in entries] == [0, 1, 2]
    assert str(entries[2]["status"]) == "CANCELLED"
    assert all(str(entry["attendee"]) == f"mailto:{RECIPIENT}" for entry in entries)


@pytest.mark.parametrize("kind", ["confirmation", "rescheduled", "cancelled"])
def test_a_booking_without_calendar_uid_gets_its_mail_without_calendar(kind: str) -> None:
    found = sample(kind)
    found.booking.ical_uid = ""
    assert found.email().calendar is None


def test_nobody_to_name_as_organiser_means_no_calendar_and_not_no_mail() -> None:
    found = sample("confirmation", brand=Brand(name="North Quay"))
    found.booking.host_email = "not an address"
    email = found.email()
    assert (email.calendar, email.reply_to) == (None, "")


def test_a_move_tells_old_and_new() -> None:
    email = sample("rescheduled").email()
    assert "It replaces Tuesday, 8 December 2026, 11:00–11:30." in email.text
    assert re.search(r"<s [^>]*>Tue, 8 Dec, 11:00–11:30</s>", email.html)


@pytest.mark.parametrize("data", [{}, {"old_start": None}, {"old_start": "yesterday"}, {"old_start": "2026-12-08T10:00:00"}])
def test_a_move_whose_old_time_is_not_known_is_told_without_it(data: dict[str, object]) -> None:
    found = sample("rescheduled")
    found.message.data = data
    assert "replaces" not in found.email().text.split("http", maxsplit=1)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_answers_and_other_peoples_names_stay_out(kind: str) -> None:
    found = sample(kind)
    found.booking.answers = {"health": {"label": "Diagnosis", "value": "SECRET-ANSWER", "hidden": False}}
    found.booking.details = {"note": "SECRET-METADATA"}
    found.booking.attendees = [*found.booking.attendees, {"name": "SECRET-GUEST", "email": "secret-guest@example.net"}]
    email = found.email()
    whole = (email.text + email.html + str(email.calendar)).lower()
    assert "secret" not in whole
    assert "sample-booking" not in (email.text + email.html), "Cal.com's uid is a key to the booking"


@pytest.mark.parametrize("kind", ADMIN_KINDS)
def test_reasons_stay_behind_the_sign_in(kind: str) -> None:
    found = sample(kind)
    found.booking.reason = "SECRET-REASON"
    email = found.email()
    assert "SECRET-REASON" not in email.text + email.html


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("poison", HOSTILE)
def test_hostile_words_stay_words(kind: str, poison: str) -> None:
    found = sample(kind)
    harmless = Tags(found.email().html)
    booking = found.booking
    booking.booker_name = booking.host_name = booking.title = booking.location = booking.reason = poison
    booking.booker_time_zone = booking.host_time_zone = booking.booker_locale = poison
    booking.meeting_url = f"javascript:{poison}"
    email = found.email()
    page = Tags(email.html)
    assert page.names <= harmless.names | {"s", "br"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(value.startswith(("https://", "http://")) for name, value in page.attributes if name == "href")
    assert len(email.subject) <= 150
    assert len(email.text) < 5_000
    assert len(email.html) < 20_000
    assert not re.search(r"[\r\n\u202a-\u202e\u2066-\u2069]", email.subject)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", email.text + email.html)
    assert BytesParser().parsebytes(as_bytes(email, sender="office@example.com")).get_all("Bcc") is None
    if email.calendar:
        assert str(entry_of(email)["attendee"]) == f"mailto:{RECIPIENT}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_that_is_missing_leaves_no_empty_button(kind: str) -> None:
    found = sample(kind)
    links = Links(site_url="https://book.example.com", admin_url="https://book.example.com/admin/calendar/K7M4-QX2R")
    email = compose(found.booking, found.message, found.brand, links)
    assert all(value for name, value in Tags(email.html).attributes if name == "href")
    assert ":\n\n\n" not in email.text


@pytest.mark.parametrize("kind", KINDS)
def test_no_mail_loads_anything(kind: str) -> None:
    page = Tags(sample(kind).email().html)
    assert not page.names & {"img", "link", "script", "iframe", "object"}
    assert not [value for name, value in page.attributes if name in {"src", "background"} or "url(" in value]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_stays_far_below_the_size_at_which_mail_programs_cut(kind: str) -> None:
    assert len(sample(kind).email().html.encode()) < 30_000


def test_dates_follow_the_readers_language() -> None:
    email = sample("confirmation", locale="de").email()
    assert "Dienstag, 8. Dezember 2026" in email.text
    assert 'lang="de"' in email.html


def test_a_download_holds_the_entry_without_attendees() -> None:
    content = ics_for(sample_booking("confirmation"), site_name="North Quay", organizer_email="hello@example.com")
    assert b"METHOD:PUBLISH" in content
    assert b"ATTENDEE" not in content


@pytest.mark.parametrize("kind", KINDS)
def test_in_the_dark_no_words_stand_on_a_surface_of_their_own_by_accident(kind: str) -> None:
    """Only pages, cards, leaves and buttons may change their surface; words change their colour."""
    dark = sample(kind).email().html.split("prefers-color-scheme: dark) {", maxsplit=1)[1].split("</style>", maxsplit=1)[0]
    surfaces = re.findall(r"([^{}]+)\{[^}]*background-color[^}]*\}", dark)
    named = {name.strip() for rule in surfaces for name in rule.split(",")}
    assert named == {"body", ".page", ".card", ".when", ".leaf", ".leaf-month", ".button", ".off"}


def test_the_brand_comes_from_the_site_file() -> None:
    site = load()
    brand = brand_of(site)
    assert (brand.name, brand.colour, brand.place_time_zone) == (site.name, site.brand, site.place.time_zone)
    assert sample("confirmation", brand=brand).email().html.count(brand.name) >= 2
