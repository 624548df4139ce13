"""What became of an act, in words, with what to do next."""

from dataclasses import dataclass

from app.calcom.errors import CalcomError, NotAllowed, NotFound, Refused, Unsure, Wait
from app.desk.wishes import Act, Outcome, Result, Wish
from app.web.admin.desk.offers import WORDS
from app.web.admin.wording import amount

STATUSES = {Outcome.CHANGED: 409, Outcome.REFUSED: 409, Outcome.AWAY: 503, Outcome.UNSURE: 503}
"""With what the form is answered when it is shown again."""


@dataclass(frozen=True)
class Problem:
    """What stands on top of the form."""

    title: str
    text: str
    todo: str


def said(wish: Wish, result: Result, who: str) -> str:
    """One sentence or two after an act that went well, or that had been done before."""
    if result.outcome is Outcome.ALREADY:
        return "It was done already: Cal.com has it like this, and so has this site now. Nobody was told twice."
    if wish.act is Act.ABSENT:
        done = f"{who} is marked as not having come." if wish.absent else f"{who} is not marked as absent any more."
    else:
        done = f"{WORDS[wish.act].done}, here and at Cal.com."
    if wish.whole_class:
        done = f"The whole class is cancelled, here and at Cal.com: {amount(result.others + 1, 'seat')}."
    elif result.others:
        done += f" {amount(result.others, 'other date')} of the series {'follows' if result.others == 1 else 'follow'}."
    if not result.recorded:
        done += " This site's database takes no writes right now, so the page does not show it yet; Cal.com's delivery or the next comparison brings it."
    return done


def problem(result: Result, wish: Wish | None = None) -> Problem:
    """Why it did not work."""
    error = result.error
    if wish is not None and wish.whole_class and isinstance(error, Refused) and "seatUid" in error.fields:
        return Problem(
            "Cal.com cancels a whole class only for its host",
            "CALCOM_API_KEY belongs to somebody else's account, so Cal.com asks for a single seat. Nothing was changed.",
            "Cancel it at Cal.com itself, or seat by seat here.",
        )
    if result.outcome is Outcome.CHANGED:
        return Problem(
            "Cal.com has this booking otherwise than the page showed",
            "It was changed there meanwhile, so nothing was asked of Cal.com. This page shows how it stands now.",
            "Look at it, and decide again.",
        )
    if result.outcome is Outcome.UNSURE:
        text = "Cal.com was asked and gave no proper answer, so nobody knows yet whether it did it."
        return Problem("Not known yet", text, "Verify it against Cal.com in a moment. Pressing again does no harm: Cal.com is looked at first.")
    return Problem(_title(error), str(error) if error else "", todo(error))


def todo(error: CalcomError | None) -> str:
    """What the reader can do about an error of Cal.com's."""
    match error:
        case Wait():
            return f"Wait {error.seconds:.0f} seconds and press again. What you typed is still here."
        case NotAllowed():
            return "Check CALCOM_API_KEY (the Doctor says what is wrong with it), or do it at Cal.com itself."
        case NotFound() if "endpoint" in str(error):
            return "Your Cal.com is older than this act. Do it at Cal.com itself, or write to the person with the link below."
        case NotFound():
            return "Cal.com knows no such booking under this key: it may belong to another account, or be gone. Verify it against Cal.com to see."
        case Unsure():
            return "Verify it against Cal.com in a moment."
        case _ if error is not None and error.status is not None and 400 <= error.status < 500:
            return "Nothing was changed. If Cal.com's words do not help, do it at Cal.com itself: there it says more."
        case _:
            return "Nothing was changed. Press again in a moment; what you typed is still here. If it stays so, the Doctor says what is wrong."


def _title(error: CalcomError | None) -> str:
    match error:
        case Wait():
            return "Cal.com asks everybody to wait"
        case NotAllowed():
            return "Cal.com did not allow it"
        case NotFound() if "endpoint" in str(error):
            return "This Cal.com cannot do that"
        case NotFound():
            return "Cal.com does not know this booking"
        case _ if error is not None and error.status is not None and 400 <= error.status < 500:
            return "Cal.com refused"
        case _:
            return "It could not be done right now"
