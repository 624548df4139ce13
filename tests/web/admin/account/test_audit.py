import pytest

from app.accounts import staff_acts
from app.accounts.models import Role
from app.db import transaction
from app.web.admin.account.act_words import said

AUDIT = "/admin/audit"


@pytest.fixture
def browser(client, owner, enter, moment):
    """The owner's browser, after 120 acts on three days."""
    with transaction() as session:
        for number in range(120):
            if number % 40 == 0:
                moment.forward(days=1)
            act = ("booking.cancel", "delivery.replay")[number % 2]
            staff_acts.note(session, staff_id=owner, act=act, on=f"B{number}" if act == "booking.cancel" else str(number), detail="why not")
    enter(client)
    return client


def pages(browser, query=""):
    """The pages that follow each other."""
    path, found = f"{AUDIT}{query}", []
    while path:
        text = browser.get(path).text
        found.append(text)
        _, _, rest = text.partition('rel="next"')
        path = text.rpartition('" rel="next"')[0].rpartition('href="')[2].replace("&amp;", "&") if rest else ""
    return found


def test_every_act_is_on_one_page_with_who_what_and_where_it_leads(browser):
    found = pages(browser)
    assert [text.count('<tr class="row"') for text in found] == [50, 50, 21]
    assert '/admin/calendar/B118">B118</a>' in found[0]
    assert "Booking: cancel" in found[0]
    assert "Replayed a delivery" in found[0]
    assert "Olive Owner" in found[0]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?act=booking.cancel", 60), ("?person=0", 0), ("?person=1&act=delivery.replay", 60), ("?from=2026-12-10&to=2026-12-10", 40), ("?to=2026-12-08", 0),
        ("?on=B4", 1), ("?person=none&from=2026-99-99", 121), ("?person=99999999999999", 121), ("?after=nonsense", 121), ("?to=9999-12-31", 121),
    ],
)  # fmt: skip
def test_filters_stand_in_the_address(browser, query, rows):
    assert sum(text.count('<tr class="row"') for text in pages(browser, query)) == rows


def test_an_empty_page_says_what_will_be_there_or_how_to_see_more(client, owner, enter):
    enter(client)
    assert "No act like that" in client.get(f"{AUDIT}?act=nothing").text


def test_wrong_guesses_stand_there_with_their_number(client, owner, enter, post):
    for _ in range(3):
        post(client, "/admin/sign-in", email="owner@example.com", password="wrong")
    enter(client)
    page = client.get(AUDIT).text
    assert "Wrong guesses at a sign-in <strong>3×</strong>" in page
    assert "with a password, A browser, 127.0.0.0/24" in page


def test_only_the_desk_reads_it(sign_in):
    codes = {role: sign_in(role=role, email=f"{role}@example.com").get(AUDIT).status_code for role in Role}
    assert codes == {Role.OWNER: 200, Role.MANAGER: 200, Role.HOST: 403, Role.READ_ONLY: 403}


def test_acts_without_words_of_their_own_are_said_as_they_are_written():
    assert (said("booking.mark_absent"), said("export"), said("sync.now")) == ("Booking: mark absent", "Export", "Asked for a comparison")
