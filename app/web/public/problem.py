"""When a booking did not work: why, and what to do next."""

from flask import Response, make_response, render_template, request

from app.web.public.blueprint import blueprint

REASONS = {
    "taken": ("This time is gone", "Somebody else took it a moment before you.", "Other times are still free. Nothing was booked for you."),
    "payment": (
        "The payment did not go through",
        "Your bank or the payment page did not accept it.",
        "No money was taken for a booking that does not exist. Try again, or use another way to pay.",
    ),
    "expired": ("This page was open for too long", "The time that you had chosen is no longer held.", "Choose it again: it may still be free."),
    "declined": (
        "The booking was not accepted",
        "The calendar did not accept the booking.",
        "Check the details that you gave and try again, or choose another time.",
    ),
}
OTHER = (
    "The booking did not work",
    "Something went wrong between this page and the calendar.",
    "Nothing was booked unless a confirmation reaches you by mail. Try again in a moment.",
)


@blueprint.get("/booking/error")
def error() -> Response:
    """The reason named by `?reason=`, in plain words, with a next step. Unknown reasons get the general text."""
    heading, why, step = REASONS.get(request.args.get("reason", ""), OTHER)
    response = make_response(render_template("public/problem.html", heading=heading, why=why, next=step, private=True))
    response.headers["Cache-Control"] = "no-store"
    return response
