"""Why the simulated Cal.com refuses something, each in words that a visitor can read."""


class Refused(Exception):
    """The base of all refusals: a short code for programs, a sentence for people."""

    code = "refused"
    words = "This is not possible."

    def __init__(self) -> None:
        super().__init__(self.words)


class UnknownEventType(Refused):
    """No such event type."""

    code = "unknown_event_type"
    words = "This kind of meeting does not exist."


class UnknownHost(Refused):
    """Nobody has this name."""

    code = "unknown_host"
    words = "There is nobody here with this name."


class SlugTaken(Refused):
    """The host has an event type with this address already."""

    code = "slug_taken"
    words = "There is a meeting with this address already."


class UnknownBooking(Refused):
    """No such booking, or no such seat in it."""

    code = "unknown_booking"
    words = "This booking does not exist."


class SlotTaken(Refused):
    """Somebody else has the time."""

    code = "slot_taken"
    words = "Somebody has just taken this time. Please choose another one."


class ClassFull(SlotTaken):
    """No seat is left."""

    code = "class_full"
    words = "The last seat at this time has just gone. Please choose another time."


class AlreadyInClass(Refused):
    """The same address twice in one class."""

    code = "already_in_class"
    words = "This email address already has a seat at this time."


class TimeNotOffered(Refused):
    """Outside of the hours that the host offers."""

    code = "time_not_offered"
    words = "This time is not offered. Please choose another one."


class InThePast(TimeNotOffered):
    """The time is over."""

    code = "in_the_past"
    words = "This time lies in the past. Please choose another one."


class TooSoon(TimeNotOffered):
    """The host wants to know earlier."""

    code = "too_soon"
    words = "This time is too soon. Please choose a later one."


class TooFarAhead(TimeNotOffered):
    """The host does not plan that far ahead."""

    code = "too_far_ahead"
    words = "This time is too far ahead. Please choose an earlier one."


class TooManyBookings(Refused):
    """The same person has as many meetings ahead as the host allows."""

    code = "too_many_bookings"
    words = "You have as many bookings as this meeting allows. Please move or cancel one of them."


class PeriodFull(Refused):
    """The host takes no more meetings of this kind in that day, week, month or year."""

    code = "period_full"
    words = "No more bookings are possible in this period. Please choose another one."


class TooEarly(Refused):
    """Absence can be noted once the meeting has begun."""

    code = "too_early"
    words = "The meeting has not begun yet."


class LengthNotOffered(Refused):
    """A length that the event type does not have."""

    code = "length_not_offered"
    words = "This meeting cannot have that length."


class NotWaiting(Refused):
    """There is nothing to confirm or reject."""

    code = "not_waiting"
    words = "This booking is not waiting for an answer."


class PaymentOpen(Refused):
    """The money comes first."""

    code = "payment_open"
    words = "This booking waits for its payment. Pay first, or cancel it and book again."


class NothingToPay(Refused):
    """No payment is due."""

    code = "nothing_to_pay"
    words = "Nothing is due for this booking."


class NoLongerBooked(Refused):
    """A cancelled or rejected booking cannot be moved."""

    code = "no_longer_booked"
    words = "This booking has ended, so it cannot be moved. Please book a new time."


class BadRequest(Refused):
    """Something in the request cannot be understood."""

    code = "bad_request"

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__()
