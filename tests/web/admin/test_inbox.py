import re

import pytest

from app.inbox import queries
from tests.conftest import token_in


@pytest.fixture
def desk(sign_in):
    return sign_in()


def shown(answer):
    return [int(number) for number in re.findall(r'data-key="(\d+)"', answer.text)]


def test_deliveries_newest_first_with_their_state(delivered, desk):
    first, second = delivered(), delivered(state="dead", error="payload: Field required", repeats=2)
    page = desk.get("/admin/inbox")
    assert shown(page) == [second, first]
    assert "2 deliveries" in page.text
    assert "payload: Field required" in page.text
    assert "came 3 times" in page.text
    assert '1<span class="unseen"> failed</span>' in page.text


def test_one_state_at_a_time_and_pages_keep_it(delivered, desk):
    dead = [delivered(state="dead") for _ in range(55)]
    delivered()
    page = desk.get("/admin/inbox?state=dead")
    assert shown(page) == dead[::-1][:50]
    following = re.search(r'href="([^"]+)" rel="next"', page.text)[1].replace("&amp;", "&")
    assert following == f"/admin/inbox?older={dead[5]}&state=dead"
    second = desk.get(following)
    assert shown(second) == dead[:5][::-1]
    assert shown(desk.get(re.search(r'href="([^"]+)" rel="prev"', second.text)[1].replace("&amp;", "&"))) == dead[::-1][:50]


@pytest.mark.parametrize("query", ["state=x", "older=x", "older=-1", "newer=99999999999999999999", "older=²"])
def test_what_a_url_says_wrong_is_as_if_it_were_not_there(delivered, desk, query):
    number = delivered()
    assert shown(desk.get(f"/admin/inbox?{query}")) == [number]


def test_empty_lists_say_what_will_come(desk):
    assert "http://localhost/webhooks/calcom" in desk.get("/admin/inbox").text
    assert "No delivery is in this state" in desk.get("/admin/inbox?state=dead").text


def test_a_delivery_shows_body_headers_and_outcome(delivered, desk):
    number = delivered(body=b'{"a":"<b>"}', headers={"user-agent": "node"}, error="nothing to do", repeats=1)
    page = desk.get(f"/admin/inbox/{number}").text
    assert "{\n  &#34;a&#34;: &#34;&lt;b&gt;&#34;\n}" in page
    assert "user-agent" in page
    assert "nothing to do" in page


def test_a_purged_body_is_said_and_cannot_be_replayed(delivered, desk):
    number = delivered(body=None)
    page = desk.get(f"/admin/inbox/{number}").text
    assert "deleted after its time" in page
    assert "Replay" not in page
    token = token_in(page)
    assert desk.post(f"/admin/inbox/{number}/replay", data={"csrf_token": token}).status_code == 302
    assert "cannot be replayed" in desk.get(f"/admin/inbox/{number}").text
    assert queries.by_id(number).state == "processed"


def test_a_replay_needs_its_token_and_puts_the_delivery_back(delivered, desk):
    number = delivered(state="dead", error="broken", attempts=7)
    assert desk.post(f"/admin/inbox/{number}/replay").status_code == 400
    assert queries.by_id(number).state == "dead"
    token = token_in(desk.get(f"/admin/inbox/{number}").text)
    answer = desk.post(f"/admin/inbox/{number}/replay", data={"csrf_token": token})
    assert answer.location == f"/admin/inbox/{number}"
    queries.db.session.rollback()
    assert (queries.by_id(number).state, queries.by_id(number).attempts) == ("waiting", 0)
    assert "back in the queue" in desk.get(f"/admin/inbox/{number}").text
    assert desk.post("/admin/inbox/777/replay", data={"csrf_token": token}).status_code == 404
