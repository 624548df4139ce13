"""Each type of question that Cal.com has: what counts as an answer, and what is said to everything else."""

import pytest

from app.hosts.models import EventType
from app.reception.questions import Question, cannot_ask, questions_of, read


def row(slug, kind, **values):
    return {"slug": slug, "type": kind, "label": slug, "required": False, "placeholder": "", "hidden": False, "options": [], "own": True} | values


def answer(kind, *typed, **values):
    question = Question("asked", kind, "Asked", **values)
    found = read([question], {"asked": list(typed)})
    return found.meant.get("asked"), found.errors.get("asked", "")


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("name", "  Ada   Example ", "Ada Example"),
        ("email", "Ada@Example.ORG", "Ada@example.org"),
        ("phone", "+44 (0)".replace("(0)", "") + "20 7946-0000", "+442079460000"),
        ("phone", "0044 20 7946 0000", "+442079460000"),
        ("text", "x\x00y", "xy"),
        ("textarea", "a\r\nb", "a\nb"),
        ("number", "12", 12),
        ("number", "1,5", 1.5),
        ("number", "-3", -3),
        ("multiemail", "a@b.example, c@d.example\na@b.example", ["a@b.example", "c@d.example"]),
        ("boolean", "yes", True),
        ("url", "example.com/page", "https://example.com/page"),
        ("url", "http://example.com", "http://example.com"),
        ("address", "1 Quay Street", "1 Quay Street"),
    ],
)
def test_what_is_typed_is_understood(kind, typed, meant):
    assert answer(kind, typed) == (meant, "")


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("email", "ada", "email address"),
        ("email", "a@b.example\nBcc: x@y.example", "email address"),
        ("phone", "020 7946 0000", "country code"),
        ("phone", "+123", "country code"),
        ("number", "twelve", "digits"),
        ("number", "1e5", "digits"),
        ("multiemail", "a@b.example x", "“x”"),
        ("multiemail", " ".join(f"a{n}@b.example" for n in range(21)), "At most 20"),
        ("url", "javascript:alert(1)", "web address"),
        ("url", "https://exa mple.com", "web address"),
        ("url", "https://[", "web address"),
        ("text", "x" * 1001, "too long"),
        ("name", "x" * 121, "too long"),
    ],
)
def test_what_cannot_be_an_answer_gets_a_sentence(kind, typed, words):
    meant, error = answer(kind, typed)
    assert meant is None
    assert words in error


@pytest.mark.parametrize(
    ("kind", "words"), [("select", "Choose one."), ("radio", "Choose one."), ("checkbox", "at least one"), ("boolean", "tick"), ("text", "filled in")]
)
def test_what_is_required_is_asked_for(kind, words):
    assert words in answer(kind, required=True)[1]
    assert answer(kind) == (None, "")


def test_only_options_of_the_list_count():
    assert answer("select", "Small", options=("Small", "Large")) == ("Small", "")
    assert "list" in answer("select", "Huge", options=("Small", "Large"))[1]
    assert answer("multiselect", "A", "B", "A", options=("A", "B")) == (["A", "B"], "")
    assert "list" in answer("checkbox", "A", "C", options=("A", "B"))[1]


def test_hidden_questions_are_never_in_the_way():
    assert read([Question("a", "text", "A", required=True, hidden=True)], {}).meant == {"a": ""}
    assert read([Question("a", "boolean", "A", required=True, hidden=True)], {}).meant == {"a": False}
    assert read([Question("a", "multiemail", "A", required=True, hidden=True)], {}).meant == {"a": []}
    assert read([Question("a", "number", "A", hidden=True)], {"a": ["x"]}).errors == {}


def test_standard_questions_get_plain_words_and_the_hosts_own_words_stay():
    kind = EventType(
        booking_fields=[
            row("notes", "textarea", label="additional_notes", own=False),
            row("title", "text", label="what_is_this_meeting_about", own=False, hidden=True),
            row("email", "email", label="Your work address", own=False, required=True),
            row("name", "name", label="your_name", own=False, required=True),
            row("guests", "multiemail", label="additional_guests", own=False),
            row("rescheduleReason", "textarea", own=False),
            row("location", "radioInput", own=False),
            row("budget", "select", label="Budget", options=["Small"]),
        ]
    )
    found = questions_of(kind)
    assert [question.slug for question in found] == ["name", "email", "title", "budget", "notes", "guests"]
    assert [question.label for question in found if not question.hidden] == [
        "Your name", "Your work address", "Budget", "Anything we should know beforehand?", "Email addresses of guests",
    ]  # fmt: skip


def test_name_and_address_are_asked_even_when_cal_com_names_no_questions():
    assert [question.slug for question in questions_of(EventType(booking_fields=[]))] == ["name", "email"]
    by_phone = EventType(booking_fields=[row("attendeePhoneNumber", "phone", required=True)])
    assert [question.slug for question in questions_of(by_phone)] == ["name", "attendeePhoneNumber"]


def test_what_no_form_of_ours_can_ask_is_noticed():
    assert cannot_ask(EventType(booking_fields=[row("x", "signature", required=True)]))
    assert cannot_ask(EventType(booking_fields=[row("x", "number", required=True, hidden=True)]))
    assert not cannot_ask(EventType(booking_fields=[row("x", "signature"), row("location", "radioInput", required=True)]))
