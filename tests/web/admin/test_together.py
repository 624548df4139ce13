"""Mails of one fate stand in one line of a booking's story; what was sent, or is told of once, stands by itself."""

from datetime import UTC, datetime

from app.web.admin.entry import Entry
from app.web.admin.together import together

NOW = datetime(2026, 12, 8, 11, tzinfo=UTC)


def mail(number: int, state: str, why: str = "") -> Entry:
    return Entry(key=f"mail-{number}", kind="mail", at=NOW, title="Reminder", number=number, state=state, notes=["To ada", why], reasons=[why] if why else [])


def test_a_run_of_skipped_mails_is_one_line_that_names_each_reason_once_and_keeps_every_mail():
    sent, moved = mail(1, "sent"), [mail(number, "skipped", "Moved: another time") for number in (2, 3, 4)]
    late = mail(5, "skipped", "Late")
    first, together_line = together([sent, *moved, late])
    assert first == sent
    assert (together_line.title, together_line.state, together_line.key) == ("4 mails were skipped", "skipped", "mails-2")
    assert together_line.notes == ["Moved: another time", "Late"]
    assert together_line.folded == [*moved, late]


def test_two_are_told_one_by_one_and_a_happening_between_them_parts_a_run():
    delivery = Entry(key="delivery-9", kind="delivery", at=NOW, title="Booking moved", state="processed")
    some = [mail(1, "planned"), mail(2, "planned"), delivery, mail(3, "planned"), mail(4, "skipped"), mail(5, "skipped")]
    assert list(together(some)) == some


def test_what_was_sent_failed_or_is_unclear_is_never_folded():
    some = [mail(number, state) for state in ("sent", "dead", "unknown", "retrying") for number in range(1, 5)]
    assert list(together(some)) == some
