import re
from datetime import timedelta

import pytest

from app.sandbox import errors
from app.sandbox.orders import Cancel, Move
from app.sandbox.state import Status


def test_a_plain_booking_is_confirmed_at_once(life):
    booking = life.book()
    assert booking.status is Status.ACCEPTED
    assert re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{22}", booking.uid)
    assert booking.ical_uid == f"{booking.uid}@Cal.com"
    assert life.triggers() == ["CREATED"]


def test_a_move_starts_a_new_row_and_leaves_the_old_one_silently(life):
    old = life.book()
    new = life.engine.move(Move(uid=old.uid, start=life.later()))
    assert (new.uid != old.uid, new.id != old.id, new.ical_uid) == (True, True, old.ical_uid)
    assert life.engine.booking(old.uid).moved
    assert life.triggers() == ["CREATED", "RESCHEDULED"]


def test_an_attendee_who_moves_a_confirmed_request_asks_again_and_a_host_does_not(life):
    first = life.book("consultation")
    life.engine.confirm(first.uid)
    asked = life.engine.move(Move(uid=first.uid, start=life.later("consultation")))
    assert asked.status is Status.PENDING
    moved = life.engine.move(Move(uid=asked.uid, start=first.start, by_host=True))
    assert moved.status is Status.ACCEPTED
    assert life.triggers() == ["REQUESTED", "CREATED", "REQUESTED", "RESCHEDULED"]


def test_two_moves_through_one_old_link_leave_two_live_bookings(life):
    old = life.book()
    one = life.engine.move(Move(uid=old.uid, start=life.later()))
    two = life.engine.move(Move(uid=old.uid, start=life.later()))
    live = {b.uid for b in life.engine.bookings() if b.holds_time}
    assert live == {one.uid, two.uid}


def test_a_cancelled_or_rejected_request_can_still_be_confirmed(life):
    cancelled, rejected = life.book("consultation"), life.book("consultation")
    life.engine.cancel(Cancel(uid=cancelled.uid))
    life.engine.reject(rejected.uid, reason="full")
    assert life.engine.confirm(cancelled.uid).status is Status.ACCEPTED
    assert life.engine.confirm(rejected.uid).status is Status.ACCEPTED


def test_a_payment_confirms_and_is_told_after_the_booking(life):
    booking = life.book("paid-session")
    assert booking.payment_due
    with pytest.raises(errors.PaymentOpen):
        life.engine.move(Move(uid=booking.uid, start=life.later("paid-session")))
    assert life.engine.pay(booking.uid).status is Status.ACCEPTED
    with pytest.raises(errors.NothingToPay):
        life.engine.pay(booking.uid)
    assert life.triggers() == ["PAYMENT_INITIATED", "CREATED", "PAID"]


def test_a_series_is_told_date_by_date_and_its_end_only_once(life):
    first = life.book("weekly-coaching")
    dates = sorted(b.start for b in life.engine.bookings())
    assert dates == [first.start + timedelta(weeks=n) for n in range(4)]
    life.engine.cancel(Cancel(uid=first.uid, whole_series=True))
    assert not any(b.holds_time for b in life.engine.bookings())
    assert life.triggers() == ["CREATED"] * 4 + ["CANCELLED"]


def test_a_taken_time_is_neither_offered_nor_booked_again(life):
    booking = life.book()
    assert booking.start not in {start for start, _ in life.engine.free_starts("intro")}
    with pytest.raises(errors.SlotTaken):
        life.book("flexible", start=booking.start, minutes=15)


def test_a_cancel_frees_the_time(life):
    booking = life.book()
    life.engine.cancel(Cancel(uid=booking.uid))
    assert life.engine.free_starts("intro")[0][0] == booking.start


def test_a_refused_move_changes_nothing_and_tells_nothing(life):
    one, two = life.book(), life.book()
    with pytest.raises(errors.SlotTaken):
        life.engine.move(Move(uid=two.uid, start=one.start))
    assert life.engine.booking(two.uid).holds_time
    assert life.triggers() == ["CREATED", "CREATED"]


def test_seats_share_the_uid_until_the_class_is_full(life):
    first = life.book("group-class", email="p0@example.org")
    for n in range(1, 4):
        assert life.book("group-class", email=f"p{n}@example.org", start=first.start).uid == first.uid
    with pytest.raises(errors.ClassFull):
        life.book("group-class", email="p4@example.org", start=first.start)
    assert len({h.seat.ical_uid for h in life.told}) == 4


def test_the_same_address_gets_no_second_seat(life):
    first = life.book("group-class")
    with pytest.raises(errors.AlreadyInClass):
        life.book("group-class", start=first.start, email="ADA@example.org")
    assert len(life.told) == 1


def test_a_class_ends_with_its_last_seat(life):
    first = life.book("group-class", email="a@example.org")
    both = life.book("group-class", email="b@example.org", start=first.start)
    after = life.engine.cancel(Cancel(uid=first.uid, seat_id=both.seats[0].id))
    assert after.holds_time
    after = life.engine.cancel(Cancel(uid=first.uid, seat_id=both.seats[1].id))
    assert after.status is Status.CANCELLED


def test_one_seat_moves_and_the_others_stay(life):
    first = life.book("group-class", email="a@example.org")
    both = life.book("group-class", email="b@example.org", start=first.start)
    moved = life.engine.move(Move(uid=first.uid, start=life.later("group-class"), seat_id=both.seats[1].id))
    assert moved.uid != first.uid
    assert [s.person.email for s in life.engine.booking(first.uid).seats] == ["a@example.org"]
    assert [s.person.email for s in moved.seats] == ["b@example.org"]
    back = life.engine.move(Move(uid=moved.uid, start=first.start, seat_id=both.seats[1].id))
    assert back.uid == first.uid
    assert life.told[-1].booking.id == moved.id
    assert life.engine.booking(moved.uid).moved


def test_a_host_moves_a_whole_class_under_its_uid(life):
    first = life.book("group-class")
    moved = life.engine.move(Move(uid=first.uid, start=life.later("group-class"), by_host=True))
    assert moved.uid == first.uid
    assert life.told[-1].previous.start == first.start


def test_free_times_lie_in_the_hosts_office_hours_across_a_change_of_clocks(life):
    for start, _ in life.engine.free_starts("intro"):
        assert 9 <= start.hour < 18
        assert start.weekday() < 5


@pytest.mark.parametrize("slug", ["intro", "consultation", "paid-session", "group-class", "weekly-coaching", "flexible"])
def test_every_offered_kind_can_be_booked_and_cancelled(life, slug):
    booking = life.book(slug)
    life.engine.cancel(Cancel(uid=booking.uid, by_host=True, reason="ill"))
    assert not life.engine.booking(booking.uid).holds_time
