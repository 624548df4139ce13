"""What is wrong in a file is said with file, line, key and what is allowed; what is right is read as it was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.config_as_code import rows
from app.config_as_code.complaints import ConfigError
from app.config_as_code.files import load, parse
from app.config_as_code.rewrite import Rewriter, fresh
from app.config_as_code.surroundings import Surroundings
from app.config_as_code.wishes import wishes

KIND = "eventTypes:\n  - slug: intro\n    title: Intro\n    lengthInMinutes: 30\n"
AROUND = Surroundings("https://site.example", {"CALCOM_WEBHOOK_SECRET": ["x" * 8]})


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str, name: str = "calcom.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("eventtypes: []\n", "line 1: eventtypes is not a known key (did you mean eventTypes?); allowed here: "),
        ("eventTypes:\n", "line 1: eventTypes is empty"),
        (KIND + "    hidden: yes please\n", "line 5: eventTypes.1.hidden must be true or false"),
        (KIND + "    hidden: no\n", "line 5: eventTypes.1.hidden must be true or false"),
        (KIND + "    locations:\n      - type: link\n", "line 6: eventTypes.1.locations.1 needs the key link, since its type is link"),
        (KIND + "    locations:\n      - type: moon\n", "line 6: eventTypes.1.locations.1.type must be one of 'address', 'link'"),
        (
            KIND + "    locations:\n      - {type: attendeePhone, link: 'https://a.example'}\n",
            "has the key link, which a place of type attendeePhone does not have",
        ),
        (KIND + "    bookingLimitsDuration:\n      day: 20\n", "line 6: eventTypes.1.bookingLimitsDuration.day must be a multiple of 15"),
        (KIND + "    bookingWindow: {type: range, value: 3}\n", "value is a number of days, or for the type range a list of two dates"),
        (KIND + "    bookingWindow: {type: range, value: [2030-01-01]}\n", "needs at least 2 of them"),
        (KIND + "    bookingFields:\n      - slug: email\n        required: false\n", "email must stay required and visible"),
        (KIND + "    bookingFields:\n      - {slug: a, type: select, label: A}\n", "those need at least one"),
        (KIND + "    bookingFields:\n      - {slug: a, type: radio, label: A, options: [x], placeholder: y}\n", "has no placeholder"),
        (KIND + "    bookingFields:\n      - {slug: a, label: A}\n", "a needs a type: text, textarea"),
        (KIND + "    bookingFields:\n      - {slug: a, type: text}\n", "a needs a label"),
        (KIND + "    bookingFields:\n      - {slug: a, type: text, label: A}\n      - {slug: a, type: text, label: A}\n", "each slug may stand there once"),
        (KIND + "    confirmationPolicy: {type: time}\n", "noticeThreshold belongs to the type time"),
        (KIND + "    lengthInMinutesOptions: [15]\n", "lengthInMinutesOptions must contain lengthInMinutes"),
        (KIND + "    price: 30\n", "price is not a known key"),
        (KIND + "    schedule: 3.5\n", "line 5: eventTypes.1.schedule must be text; put it in quotes or must be a whole number"),
        (KIND.replace("intro", "In Tro"), "line 2: eventTypes.1.slug must be small letters, digits and hyphens"),
        (KIND.replace("    title: Intro\n", ""), "line 2: eventTypes.1.title is missing; write it here"),
        (KIND.replace("30", "0"), "line 4: eventTypes.1.lengthInMinutes must be 1 or more"),
        (KIND.replace("Intro", "''"), "line 3: eventTypes.1.title must be text that is not empty"),
        (KIND + "    title: Again\n", "line 5: this is not valid YAML"),
        (KIND + "  - slug: intro\n    title: x\n    lengthInMinutes: 5\n", "line 5: intro stands here a second time (first in "),
        (KIND + "    schedule: Nights\nschedules: []\n", ""),
        ("schedules:\n  - name: A\n    timeZone: Europe/Londres\n", "line 3: schedules.1.timeZone must be a time zone such as Europe/London"),
        (
            "schedules:\n  - name: A\n    timeZone: UTC\n    availability:\n      - {days: [Mon], startTime: '9:00', endTime: '10:00'}\n",
            "must be one of 'Monday'",
        ),
        (
            "schedules:\n  - name: A\n    timeZone: UTC\n    availability:\n      - {days: [Monday], startTime: 9:00, endTime: '10:00'}\n",
            "must be a time such as",
        ),
        (
            "schedules:\n  - name: A\n    timeZone: UTC\n    overrides:\n      - {date: tomorrow, startTime: '09:00', endTime: '10:00'}\n",
            "must be a date such as 2026-12-24",
        ),
        ("webhooks:\n  - subscriberUrl: ftp://a\n    triggers: [BOOKING_PAID]\n", "must be a web address that begins with https:// or ${SITE_URL}"),
        ("webhooks:\n  - subscriberUrl: https://a.example\n    triggers: [BOOKING_CONFIRMED]\n", "line 3: webhooks.1.triggers.1 must be one of"),
        (
            "webhooks:\n  - subscriberUrl: https://a.example\n    triggers: [BOOKING_PAID]\n    secret: hunter2hunter2\n",
            "does not have the form that is needed here",
        ),
        (
            "webhooks:\n  - subscriberUrl: https://a.example\n    triggers: [BOOKING_PAID]\n    secret: CALCOM_WEBHOOK_SECRET_TEAM\n",
            "line 4: secret names the setting",
        ),
        ("- a\n- b\n", "line 1: the file must be a block of keys"),
        ("a: [1\n", "this is not valid YAML"),
        ("include: [nothing.yaml]\n", "line 1: include nothing.yaml names no file"),
        ("include: [../calcom.yaml]\n", "names no file"),
        ("me:\n  timeFormat: 13\n", "line 2: me.timeFormat must be one of 12 or 24"),
        ("eventTypes: nothing\n", "line 1: eventTypes must be a list, one item a line, each after a dash"),
        ("me: nothing\n", "line 1: me must be a block of keys with values, indented below it"),
    ],
)
def test_a_mistake_is_said_with_its_place(text: str, words: str, file: Callable[..., Path]) -> None:
    path = file(text)
    if not words:
        wishes(load(path), AROUND)
        return
    with pytest.raises(ConfigError) as caught:
        wishes(load(path), AROUND)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_every_mistake_is_said_at_once(file: Callable[..., Path]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(file(KIND + "    hidden: 1\n    titel: x\nme:\n  weekStart: Mon\n"))
    assert len(str(caught.value).splitlines()) == 3


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.yaml", "does not exist"), (tmp_path, "cannot be read")):
        with pytest.raises(ConfigError, match=words):
            load(path)
    (tmp_path / "latin.yaml").write_bytes(b"me: {name: \xe4}")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path / "latin.yaml")
    (tmp_path / "large.yaml").write_bytes(b"#" * 2_000_001)
    with pytest.raises(ConfigError, match="larger than"):
        load(tmp_path / "large.yaml")


def test_files_include_others(file: Callable[..., Path]) -> None:
    path = file("include: [calcom/*.yaml, more.yaml]\nschedules: []\n")
    file(KIND, "calcom/kinds.yaml")
    file("eventTypeDefaults: {hidden: true}\ninclude: ['*.yaml']\n", "more.yaml")
    found = {wish.key: wish for wish in wishes(load(path), AROUND).objects}
    assert found["intro"].fields["hidden"] is True
    assert "kinds.yaml, line 2" in found["intro"].where
    file("eventTypeDefaults: {hidden: true}\n", "calcom/other.yaml")
    with pytest.raises(ConfigError, match=r"eventTypeDefaults stands in .* already"):
        load(path)


def test_nothing_null_and_disabled_say_the_same(file: Callable[..., Path]) -> None:
    texts = ("    seats: {disabled: true}\n    recurrence: null\n", "    seats:\n    recurrence: {disabled: true}\n")
    assert len({str(wishes(load(file(KIND + text)), AROUND).objects[0].fields) for text in texts}) == 1


def test_only_the_changed_piece_is_written_anew() -> None:
    text = "# top\nme:   # who\n    name: 'A'   # a name\n    bio: >\n      folded\n      text\n\n    # about the zone\n    timeZone: UTC\n\n\n"
    text += "schedules: []   # none\n"
    document = parse(Path("x"), text)
    assert document.root is not None
    writer = Rewriter(text)
    writer.put(document.root.value[0][1], "name", "B: b")
    writer.put(document.root.value[0][1], "bio", "two\nlines")
    assert writer.text() == text.replace("'A'", "'B: b'").replace(">\n      folded\n      text", "|-\n      two\n      lines")


@pytest.mark.parametrize(
    "value",
    ["", "no", "null", "12:30", "1e3", "# x", "a: b", "- a", "ü 🎈", " lead", "trail ", "tab\tx", "a\n\nb", "\n", "a\n", "'", '"', "`", "{x}", "~", "\\n"],
)
def test_any_text_is_read_back_as_it_was(value: str) -> None:
    assert parse(Path("x"), fresh({"me": {"bio": value}})).values == {"me": {"bio": value}}


def test_a_row_says_only_what_the_file_can_say() -> None:
    assert rows.can_be_said("locations", [{"type": "unknown"}]) is False
    assert rows.in_file("secret", "an earlier CALCOM_WEBHOOK_SECRET", AROUND) == "CALCOM_WEBHOOK_SECRET"
    assert rows.in_file("subscriberUrl", "https://site.example/x", AROUND) == "${SITE_URL}/x"
    assert rows.in_file("subscriberUrl", "https://site.example.org/x", AROUND) == "https://site.example.org/x"
    assert AROUND.name_of("") is None
