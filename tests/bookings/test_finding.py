"""Every question to the list, compared with the plain way of answering it: look at each booking and sort them all."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app import clock
from app.bookings import finding, question
from app.bookings.indexing import TERMS, BookingTerm, keep
from app.bookings.models import Booking, Status
from app.bookings.queries import status_of
from app.bookings.question import Filters, Order, narrowed
from app.bookings.terms import EVENT_TYPE, HOST, ORIGIN, folded, host_term, origins, prefixes, term, terms_of
from app.db import db, transaction

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NAMES = ("Ada Lovelace", "Ada Byron", "Zoë Müller", "Jean-Pierre Dupont", "anna schmidt", "Anna Schmitt", "李 小龙", "")
SOURCES = ("", "/book", "/book/ada?utm_source=News", "/consultation?referrer=blog.example&utm_source=news")


@pytest.fixture
def shelf(app, moment):
    """A hundred and twenty bookings of every kind, many of them at the same time; a few became part of others."""
    moment(NOW)
    chance = random.Random(5)
    with transaction() as session:
        for number in range(120):
            name, start = chance.choice(NAMES), NOW + timedelta(hours=12 * chance.randint(-20, 20), days=chance.choice((0, 0, 0, -29)))
            host = chance.choice(("robin@example.com", "Casey@Example.com"))
            booking = Booking(
                reference=f"REF{number:04}", status=chance.choice(("confirmed", "confirmed", "cancelled", "pending", "rejected")), start=start,
                end=start + timedelta(hours=chance.choice((1, 2, 24 * 30))), event_type=chance.choice(("intro", "long", "paid")), host_email=host,
                payment=chance.choice(("none", "none", "paid", "due")), booker_name=name, title=f"Talk between Robin and {name}", host_name="Robin",
                booker_email=f"{folded(name).replace(' ', '.') or 'nobody'}{number % 5}@mail.example.org", source=chance.choice(SOURCES),
                booked_at=NOW - timedelta(days=chance.randint(0, 30)), created_at=NOW, updated_at=NOW,
                attendees=[{"name": "Guest Gustav", "email": "gustav@example.net"}] if number % 9 == 0 else [],
            )  # fmt: skip
            session.add(booking)
            session.flush()
            if number % 20 == 19:
                booking.alias_of_id = booking.id - 1
            keep(session, booking)
    return list(db.session.query(Booking).where(Booking.alias_of_id.is_(None)))


def fits(booking, filters):
    """Whether the filters let this booking through, by looking at it."""
    over = booking.end <= NOW
    words = [term for term in terms_of(booking) if term.startswith("w:")]
    return (
        filters.status in {"", status_of(booking)}
        and filters.event_type in {"", booking.event_type}
        and filters.host.lower() in {"", booking.host_email.lower()}
        and filters.payment in {"", booking.payment}
        and filters.origin in {"", *origins(booking.source)}
        and (filters.since is None or booking.start >= filters.since)
        and (filters.until is None or booking.start < filters.until)
        and (filters.over is None or (over if filters.over else not over))
        and all(any(word.startswith(prefix) for word in words) for prefix in prefixes(filters.text))
    )


def place(booking, order):
    """Where it stands in a list of this order."""
    by = {
        Order.START: (),
        Order.BOOKED: (booking.booked_at,),
        Order.GUEST: (folded(booking.booker_name or booking.booker_email),),
        Order.EVENT_TYPE: (booking.event_type,),
        Order.HOST: (booking.host_email.lower(),),
    }[order]
    return (*by, booking.start, booking.id)


def any_filters(chance):
    """Some filters, most of them left open."""

    def maybe(*values):
        return chance.choice(values) if chance.random() < 0.35 else ""

    span = chance.random() < 0.3
    return Filters(
        status=maybe(*Status),
        event_type=maybe("intro", "long", "none"),
        host=maybe("robin@example.com", "casey@example.com", "CASEY@example.com"),
        payment=maybe("paid", "due"),
        origin=maybe("campaign:news", "site:blog.example", "page:/book", "elsewhere"),
        text=maybe(
            "ada",
            "ada lov",
            "MULLER",
            "jean",
            "pierre dup",
            "schm",
            "a",
            "ref0",
            "anna.schmidt1@mail",
            "example.org",
            "gustav@",
            "guest",
            "李",
            "talk",
            "nobody",
        ),
        since=NOW - timedelta(days=5) if span else None,
        until=NOW + timedelta(days=4) if span else None,
        over=chance.choice((None, None, True, False)),
    )


@pytest.mark.parametrize(("near", "hope", "gather", "roughly"), [(5_000, 8, 5_000, 20), (5_000, 8, 10, 2), (3, 1, 3, 2), (25, 8, 12, 20), (9, 2, 4, 5)])
def test_every_list_is_what_looking_at_each_booking_gives(shelf, monkeypatch, near, hope, gather, roughly):
    monkeypatch.setattr(finding, "NEAR", near)
    monkeypatch.setattr(finding, "HOPE", hope)
    monkeypatch.setattr(finding, "GATHER", gather)
    monkeypatch.setattr(finding, "SOME", 6)
    monkeypatch.setattr(finding, "ROUGHLY", roughly)
    chance = random.Random(near + gather)
    for _ in range(25):
        filters, order, descending, size = any_filters(chance), chance.choice(list(Order)), chance.random() < 0.5, chance.choice((3, 7, 50))
        wanted = sorted((each for each in shelf if fits(each, filters)), key=lambda each: place(each, order), reverse=descending)
        said = f"{filters} by {order}{' downwards' if descending else ''}, {size} a page"
        pages = [finding.page(filters, order=order, descending=descending, size=size)]
        assert not pages[0].before, said
        while pages[-1].after:
            pages.append(finding.page(filters, order=order, descending=descending, size=size, after=pages[-1].after))
        assert [row.reference for each in pages for row in each.bookings] == [row.reference for row in wanted], said
        for earlier, later in pairwise(pages):
            back = finding.page(filters, order=order, descending=descending, size=size, before=later.before)
            assert [row.reference for row in back.bookings] == [row.reference for row in earlier.bookings], said
            assert back.after, said
        for each in pages:
            exact = each.count.number == len(wanted)
            assert each.count.number < len(wanted) if each.count.more else exact, f"{each.count} of {len(wanted)}: {said}"
        numbers = db.session.scalars(narrowed(db.select(Booking.id), filters)).all()
        assert sorted(numbers) == sorted(row.id for row in wanted), said


@pytest.mark.parametrize("gather", [10, 5_000])
@pytest.mark.parametrize("descending", [False, True])
def test_a_place_among_all_hosts_and_types_holds_in_the_list_of_one(shelf, monkeypatch, gather, descending):
    monkeypatch.setattr(finding, "GATHER", gather)
    terms = {Order.HOST: lambda each: host_term(each.host_email), Order.EVENT_TYPE: lambda each: term(EVENT_TYPE, each.event_type)}
    for order, filters in ((Order.HOST, Filters(host="robin@example.com")), (Order.HOST, Filters(host="casey@example.com")),
                           (Order.EVENT_TYPE, Filters(event_type="long", over=True))):  # fmt: skip
        everything = sorted(shelf, key=lambda each: place(each, order), reverse=descending)
        for number in range(0, len(everything), 9):
            here = everything[number]
            mark = finding.bookmark((terms[order](here), int(here.start.timestamp()), here.id), order)
            wanted = [each.reference for each in everything[number + 1 :] if fits(each, filters)]
            found = finding.page(filters, order=order, descending=descending, size=7, after=mark)
            assert [each.reference for each in found.bookings] == wanted[:7], f"{filters} by {order} after {place(here, order)}"


def test_a_place_in_the_time_stands_for_the_wider_bound(moment):
    moment(NOW)
    asked = question.asked_by(Filters(since=NOW - timedelta(days=9), over=True))
    now, since = int(NOW.timestamp()), int((NOW - timedelta(days=9)).timestamp())

    def bounds(**place):
        said = [str(each) for each in asked.times(BookingTerm, **place)]
        return [sign for sign in (">=", "<") if any(f"start {sign} " in each for each in said)]

    assert bounds() == bounds(after=since - 1) == bounds(before=now + 1) == [">=", "<"]
    assert bounds(after=since) == ["<"]
    assert bounds(before=now) == [">="]


def test_what_can_be_chosen_is_what_bookings_have(shelf):
    found = question.known(EVENT_TYPE, HOST, ORIGIN)
    assert found[EVENT_TYPE] == ["intro", "long", "paid"]
    assert found[HOST] == ["casey@example.com", "robin@example.com"]
    assert found[ORIGIN] == sorted({origin for each in shelf for origin in origins(each.source)})


def test_a_kind_of_very_many_values_does_not_crowd_out_the_others(shelf, monkeypatch):
    monkeypatch.setattr(question, "CHOICES", 2)
    assert question.known(ORIGIN, EVENT_TYPE, HOST) == {
        ORIGIN: sorted({origin for each in shelf for origin in origins(each.source)})[:2],
        EVENT_TYPE: ["intro", "long"],
        HOST: ["casey@example.com", "robin@example.com"],
    }


def test_terms_follow_the_booking_and_leave_with_it(shelf):
    booking = shelf[0]

    def held():
        return {tuple(row) for row in db.session.execute(db.select(TERMS.c.term, TERMS.c.start, TERMS.c.end).where(TERMS.c.booking_id == booking.id))}

    before = held()
    with transaction() as session:
        again = session.get(Booking, booking.id)
        again.status, again.booker_name = "cancelled", "Renamed Person"
        keep(session, again)
        assert terms_of(again) == {term for term, _, _ in held()}
    assert {"s:cancelled", "w:renamed", "w:person", "g:renamed person"} <= {term for term, _, _ in held()}
    with transaction() as session:
        again = session.get(Booking, booking.id)
        again.start, again.end = again.start + timedelta(days=3), again.end + timedelta(days=3)
        keep(session, again)
    assert {start for _, start, _ in held()} == {start + 3 * 86400 for _, start, _ in before}
    with transaction() as session:
        again = session.get(Booking, booking.id)
        again.alias_of_id = shelf[1].id
        keep(session, again)
    assert held() == set()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ada  LOVE", ["w:ada", "w:love"]),
        ("jean-pierre", ["w:jean", "w:pierre"]),
        ("ada@", ["w:ada@"]),
        ("@example.org", ["w:example.org"]),
        ("a.b@c.d", ["w:a.b@c.d"]),
        ("Dr. Who", ["w:dr", "w:who"]),
        ("Straße", ["w:strasse"]),
        ("!!! ---", []),
        ("x" * 300, ["w:" + "x" * 98]),
    ],
)
def test_a_search_is_taken_apart_as_the_bookings_are(text, wanted):
    assert prefixes(text) == wanted


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("", ["elsewhere"]),
        ("/book", ["page:/book"]),
        ("/book?utm_source=A%20b&referrer=x.example", ["campaign:a b", "site:x.example", "page:/book"]),
        ("http://[broken", ["elsewhere"]),
        ("?x=1", ["elsewhere"]),
    ],
)
def test_an_origin_is_read_from_the_record_of_our_page(source, wanted):
    assert origins(source) == wanted


def test_a_list_that_asks_the_clock_twice_asks_the_same(shelf):
    assert clock.now() == NOW
    assert finding.count(Filters(over=True)).number + finding.count(Filters(over=False)).number == len(shelf)
