import pytest
from sqlalchemy import update

from app.db import transaction
from app.hosts.models import EventType
from app.reception.availability import Desk
from app.reception.cache import cache_of
from app.sync import catalogue
from tests.conftest import in_worker
from tests.factories.near_calcom import NearCalcom


@pytest.fixture
def types(app):
    """What the simulated Cal.com offers, read."""
    near = NearCalcom()
    app.extensions["works"].__dict__["desk"] = Desk(near.client, cache_of(""))
    in_worker(app, lambda: catalogue.refresh(near.client))


def test_everybody_sees_what_is_active_and_a_token_sees_all(types, ask, token):
    slugs = [each["slug"] for each in ask("/event-types").json["event_types"]]
    with transaction() as session:
        session.execute(update(EventType).where(EventType.slug == slugs[0]).values(hidden=True))
        session.execute(update(EventType).where(EventType.slug == slugs[1]).values(active=False))
    public = ask("/event-types").json["event_types"]
    assert [each["slug"] for each in public] == slugs[2:]
    everything = {each["slug"]: (each["active"], each["hidden"]) for each in ask("/event-types", token()).json["event_types"]}
    assert everything[slugs[0]] == (True, True)
    assert everything[slugs[1]] == (False, False)
    assert set(slugs) <= set(everything)


def test_an_answer_for_a_token_is_none_for_everybody(types, ask, token):
    tag = ask("/event-types", token()).headers["ETag"]
    with transaction() as session:
        session.execute(update(EventType).where(EventType.slug == "intro").values(hidden=True))
    public = ask("/event-types", headers={"If-None-Match": tag})
    assert public.status_code == 200
    assert "Authorization" in public.headers["Vary"]
    assert ask("/event-types", headers={"If-None-Match": public.headers["ETag"]}).status_code == 304
