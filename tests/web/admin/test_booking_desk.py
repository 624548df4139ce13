"""The desk without an API key, what happens next, and every outcome in words."""

from datetime import timedelta

import pytest

from app.bookings import queries
from app.bookings.policy import MailPolicy
from app.calcom.errors import Away, NotAllowed, NotFound, Refused, Unsure, Wait
from app.desk.wishes import Act, Outcome, Result, Staff, Wish
from app.web.admin.desk.offers import consequences
from app.web.admin.desk.says import problem, said
from tests.conftest import token_in
from tests.web.admin.conftest import NOON


@pytest.fixture
def desk(sign_in):
    return sign_in()


def test_without_a_key_each_act_is_explained_and_leads_to_calcom(book, desk):
    reference = book(uids=["theonlyuid1234"])
    page = desk.get(f"/admin/calendar/{reference}/act/cancel").text
    assert "This site cannot ask Cal.com" in page
    assert 'href="https://app.cal.com/booking/theonlyuid1234?cancel=true"' in page
    assert "<textarea" not in page
    answer = desk.post(f"/admin/calendar/{reference}/act/cancel", data={"csrf_token": token_in(page), "reason": "Ill"})
    assert "there is no CALCOM_API_KEY" in desk.get(answer.location).text
    page = desk.get(f"/admin/calendar/{reference}/verify").text
    assert "This site cannot ask Cal.com" in page
    answer = desk.post(f"/admin/calendar/{reference}/verify", data={"csrf_token": token_in(page)})
    assert "Cal.com cannot be asked" in desk.get(answer.location).text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "pending"}, "The request waits for your answer"),
        ({"status": "pending", "start": NOON - timedelta(hours=1)}, "Decline it, so that the person knows."),
        ({"status": "awaiting_payment"}, "The payment is awaited until it begins:"),
        ({"status": "awaiting_payment", "start": NOON - timedelta(hours=1)}, "Its time has come unpaid."),
        ({"start": NOON - timedelta(minutes=5)}, "The meeting is under way until:"),
        ({"start": NOON - timedelta(days=1)}, "Nothing more is planned"),
        ({"missing_since": NOON}, "Cal.com does not know this booking any more."),
    ],
)
def test_what_happens_next_stands_on_top(values, words, book, desk):
    page = desk.get(f"/admin/calendar/{book(**values)}").text
    assert words in page.split("What happens next")[1].split("</section>")[0]


def test_mails_that_failed_and_the_next_one_stand_on_top(book, mailed, desk):
    reference = book()
    number = queries.by_reference(reference).id
    dead = mailed(booking_id=number, state="dead", why="refused")
    mailed(booking_id=number, state="planned", kind="reminder_24h", due_at=NOON + timedelta(hours=1))
    mailed(booking_id=number, state="planned", kind="reminder_1h", due_at=NOON + timedelta(hours=2))
    top = desk.get(f"/admin/calendar/{reference}").text.split("What happens next")[1].split("</section>")[0]
    assert f'href="/admin/outbox/{dead}">Confirmation to ines@example.org failed.' in top
    assert "Reminder, 24h before to ines@example.org (and 1 more after it)" in top


@pytest.mark.parametrize(
    ("error", "title", "todo"),
    [
        (Wait("Wait.", seconds=40, status=429), "asks everybody to wait", "Wait 40 seconds"),
        (NotAllowed("No.", status=401), "did not allow it", "Check CALCOM_API_KEY"),
        (NotFound("This Cal.com installation has no endpoint to ask.", status=404), "cannot do that", "older than this act"),
        (NotFound("Nothing.", status=404), "does not know this booking", "under this key"),
        (Refused("No.", status=400), "Cal.com refused", "do it at Cal.com itself"),
        (Away("Gone."), "could not be done right now", "what you typed is still here"),
    ],
)
def test_each_error_says_what_to_do(error, title, todo):
    found = problem(Result(Outcome.REFUSED, error))
    assert title in found.title
    assert found.text == str(error)
    assert todo in found.todo


def test_what_nobody_knows_and_what_could_not_be_recorded_are_said():
    assert "nobody knows yet" in problem(Result(Outcome.UNSURE, Unsure("?"))).text
    assert "changed there meanwhile" in problem(Result(Outcome.CHANGED)).text
    wish = Wish(Act.CANCEL, "R1", None, Staff(1, "Robin"))
    assert "the next comparison brings it" in said(wish, Result(Outcome.DONE, recorded=False), "Ada")
    assert "1 other date of the series follows." in said(wish, Result(Outcome.DONE, others=1), "Ada")
    assert "Nobody was told twice" in said(wish, Result(Outcome.ALREADY), "Ada")


@pytest.mark.parametrize(
    ("values", "policy", "words"),
    [
        ({}, MailPolicy(), "This site writes to ines@example.org at once with the reason."),
        ({}, MailPolicy(kinds=frozenset({"reminder"})), "does not send mails of this kind (MAIL_KINDS). Cal.com writes to them, unless"),
        ({"booker_email": "447700900123@sms.cal.com"}, MailPolicy(), "only a phone number is known"),
        (
            {"attendees": [{"name": "Ines", "email": "ines@example.org"}, {"name": "", "email": "guest@example.org"}]},
            MailPolicy(),
            "and so does everybody invited",
        ),
    ],
)
def test_what_will_happen_is_said_to_the_letter(values, policy, words, book):
    found = queries.by_reference(book(**values))
    assert words in " ".join(consequences(Act.CANCEL, found, policy))


def test_a_booking_without_an_address_offers_nothing(book, desk):
    reference = book(uids=[])
    answer = desk.get(f"/admin/calendar/{reference}/act/cancel")
    assert answer.status_code == 302
    assert "not possible as the booking stands now" in desk.get(answer.location).text
    assert "/act/" not in desk.get(f"/admin/calendar/{reference}").text
